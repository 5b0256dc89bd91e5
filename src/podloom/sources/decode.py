"""Bytes to text, in whatever encoding they are."""

from __future__ import annotations

import codecs
import re
import unicodedata

from podloom.errors import SourceError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
META_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.IGNORECASE
)
WESTERN = re.compile(r"[\x00-\x7f\xa0-\xff–—‘’‚“”„†•…‰‹›€™ŠšŒœŽžŸ]*")
MAX_CONTROL_SHARE = 0.002
MAX_BROKEN_SHARE = 0.1


def decode(content: bytes, name: str, charset: str = "") -> str:
    """`content` as text.

    Args:
        content: The bytes of a file or an answer.
        name: For the message.
        charset: As declared by a server; believed when the bytes are not UTF-8.

    Raises:
        SourceError: It is no text.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding, name)
    if b"\0" in content:
        raise SourceError(f"{name!r} is no text (it holds NUL bytes); text files, HTML and PDF are read")
    declared = charset or _declared(content)
    candidates = [declared, "utf-8"] if declared.lower().startswith("iso-2022") else ["utf-8", declared]
    for encoding in filter(None, candidates):
        text = _try(content, encoding)
        if text is not None:
            return _plausible(text, name)
    return _plausible(_nearly_utf8(content) or _guess(content, name), name)


def _declared(content: bytes) -> str:
    found = META_CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else ""


def _try(content: bytes, encoding: str) -> str | None:
    try:
        # Servers say iso-8859-1 and mean Windows, as browsers know.
        name = codecs.lookup(encoding).name
        return content.decode("cp1252" if name == "iso8859-1" else name)
    except (UnicodeError, LookupError):
        return None


def _nearly_utf8(content: bytes) -> str | None:
    """UTF-8 in which a byte or two are broken, as where a page cuts a text by bytes; without those."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not c.isascii() for c in text) - broken
    return text.replace("\ufffd", "") if broken <= MAX_BROKEN_SHARE * whole else None


def _strictly(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name!r} begins as {encoding} and breaks at byte {error.start}; save it anew"
        ) from error


def _guess(content: bytes, name: str) -> str:
    korean = _try(content, "cp949")
    if korean is not None and _is_korean(korean):
        return korean
    western = _try(content, "cp1252")
    if western is not None and WESTERN.fullmatch(western) and _is_western(western):
        return western
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 10 ms, for what nothing else can tell

    best = from_bytes(content).best()
    if best is None:
        raise SourceError(f"{name!r} is no text in any known encoding; save it as UTF-8")
    return str(best)


def _is_korean(text: str) -> bool:
    """Whether what is not ASCII is nearly all of the 2,350 usual blocks; other encodings give rare ones."""
    foreign = [character for character in text if not character.isascii()]
    usual = [c for c in foreign if "가" <= c <= "힣" and _try_encode(c)]
    return len(usual) > 0.9 * len(foreign)


def _try_encode(character: str) -> bool:
    try:
        character.encode("euc-kr")
    except UnicodeEncodeError:
        return False
    return True


def _is_western(text: str) -> bool:
    """Whether accented letters are lower case among others, as in words, and rare."""
    letters = [c for c in text if c.isalpha()]
    accented = re.findall(r"(?<=[a-zA-Z])[ß-ÿœšž]|[À-ÿœšžŒŠŽ](?=[a-z])", text)
    foreign = [c for c in letters if not c.isascii()]
    return len(foreign) <= 0.2 * len(letters) and len(accented) >= 0.8 * len(foreign)


def _plausible(text: str, name: str) -> str:
    control = sum(unicodedata.category(c) in {"Cc", "Cn", "Co"} and c not in "\t\n\r\f\v\x85" for c in text)
    if control > MAX_CONTROL_SHARE * len(text) + 1:
        raise SourceError(
            f"{name!r} is no text ({control} control characters); text files, HTML and PDF are read"
        )
    return text

"""Characters and marks: what is dropped or unified before rules see a text, and the pauses that are left."""

from __future__ import annotations

import html
import re
import unicodedata

from podloom.text.rules import Rule, apply

_JAMO = range(0x3131, 0x318F)
"""Compatibility jamo: NFKC would turn them into conjoining ones that fuse with their neighbours."""

UNDIVIDED: dict[str, str] = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "ħ": "h", "Ħ": "H",
}  # fmt: skip
"""Latin letters that have no parts, so that NFD leaves them as they are."""

_FIXED: dict[str, str] = {
    **dict.fromkeys("‘’ʼ‛′", "'"),
    **dict.fromkeys("“”„‟″«»「」『』〈〉《》", '"'),
    **dict.fromkeys("‐‑−", "-"),
    **dict.fromkeys("\n\x0c\x85\u2028\u2029", "\n"),
    **dict.fromkeys("〜∼～", "~"),
    **dict.fromkeys("∙ㆍ‧•", "·"),
    **dict.fromkeys("✕✖", "×"),
    **dict.fromkeys("º˚", "°"),
    **{c: c for c in "°^`…¢"},
    **dict.fromkeys("™℠", ""),
    "‒": "–", "―": "—", "∗": "*", "⁄": "/", "∕": "/", "№": " No. ", "、": ",", "。": ". ",
    "㎡": "m^2", "㎥": "m^3", "㎢": "km^2", "㎠": "cm^2", "㎤": "cm^3", "㎟": "mm^2", "㎧": "m/s",
    "§": " § ", "ß": "ss", "ẞ": "SS",
}  # fmt: skip
"""What NFKC and the categories would get wrong."""

_MEANINGFUL: tuple[Rule, ...] = (
    (re.compile(r"(?=[①-⑳]번(?!째))"), "#"),
    (
        re.compile(r"(?<=\d)(\s?(?:(?:[kmµμ]?g|k?W|N|k?m)/(?:[kc]?m|s)|[kcm]?m|ft|mi))([23])(?![A-Za-z0-9])"),
        r"\1^\2",
    ),
    (re.compile(r"\s*([①-⑳])\s+(?=\S)"), r", \1, "),
    (re.compile(r"[△▽▼](?=\s?\d[\d.,]*\s?%)"), "-"),
    (re.compile(r"(?<=\S)\s+[△▲▽▼▷▶]\s?(?=[^\W\d])"), ", "),
)
"""Signs whose plain form would not tell what they mean: the name of an item, a minus, the next of a list."""

_MARKDOWN: tuple[Rule, ...] = (
    (re.compile(r"^\s*```.*$", re.MULTILINE), ""),
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:\s\"[^\"\n]*\")?\)"), r"\1"),
    (re.compile(r"\[\^?\d+(?:\s?[,–-]\s?\d+)*\]"), ""),
    (re.compile(r"^[ ]*(?:[-*_][ ]*){3,}$", re.MULTILINE), "\n"),
    (re.compile(r"^[ ]*\|?(?:[ ]*:?-{3,}:?[ ]*\|)+.*$", re.MULTILINE), ""),
    (re.compile(r"^[ ]*>+ ", re.MULTILINE), ""),
    (re.compile(r"^[ ]*#{1,6} +([^\n]*?)[ #]*$", re.MULTILINE), r"\n\n\1\n\n"),
    (re.compile(r"^[ ]*[-*+·] +([^\n]*)$", re.MULTILINE), r"\n\n\1\n\n"),
    (re.compile(r"`+"), ""),
    # Between two letters or digits on both sides it is a product: 3*4*5.
    (re.compile(r"(?<!\w)(\*{1,3}|~~)(?=\S)([^\n*~]+)(?<=\S)\1"), r"\2"),
    (re.compile(r"(\*{1,3}|~~)(?=\S)([^\n*~]+)(?<=\S)\1(?![A-Za-z0-9_])"), r"\2"),
    (re.compile(r"(?<!\w)(_{1,3})(?=\S)([^\n_]+)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"</?[a-z][a-z0-9]*(?: [^<>\n]*)?/?>"), " "),
    (re.compile(r"^[ ]*\|[ ]*|[ ]*\|[ ]*$", re.MULTILINE), ""),
    (re.compile(r" \| "), ", "),
)
_LONG_NUMBER = re.compile(r"\d{40}(?=\d)")
"""Read digit by digit in any case; in pieces it keeps every rule quick."""
_GROUPED = re.compile("(?<!\\d)\\d{1,3}(?:[\u00a0\u2009\u202f]\\d{3})+(?!\\d)")
_RAISED = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PARAGRAPH = re.compile(r"\s*\n\s*\n\s*")
_DASHES = re.compile(r"\s*(?:[—–]+|--+|(?<=\s)-+(?=\s))\s*|\s*[;:()\[\]{}]+\s*")
_STOPS = re.compile(r"[\s.,!?…]*[.,!?…][\s.,!?…]*")
_KOREAN_ENDINGS = "다요까죠네"


def plain(text: str) -> str:
    """One line: characters unified, digits ASCII; emoji, control characters, Markdown and HTML gone."""
    told = apply(_MEANINGFUL, unicodedata.normalize("NFC", html.unescape(text)))
    grouped = _GROUPED.sub(lambda m: "".join(filter(str.isdigit, m[0])), told)
    unified = "".join(map(_unify, _RAISED.sub(_raised, grouped)))
    unified = _LONG_NUMBER.sub(r"\g<0> ", unified)
    marked = apply(_MARKDOWN, unified)
    # Marks that would leave nothing are none: "[1]" alone is a one in brackets.
    words = marked if any(map(str.isalnum, marked)) else unified
    return " ".join(_PARAGRAPH.sub(_paragraph_end, words.strip()).split())


def _paragraph_end(match: re.Match[str]) -> str:
    before = match.string[: match.start()].rstrip("\"')]")
    return " " if before[-1:] in ".!?…,:;" else ". "


def _unify(char: str) -> str:
    """What stands for `char`; nothing for what is neither spoken nor a pause."""
    if char in _FIXED:
        return _FIXED[char]
    if ord(char) in _JAMO or " " <= char <= "~":
        return char
    category = unicodedata.category(char)
    if category[0] == "N":
        return _ascii_number(char)
    simple = unicodedata.normalize("NFKC", char)
    if simple != char:
        return " " + simple if category == "So" else "".join(map(_unify, simple))
    if category in ("Cf", "Sk", "So", "Me") or "\ufe00" <= char <= "\ufe0f":
        return ""
    return " " if category[0] in "CZ" else char


def _raised(match: re.Match[str]) -> str:
    """Raised digits together are one power: 10⁻¹² is 10^-12."""
    return "^" + unicodedata.normalize("NFKC", match[0]).replace("−", "-")


def _ascii_number(char: str) -> str:
    """Digits of any script and form: ３ and ٣ are 3, ① is 1, ½ is 1/2, ² is ^2, Ⅳ is IV."""
    simple = unicodedata.normalize("NFKC", char).replace("⁄", "/")
    if unicodedata.decomposition(char).startswith("<super>"):
        return "^" + simple
    if "/" in simple:
        return f" {simple} "
    if simple.isascii():
        return simple
    value = unicodedata.numeric(char, 0.0)
    number = f"{value:.4g}" if value % 1 else str(int(value))
    return number if unicodedata.category(char) == "Nd" else f" {number} "


def pauses(text: str, *, keep: str) -> str:
    """Letters, spaces, `keep` between letters, and single stops; any other mark is a pause or nothing."""
    text = _DASHES.sub(", ", text)
    spoken = (
        c if c in " .,!?…" or c in keep or unicodedata.category(c)[0] in "LM" else _gap(c) for c in text
    )
    inner = rf"(?<![^\W\d_])[{re.escape(keep)}]|[{re.escape(keep)}](?![^\W\d_])"
    words = "".join(spoken)
    if keep:
        words = re.sub(inner, " ", words)
    tidy = _STOPS.sub(_stop, words).strip(" .,!?")
    return re.sub(" +", " ", tidy) + (_last_stop(words) if tidy else "")


def _gap(char: str) -> str:
    return "" if char == '"' else " "


def _last_stop(words: str) -> str:
    """The stop at the very end, if there are words before it."""
    end = re.search(r"[\s.,!?…]*$", words)
    tail = end[0] if end and end.start() else ""
    return next((mark for mark in "?!" if mark in tail), "." if "." in tail or "…" in tail else "")


def _stop(match: re.Match[str]) -> str:
    """One mark for a run of them."""
    run, before = match[0], match.string[: match.start()]
    following = match.string[match.end() : match.end() + 1]
    if "," in run and following.islower():
        return ", "
    mark = next((mark for mark in "?!" if mark in run), "")
    if not mark and ("…" in run or run.count(".") > 1):
        mark = "." if following.isupper() or before[-1:] in tuple(_KOREAN_ENDINGS) else ","
    return f"{mark or ('.' if '.' in run else ',')} "

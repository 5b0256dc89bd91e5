"""A show's pronunciations: words respelled, or sounds in IPA between slashes for engines that take them.

"nginx is fast" with nginx=/ˈɛnʤɪnˈɛks/ becomes "[nginx](/ˈɛnʤɪnˈɛks/) is fast".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from podloom.domain import Language
from podloom.text.normalize import normalize

SOUNDS = re.compile(r"\[([^\[\]]*)\]\(/([^/]*)/\)")
"""A word and its sounds in a text for speech."""
_SIGNS = range(0xA000, 0xA48D)
"""Letters of the Yi script, which rules leave as they are: one stands for each word with sounds."""
_LEFT_OUT = str.maketrans({"g": "ɡ", **dict.fromkeys(" .\u0361\u035c[]()")})
"""Of IPA: a syllable's end and ties mean nothing to a network that reads symbol by symbol."""


def read_lexicon(entries: Iterable[str]) -> dict[str, str]:
    """Words and how they are said, of entries such as "nginx=engine ex"."""
    parts = (entry.partition("=") for entry in entries)
    return {word.strip(): spelling.strip() for word, _, spelling in parts}


def sounds_of(spelling: str) -> str:
    """The IPA between slashes; "" for a respelling."""
    given = re.fullmatch(r"/([^/]+)/", spelling.strip())
    return given[1].translate(_LEFT_OUT) if given else ""


def spoken(text: str, language: Language, lexicon: Mapping[str, str], *, ipa: bool) -> str:
    """`text` normalised for speech; words with IPA as SOUNDS, or as written where it is not taken."""
    sounds = {word: sound for word, spelling in lexicon.items() if (sound := sounds_of(spelling))}
    respelled = {word: spelling for word, spelling in lexicon.items() if word not in sounds}
    if not ipa or not sounds:
        return normalize(text, language, pronunciations=respelled)
    free = (sign for sign in map(chr, _SIGNS) if sign not in text)
    signs = dict(zip(sounds, free, strict=False))
    normal = normalize(text, language, pronunciations={**respelled, **signs})
    for word, sign in signs.items():
        normal = normal.replace(sign, f"[{word}](/{sounds[word]}/)")
    return normal


def words_only(text: str) -> str:
    """A text for speech without the sounds."""
    return SOUNDS.sub(r"\1", text)

"""Which of its pronunciations an English homograph has, from the words beside it.

The lexicon gives pronunciations by part of speech. There is no tagger here: a word after "to" or a pronoun is
taken for a verb, after an article or preposition for a noun, after "have" or "be" for a participle, and
otherwise its default stands. That is right more often than the default alone and costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BEFORE_VERB = _words(
    "to will would can could should must may might shall i you we they who cannot can't won't don't doesn't "
    "didn't do does did couldn't shouldn't wouldn't let's please i'll you'll we'll they'll he'll she'll "
    "it'll i'd you'd we'd they'd people us them not never always often also"
)
_BEFORE_NOUN = _words(
    "the a an this that these those my your his her its our their of no some any every each in for with "
    "from on by without about another whose more much such"
)
_BEFORE_PARTICIPLE = _words("have has had having i've you've we've they've been")
_BE = _words("is are was were be being am it's that's he's she's i'm you're we're they're")
_ARTICLES = _words("the a an this that these those my your his her its our their it them")
_PRONOUNS = _words("i you we they who people")
_PRONOUNS_3 = _words("he she it")
_PAST = _words("yesterday ago last once")
_LEAD_METAL = _words("paint pipe pipes poisoning acid battery batteries weight weights free zinc content")
_LIVE_NOUNS = _words(
    "music show shows audience tv stream streams streaming event events coverage performance band"
)
_STRESSED_LAST = _words("will would there these those this through won't")
_PLACES = _words("in with on here there at alone together near under longer forever up")


def role(words: Sequence[str], index: int, *, ends_phrase: bool) -> str:
    """The part of speech of the word at `index` among the small-letter `words` of a sentence."""
    previous = words[index - 1] if index else ""
    following = words[index + 1] if index + 1 < len(words) else ""
    if words[index] in _SPECIAL and (special := _SPECIAL[words[index]](previous, following, words)):
        return special
    if ends_phrase and words[index] in _STRESSED_LAST:
        return "None"
    if previous in _BEFORE_PARTICIPLE:
        return "VBN"
    if previous in _BEFORE_VERB:
        return "VERB"
    if previous in _BEFORE_NOUN or following == "of":
        return "NOUN"
    return "VERB" if not previous and following in _ARTICLES else "DEFAULT"


def _read(previous: str, _following: str, words: Sequence[str]) -> str:
    if previous in _BEFORE_VERB - _PRONOUNS:
        return "DEFAULT"
    past = previous in _BEFORE_PARTICIPLE | _BE | _PRONOUNS_3 or not _PAST.isdisjoint(words)
    return "VBD" if past else "DEFAULT"


def _live(previous: str, following: str, _words: Sequence[str]) -> str:
    verb = (previous in _BEFORE_VERB and following not in _LIVE_NOUNS) or following in _PLACES
    return "VERB" if verb and previous not in _BE | _BEFORE_NOUN else "DEFAULT"


def _close(previous: str, following: str, _words: Sequence[str]) -> str:
    if following in _ARTICLES and previous not in _BE:
        return "VERB"
    return "DEFAULT" if following == "to" else ""


def _used(previous: str, following: str, _words: Sequence[str]) -> str:
    return "VBD" if following == "to" and previous not in _BE | {"get", "got", "been"} else "DEFAULT"


def _minute(_previous: str, following: str, _words: Sequence[str]) -> str:
    return "ADJ" if re.match("detail|amount|particle|difference|change", following) else "DEFAULT"


def _bass(_previous: str, following: str, _words: Sequence[str]) -> str:
    return "DEFAULT" if following in ("fishing", "fish") else "ADJ"


_SPECIAL: dict[str, Callable[[str, str, Sequence[str]], str]] = {
    "read": _read, "live": _live, "close": _close, "used": _used, "minute": _minute, "bass": _bass,
}  # fmt: skip
"""Words whose neighbours say more than the general rule; "" leaves it to that rule."""

OVERRIDES: dict[str, tuple[frozenset[str], str]] = {"lead": (_LEAD_METAL, "lˈɛd")}
"""Words the lexicon has one pronunciation for: what follows, and how the word is then said."""

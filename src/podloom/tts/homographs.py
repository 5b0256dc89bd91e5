"""Which of its pronunciations an English homograph has, from the words beside it.

The lexicon gives pronunciations by part of speech. There is no tagger here: a word after "to" or a pronoun is
taken for a verb, after an article or preposition for a noun, after "have" or "be" for a participle, and
otherwise its default stands. That is right more often than the default alone and costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple


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
_ADVERBS = _words("never not also already just ever always often since now then still only even")
_LIVE_NOUNS = _words(
    "music show shows audience tv stream streams streaming event events coverage performance band"
)
_STRESSED_LAST = _words("will would there these those this through won't")
_PLACES = _words("in with on here there at alone together near under longer forever up")


def role(words: Sequence[str], index: int, *, ends_phrase: bool) -> str:
    """The part of speech of the word at `index` among the small-letter `words` of a sentence."""
    previous = words[index - 1] if index else ""
    following = words[index + 1] if index + 1 < len(words) else ""
    special = _SPECIAL[words[index]](words, index) if words[index] in _SPECIAL else ""
    if known := special or _case(ROLES, words, index):
        return known
    if ends_phrase and words[index] in _STRESSED_LAST:
        return "None"
    if _auxiliary(words, index) in _BEFORE_PARTICIPLE:
        return "VBN"
    if previous in _BEFORE_VERB:
        return "VERB"
    if previous in _BEFORE_NOUN or following == "of":
        return "NOUN"
    return "VERB" if not previous and following in _ARTICLES else "DEFAULT"


def pronounced(words: Sequence[str], index: int) -> str:
    """Phonemes of a word that the lexicon has one pronunciation for, where its neighbours ask for another."""
    return _case(SOUNDS, words, index)


def _auxiliary(words: Sequence[str], index: int) -> str:
    """The word before, but for adverbs: "have" of "have never", "was" of "was widely"."""
    at = index - 1
    while at >= max(0, index - 3) and (words[at] in _ADVERBS or words[at].endswith("ly")):
        at -= 1
    return words[at] if at >= 0 else ""


class Case(NamedTuple):
    """Neighbours, any of each, and what follows from them; no neighbours are any."""

    says: str
    after: frozenset[str] = frozenset()
    """Words one of which stands before, or two of them."""
    before: frozenset[str] = frozenset()
    """Words one of which follows."""
    never_after: frozenset[str] = frozenset()


def _case(table: dict[str, tuple[Case, ...]], words: Sequence[str], index: int) -> str:
    """What the first case that fits says, "" if none does."""
    previous = words[index - 1] if index else ""
    two = "_".join(words[max(0, index - 2) : index])
    following = words[index + 1] if index + 1 < len(words) else ""
    for case in table.get(words[index], ()):
        after = not case.after or previous in case.after or two in case.after
        if after and (not case.before or following in case.before) and previous not in case.never_after:
            return case.says
    return ""


_TEARING = _words("down up apart off into through it them itself out away at")
_MEASURES = _words("percent price tax pay wage salary rate cost fee population temperature fold budget")
_DETERMINERS = _words("the a an this that these those my your his her its our their no some any every of")
_DUTIES = _words("duty duties tariff tariffs tax taxes price prices ban bans levy levies controls costs")
_GROWTH = (Case("NOUN", after=_MEASURES), Case("NOUN", before=_words("in of"), never_after=_BEFORE_VERB))
_TINY = _words(
    "detail details detailed amount amounts particle particles difference differences change changes trace "
    "traces quantity quantities fraction fractions cracks"
)

ROLES: dict[str, tuple[Case, ...]] = {
    "tear": (Case("VERB", before=_TEARING, never_after=_DETERMINERS),),
    "tears": (
        Case("VERB", after=_PRONOUNS_3 | _words("that which who")),
        Case("VERB", before=_TEARING - {"down"}, never_after=_DETERMINERS),
    ),
    "lives": (
        Case("VERB", after=_PRONOUNS_3 | _words("who everyone nobody somebody one")),
        Case("VERB", before=_words("here there alone near nearby"), never_after=_DETERMINERS),
    ),
    "bass": (
        Case("DEFAULT", before=_words("fishing fish")),
        Case("DEFAULT", after=_words("sea largemouth smallmouth striped")),
        Case("ADJ"),
    ),
    "object": (Case("VERB", before=_words("to"), never_after=_DETERMINERS),),
    "content": (
        Case("DEFAULT", before=_words("with"), never_after=_DETERMINERS),
        Case("NOUN", after=_BE, before=_words("creation creators creator marketing moderation owners")),
        Case("DEFAULT", after=_BE | _words("not very quite perfectly")),
        Case("NOUN"),
    ),
    "increase": _GROWTH,
    "decrease": _GROWTH,
    "produce": (Case("NOUN", after=_words("fresh local organic farm seasonal")),),
    "import": (Case("NOUN", before=_DUTIES, never_after=_BEFORE_VERB),),
    "deliberate": (Case("ADJ", never_after=_BEFORE_VERB | _words("jurors")),),
    "elaborate": (Case("DEFAULT", before=_words("on further")), Case("ADJ", never_after=_BEFORE_VERB)),
    "dove": (
        Case("VERB", before=_words("into in deep deeper under down headfirst off right straight")),
        Case("VERB", after=_PRONOUNS | _PRONOUNS_3),
    ),
    "bow": (
        Case("VERB", before=_words("out down before")),
        Case("VERB", after=_words("take_a takes_a took_a taking_a")),
    ),
    "wound": (Case("VBD", before=_words("up down around"), never_after=_DETERMINERS),),
    "affect": (Case("VERB", never_after=_DETERMINERS | _words("flat")),),
    "affects": (Case("VERB", never_after=_DETERMINERS),),
    "estimates": (
        Case("DEFAULT", before=_words("that the a it")),
        Case("DEFAULT", after=_PRONOUNS_3 | _words("who which")),
        Case("NOUN"),
    ),
    "invalid": (Case("DEFAULT"),),
    "used": (
        Case("VBD", before=_words("to"), never_after=_BE | _words("get got been")),
        Case("DEFAULT"),
    ),
    "minute": (Case("ADJ", before=_TINY), Case("DEFAULT")),
}
"""Words whose neighbours say more than the general rule."""

_METAL = _words(
    "paint pipe pipes poisoning acid battery batteries weight weights free zinc content levels exposure "
    "contamination bullets ore ions pencil solder dust mine mines crystals"
)
SOUNDS: dict[str, tuple[Case, ...]] = {
    "lead": (Case("lˈɛd", before=_METAL), Case("lˈɛd", after=_words("blood exposure_to exposed_to molten"))),
    "resume": (Case("ɹˈɛzəmˌA", after=_words("a my your his her their our the")),),
    "abe": (Case("ˈɑbA", after=_words("shinzo minister mister")),),
    "des": (Case("də", before=_words("moines plaines")),),
    "la": (Case("lə", before=_words("jolla")),),
    "nice": (Case("nˈis", after=_words("cannes_and in_downtown")), Case("nˈis", before=_words("france"))),
}


def _read(words: Sequence[str], index: int) -> str:
    previous = words[index - 1] if index else ""
    auxiliary = _auxiliary(words, index)
    asked = index > 1 and words[index - 2] in _BEFORE_PARTICIPLE
    if auxiliary in _BEFORE_PARTICIPLE | _BE or asked:
        return "VBD"
    if previous in _BEFORE_VERB - _PRONOUNS:
        return "DEFAULT"
    return "VBD" if previous in _PRONOUNS_3 or not _PAST.isdisjoint(words) else "DEFAULT"


def _live(words: Sequence[str], index: int) -> str:
    previous = words[index - 1] if index else ""
    following = words[index + 1] if index + 1 < len(words) else ""
    verb = (previous in _BEFORE_VERB and following not in _LIVE_NOUNS) or following in _PLACES
    return "VERB" if verb and previous not in _BE | _BEFORE_NOUN else "DEFAULT"


def _close(words: Sequence[str], index: int) -> str:
    """The verb and the end of a day have z; what is near has s."""
    previous = words[index - 1] if index else ""
    following = words[index + 1] if index + 1 < len(words) else ""
    # Several things that close: "markets close at four", "shops close early".
    several = previous.endswith("s") and previous not in _BE | {"as", "yes"}
    if previous not in _BE and (following in _ARTICLES or (several and following in _CLOSING)):
        return "VERB"
    near = previous in _NEAR_AFTER or re.fullmatch(_NEAR_NOUNS, following) or following == "to"
    return "DEFAULT" if near else ""


_CLOSING = _words("at on in by for early late higher lower up down sharply deals")
_NEAR_AFTER = _words("a very so too as how stay stayed came come comes get gets got more pretty quite") | _BE
_NEAR_NOUNS = (
    r"call|calls|friends?|look|attention|race|races|contact|ties|allies|ally|relative|relatives|second|proximity|"
    r"range|together|enough|up|aides?|advisers?|encounters?|relationship|cooperation"
)

_SPECIAL: dict[str, Callable[[Sequence[str], int], str]] = {"read": _read, "live": _live, "close": _close}
"""Words that the sentence around them decides; "" leaves it to the general rule."""

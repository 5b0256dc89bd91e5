"""Whether a stop ends a sentence, in any language but Korean: with capitals, without, or with own stops."""

from __future__ import annotations

import re

from podloom.text.abbreviations import ABBREVIATIONS, CLOSERS, DAYS, GO_ON_WITH_A_TIME, SHORT_DAYS, STARTERS

OWN_STOPS = "。！？｡।॥؟۔።፧։។៕။"
"""Chinese, Japanese, Indian, Arabic, Urdu, Ethiopic, Armenian, Khmer, Burmese: they mean nothing else."""
OPENERS = "\"'“‘«‹»„‚([{「『（【〈《¿¡"
CLOSERS_OF_QUOTES = "\"'”’»›)\\]}」』）】〉》"
# „Ja.“ and »Ja.« end with what opens in other languages; « Oui. » has a space within.
CLOSING = rf"(?:[“‘«](?=\s|$)| »(?=\W|$)|[{CLOSERS_OF_QUOTES}])*"
END = re.compile(rf"(?P<stop>[.!?…{OWN_STOPS}]+)(?P<quote>{CLOSING})(?P<gap>\s*)")

_NEAR = 60
"""Characters behind a stop, and before it, that tell what it is."""
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SPOKEN_OF = re.compile(r"[、，,;；]|[\u3041-\u3096]|[^。！？、，]{0,5}?(?:说|說|问|問|喊|叫|答)")
"""Goes on with who said it, behind a quotation: 「行く。」と言った, “走吧。”他说."""
INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.)*[^\W\d_]|(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,3}")
"""J, U.S, Ph.D, M.Sc"""
_NAME_LIKE_IPHONE = re.compile("[a-z][A-Z]")
_LANGUAGES = "de da no nb nn fi cs sk hu et lv is sl hr sr tr"
_ORDINALS = frozenset(_LANGUAGES.split())
"""Languages that write "5." for the fifth."""


_ABBREVIATED = frozenset(word.lower() for word in (*ABBREVIATIONS, *CLOSERS, *SHORT_DAYS, "st", "no", "art"))
_RUN_ON = ("Inc", "Corp", "Ltd", "Co", "Jr", "Sr", "St", "al")
"""More often within a sentence than at its end."""


def ends_sentence(text: str, start: int, match: re.Match[str], *, language: str, small: bool) -> bool:
    """Whether the sentence from `start` ends at a match of END; a `small` text has no capitals at all."""
    following = text[match.end() : match.end() + _NEAR].lstrip(OPENERS)
    stop, sentence = match["stop"], text[start : match.start()]
    if not following:
        return True
    if stop[-1] in OWN_STOPS:
        return bool(match["gap"]) or not (match["quote"] and _SPOKEN_OF.match(following))
    if not match["gap"]:
        return _SPACELESS.match(sentence[-1:] + following) is not None and stop[-1] in ".!?"
    word = sentence[-_NEAR:].rsplit(" ", 1)[-1].lstrip(OPENERS)
    if following[0].islower() and not _NAME_LIKE_IPHONE.match(following) and _is_cased(word[-1:]):
        return small and not match["quote"] and _ends_small(word, stop)
    return stop != "." or _ends_after(word, sentence, following, language)


def _is_cased(character: str) -> bool:
    """Whether a small letter behind it says anything: not so after a script without capitals."""
    return not character.isalpha() or character.islower() or character.isupper()


def _ends_small(word: str, stop: str) -> bool:
    """Whether a stop ends a sentence of a text without capitals."""
    abbreviated = len(word) < 2 or word in _ABBREVIATED or INITIALS.fullmatch(word)
    return stop[0] in "?!" or (stop == "." and word[-1:].isalnum() and not abbreviated)


def _ends_after(word: str, sentence: str, following: str, language: str) -> bool:
    """Whether a full stop after `word` ends a sentence; `following` begins with no small letter."""
    first = re.match(r"\w+", following)
    opener = first is not None and first[0] in STARTERS
    if word in ABBREVIATIONS or word in ("e.g", "i.e"):
        return False
    if word in ("No", "Art"):
        return not following[0].isdigit()
    if word in SHORT_DAYS:
        return not (following[0].isdigit() or (first and first[0] in DAYS))
    if word in ("p.m", "a.m"):
        return first is None or first[0] not in GO_ON_WITH_A_TIME
    if word in _RUN_ON or (INITIALS.fullmatch(word) and word not in CLOSERS):
        # "A. The plan": a letter alone is the number of what follows.
        return opener and sentence.strip(OPENERS) != word
    # "1. First point"; in some languages also "am 5. Mai".
    number = word.isdigit() and (sentence.strip(OPENERS) == word or (language in _ORDINALS and len(word) < 3))
    return not number

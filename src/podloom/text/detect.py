"""Which language a text is in: by script, and for Latin script by its most frequent words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

UNDETERMINED = "und"

SCRIPT_LANGUAGES = {
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "THAI": "th",
    "DEVANAGARI": "hi",
}
"""First word of a character's Unicode name to the language it most likely stands for."""

OWN_SCRIPTS = {
    "ko": {"HANGUL"},
    "ja": {"HIRAGANA", "KATAKANA", "CJK"},
    "zh": {"CJK"},
    "el": {"GREEK"},
    "ar": {"ARABIC"},
    "he": {"HEBREW"},
    "th": {"THAI"},
    "hi": {"DEVANAGARI"},
    "ru": {"CYRILLIC"},
    "uk": {"CYRILLIC"},
}
"""Languages that are not named here are written in Latin script."""

FREQUENT_WORDS = {
    "en": "the of and to in is that it was for on are with as they be at this have from or by not but what "
    "all were we when your can there an which their will how about if would these has its who did than "
    "been had our you he she his her a",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden "
    "aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum haben nur oder "
    "aber vor zur bis mehr durch kann ich wir",
    "fr": "le la les de des et un une du en que qui est dans pour pas au sur ne se ce il par plus avec son "
    "sont aux cette ses ou comme mais on nous vous ont été leur sa elle tout aussi être fait d l c qu n",
    "es": "el la los las de y que en un una es por con para del se no al lo como más su sus pero ha este "
    "esta son entre cuando muy sin sobre también me hasta hay donde fue desde está ser todo yo",
    "it": "il lo la gli le di e che in un una è per con del della dei delle non si da al alla sono come "
    "anche più ma nel nella questo questa dal ha ci loro essere stato tra o suo sua molto l d",
    "pt": "o a os as de e que em um uma do da dos das no na nos nas para com não por é se mais como mas foi "
    "ao ele à seu sua ou ser quando muito há já está eu também só pelo pela até isso são entre",
    "nl": "de het een en van in is dat op te zijn met voor niet die er aan ook als maar om hij bij uit door "
    "naar wordt worden dit nog werd heeft over kan dan geen meer ze tot deze wat zich hun we of",
}
MIN_SHARE = 0.12
"""Running text has at least this share of frequent words of its language (0.34 to 0.55 in our tests)."""
MIN_KINDS = 3
"""Different frequent words in a text of more than a sentence; lists repeat one by accident."""
ADDRESS = re.compile(r"(?<!\S)(?:\S+[@/]\S+|\S+\.\w\S*)")
MIN_LEAD = 1.15
"""How clearly the best language must lead; related languages share words."""

CJK_WEIGHT = 3
"""A Chinese character stands for about three Latin letters."""


def detect_language(text: str) -> str:
    """ISO 639-1 code of the language most of `text` is written in, "und" when it cannot be told."""
    letters = _letters_by_script(text)
    if not letters:
        return UNDETERMINED
    script = max(letters, key=letters.__getitem__)
    if script == "LATIN":
        return _latin_language(text)
    if script == "CYRILLIC":
        return _cyrillic_language(text)
    if script == "CJK" and letters["HIRAGANA"] + letters["KATAKANA"] > 0.05 * letters["CJK"]:
        return "ja"
    return SCRIPT_LANGUAGES.get(script, UNDETERMINED)


def share_in_language(text: str, language: str) -> float:
    """Share of letters written in the language's own script, 0 to 1; 1 for a text without letters.

    Korean counts its letters, not its blocks: "서버는 Linux" is 7 letters of Korean and 5 of English.
    """
    letters = _letters_by_script(text)
    total = letters.total()
    if total == 0 or language == UNDETERMINED:
        return 1.0
    return sum(letters[script] for script in OWN_SCRIPTS.get(language, {"LATIN"})) / total


def _letters_by_script(text: str) -> Counter[str]:
    """Letters by the first word of their Unicode name, weighted by how much they carry."""
    found: Counter[str] = Counter()
    # Decomposed, a Korean block is its two or three letters and an accented letter is its base.
    for character, count in Counter(unicodedata.normalize("NFD", text)).items():
        if character.isalpha():
            script = unicodedata.name(character, "UNNAMED").replace("-", " ").partition(" ")[0]
            found[script] += count * (CJK_WEIGHT if script == "CJK" else 1)
    return found


def _latin_language(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", ADDRESS.sub(" ", text.lower()))
    scores = _scores(words)
    (best, score), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    if score < MIN_SHARE * len(words) or score < MIN_LEAD * second:
        return UNDETERMINED
    if len(words) > 12 and len(set(words).intersection(FREQUENT_WORDS[best].split())) < MIN_KINDS:
        return UNDETERMINED
    return best


def _scores(words: list[str]) -> Mapping[str, float]:
    """Per language the number of its frequent words; a word of several languages counts for less."""
    profiles = {language: set(frequent.split()) for language, frequent in FREQUENT_WORDS.items()}
    owners = Counter(word for profile in profiles.values() for word in profile)
    counts = Counter(words)
    return {
        language: sum(counts[word] / owners[word] for word in profile)
        for language, profile in profiles.items()
    }


def _cyrillic_language(text: str) -> str:
    lower = text.lower()
    if re.search("[іїєґ]", lower):
        return "uk"
    return "ru" if re.search("[ыэ]", lower) else UNDETERMINED

"""The English lexicon: misaki's US files (Apache-2.0), read without importing it, and our own names."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from podloom.errors import MissingDependencyError

Entry = str | dict[str, str | None]
"""Phonemes, or phonemes by part of speech; None marks a word that is spelled out in that role."""
_SIBILANTS = "szʃʒʧʤ"
_VOICELESS = "ptkfθ"
_DERIVED = {
    "ly": "li", "ness": "nəs", "less": "ləs", "ful": "fᵊl", "ment": "mᵊnt", "er": "əɹ", "ers": "əɹz",
    "est": "əst", "ish": "ɪʃ", "like": "lˌIk",
}  # fmt: skip
_PREFIXES = {
    "un": "ˌʌn", "re": "ɹˌi", "pre": "pɹˌi", "non": "nˌɑn", "over": "ˌOvəɹ", "anti": "ˌænti",
    "multi": "mˌʌlti", "micro": "mˌIkɹO", "cyber": "sˌIbəɹ", "mega": "mˌɛɡə", "giga": "ɡˌɪɡə",
    "tera": "tˌɛɹə", "nano": "nˌænO",
}  # fmt: skip


@cache
def lexicons() -> tuple[dict[str, Entry], dict[str, Entry]]:
    """The gold (checked by hand) and silver (generated) lexicons; about 6 MB of JSON, once a process.

    Raises:
        MissingDependencyError: misaki is not installed.
    """
    spec = importlib.util.find_spec("misaki")
    if spec is None or spec.origin is None:
        raise MissingDependencyError(
            "the English lexicon of Kokoro is not installed (no package 'misaki'); "
            "install it with: pip install 'podloom[kokoro]'"
        )
    folder = Path(spec.origin).parent / "data"
    gold, silver = (
        json.loads((folder / f"us_{name}.json").read_text("utf-8")) for name in ("gold", "silver")
    )
    return gold, silver


@cache
def _names() -> dict[str, str]:
    lines = files("podloom.tts").joinpath("english_names.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return dict(rows)


def entry(word: str) -> Entry | None:
    """The entry of `word` as written, else capitalised."""
    gold, silver = lexicons()
    return next((lex[w] for w in (word, word.capitalize()) for lex in (gold, silver) if lex.get(w)), None)


def lookup(word: str, role: str = "DEFAULT") -> str | None:
    """Phonemes of `word` in a role: VERB, NOUN, ADJ, VBD, VBN, or None at the end of a phrase."""
    if ours := _names().get(word.lower()):
        return ours
    found = entry(word)
    if isinstance(found, dict):
        return (
            found.get(role)
            or found.get("DEFAULT")
            or next((value for value in found.values() if value), None)
        )
    return found


def is_also_name(word: str) -> bool:
    """True for a capitalised word that the lexicon has in small letters too, with other sounds."""
    gold, silver = lexicons()
    name = gold.get(word) or silver.get(word)
    return name is not None and name != (gold.get(word.lower()) or silver.get(word.lower()) or name)


def is_acronym(word: str) -> bool:
    """True for capitals that the lexicon marks as spelled out when a noun: US, IT."""
    found = lexicons()[0].get(word)
    return len(word) > 1 and word.isupper() and isinstance(found, dict) and found.get("NOUN", "") is None


def known(word: str, role: str = "DEFAULT") -> str | None:
    """Phonemes of a word in small letters that is in the lexicon, derived from one, or two written as one."""
    return lookup(word, role) or _inflected(word) or _derived(word) or _compound(word)


def _inflected(word: str) -> str | None:
    """Plural, possessive, past tense and -ing."""
    for suffix in ("'s", "s", "es"):
        if word.endswith(suffix) and (base := lookup(word.removesuffix(suffix))):
            return with_s(base)
    for suffix, sound in (("ies", "z"), ("ied", "d")):
        if word.endswith(suffix) and (base := lookup(word.removesuffix(suffix) + "y")):
            return base + sound
    if word.endswith("ed") and (base := _stem(word.removesuffix("ed"))):
        return base + ("ᵻd" if base[-1] in "td" else "t" if base[-1] in "pkfθʃsʧ" else "d")
    if word.endswith("ing") and (base := _stem(word.removesuffix("ing"))):
        return base + "ɪŋ"
    return None


def with_s(base: str) -> str:
    """Its plural or possessive."""
    return base + ("ᵻz" if base[-1] in _SIBILANTS else "s" if base[-1] in _VOICELESS else "z")


def _stem(stem: str) -> str | None:
    """The verb before -ed or -ing: as it stands, with an e, or with its last letter once (hopp-, hop)."""
    if len(stem) < 2:
        return None
    doubled = stem[:-1] if stem[-1] == stem[-2] else stem
    return lookup(stem, "VERB") or lookup(f"{stem}e", "VERB") or lookup(doubled, "VERB")


def _derived(word: str) -> str | None:
    """A word of the lexicon with a common ending or beginning."""
    for suffix, sound in _DERIVED.items():
        if (
            word.endswith(suffix)
            and len(word) > len(suffix) + 2
            and (base := lookup(word.removesuffix(suffix)))
        ):
            return base + sound
    for prefix, sound in _PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 2 and (base := lookup(rest) or _inflected(rest)):
            return sound + base
    return None


def _compound(word: str) -> str | None:
    """Two words written as one ("heatwave"); the longest first part wins."""
    for cut in range(len(word) - 3, 2, -1):
        if (first := lookup(word[:cut])) and (second := lookup(word[cut:]) or _inflected(word[cut:])):
            return first + second.replace("ˈ", "ˌ")
    return None

"""Which blocks of the sources matter most, and what they are about: TextRank over TF-IDF."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from podloom.domain import Language

_STOP_WORDS: dict[Language, str] = {
    "en": """
        a an the and or but if so as of in on at to for from by with without into over under than then that
        this these those it its is are was were be been being have has had do does did not no nor can could
        may might will would should also still yet just only about more most much many few some any each
        other such their them they he she his her we our us you your i which who whom whose what when where
        why how there here because while after before between during both either one two three all said says
        according however instead although though through until since very every same another too again even
        shall must mean means up out off down get gets got make makes made use uses used new years year
        percent later ago per like well
    """,
    "ko": """
        그리고 그러나 하지만 그런데 그래서 또한 따라서 이는 이것 그것 이런 그런 저런 이러한 그러한
        있다 없다 했다 한다 된다 됐다 있는 없는 하는 되는 위해 대한 대해 통해 때문 때문에 경우 모두
        가장 매우 더 또 및 등 수 것 것이다 것으로 이후 이상 이하 동안 가운데 지난 올해 다른 같은
        많은 여러 특히 이미 아직 다시 함께 약 각 그 이 저 그곳 이곳 우리 사람 하루
    """,
}
STOP = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
"""Words that say nothing about the matter."""
_PARTICLES = re.compile(
    r"(?:에서는|에게서|으로는|으로써|으로도|에서도|까지는|부터는|이라고|이라는|에서|에게|으로|부터|까지|처럼|보다|마다"
    r"|조차|이나|이며|이고|들은|들이|들을|들의|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
_VERBAL = re.compile(r"(?:다|요|며|고|면|서|지만|는데|던|할|된|한|하는|되는|했던)$")
ROUNDS = 40
DAMPING = 0.85


def terms(text: str, language: Language) -> list[str]:
    """Content words in a crude base form."""
    if language == "ko":
        words = [_PARTICLES.sub("", word) for word in re.findall(r"[가-힣]{2,}|[A-Za-z][\w-]+|\d+", text)]
        return [word for word in words if len(word) > 1 and word not in STOP["ko"]]
    found = re.findall(r"[a-z][a-z'-]+|\d+", text.lower())
    words = [word for word in found if word not in STOP["en"] and len(word) > 2]
    return [re.sub(r"(?:ing|edly|ed|es|s)$", "", word) if len(word) > 4 else word for word in words]


def rank(texts: Sequence[str], language: Language) -> NDArray[np.float64]:
    """Importance of each text among the others; the mean is 1."""
    vectors = _tfidf([terms(text, language) for text in texts])
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, 0.0)
    sums = alike.sum(axis=1, keepdims=True)
    share = np.divide(alike, sums, out=np.zeros_like(alike), where=sums > 0)
    score: NDArray[np.float64] = np.ones(len(texts))
    for _ in range(ROUNDS):
        score = (1 - DAMPING) + DAMPING * (share.T @ score)
    return score


def _tfidf(documents: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Unit vectors, one row per document."""
    frequency = Counter(term for document in documents for term in set(document))
    column = {term: number for number, term in enumerate(sorted(frequency))}
    vectors = np.zeros((len(documents), max(1, len(column))))
    for row, document in enumerate(documents):
        for term, count in Counter(document).items():
            vectors[row, column[term]] = count * math.log(1 + len(documents) / frequency[term])
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 0)
    return vectors


class Wording:
    """A whole text's phrases, counted once: it tells what a part of the text is about."""

    def __init__(self, whole: str, language: Language) -> None:
        self._language = language
        self._small = frozenset(re.findall(r"\b[a-z][a-z'-]+", whole)) if language == "en" else frozenset()
        self._forms = _korean_forms(whole) if language == "ko" else {}
        self._counts = self._phrases(whole)

    def topics(self, part: str) -> list[str]:
        """Noun-like phrases of the part that come back in the whole, most telling first."""
        here = self._phrases(part)
        telling = [phrase for phrase in here if self._counts[phrase] >= 2]
        # What a text is about comes often in it and seldom elsewhere; two words say more than one.
        weight = {
            phrase: here[phrase] * (2 if " " in phrase else 1) / math.sqrt(self._counts[phrase])
            for phrase in telling
        }
        return sorted(telling, key=lambda phrase: (-weight[phrase], phrase))

    def _phrases(self, text: str) -> Counter[str]:
        if self._language == "ko":
            return _korean_nouns(text, self._forms)
        return _english_phrases(text, self._small)


def _english_phrases(text: str, small: frozenset[str]) -> Counter[str]:
    """Runs of content words that can follow "what about": pairs, and plural nouns alone."""
    counts: Counter[str] = Counter()
    for clause in re.split(r"[^A-Za-z'\- ]+", text):
        run: list[str] = []
        for word in [*clause.split(), "the"]:
            if word.lower() in STOP["en"] or len(word) < 3 or re.search(r"(?:ed|ing|ly|'\w*)$", word):
                counts.update(_pairs(run))
                run = []
                continue
            # A capital that never becomes small belongs to a name.
            run.append(word.lower() if word.lower() in small else word)
    return counts


def _pairs(run: list[str]) -> list[str]:
    plurals = [word for word in run if re.search(r"[^su]s$", word)]
    return [f"{one} {other}" for one, other in pairwise(run)] + plurals


def _korean_forms(whole: str) -> dict[str, set[str]]:
    """The particles that each stem has in a text; "" for none."""
    forms: dict[str, set[str]] = {}
    for word in re.findall(r"[가-힣]{2,}", whole):
        for stem, particle in ((word, ""), _apart(word)):
            forms.setdefault(stem, set()).add(particle)
    return forms


def _korean_nouns(text: str, forms: dict[str, set[str]]) -> Counter[str]:
    """Words that the whole has with two different particles, or one and none: verbs do not."""
    counts: Counter[str] = Counter()
    for word in re.findall(r"[가-힣]{2,}", text):
        stem = _apart(word)[0]
        noun = len(forms.get(stem, ())) >= 2 and any(forms[stem])
        if noun and len(stem) >= 2 and stem not in STOP["ko"] and not _VERBAL.search(stem):
            counts[stem] += 1
    return counts


def _apart(word: str) -> tuple[str, str]:
    """Stem and particle."""
    match = _PARTICLES.search(word)
    return (word[: match.start()], match.group()) if match else (word, "")

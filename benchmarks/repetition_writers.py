"""Writers whose repetition can be measured: a model, one that quotes, one that cannot repeat."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate

from podloom.domain import count_words
from podloom.llm.openai import OpenAIClient
from podloom.llm.protocol import LLMClient, Prompt
from podloom.llm.scripted import ScriptedClient
from podloom.rehearsal import RehearsalServer
from podloom.script.similar import character_runs, overlap
from podloom.settings import LLMSettings, load_settings
from podloom.text.sentences import split_sentences

HOSTS = ("Alex", "Jamie")
BEAT_WORDS = 60
"""So few that every chapter is written in two parts."""
_SOURCE = re.compile(r"<source [^>]*>\n(.*?)\n</source>", re.DOTALL)
_BUDGET = re.compile(r"About (\d+) spoken words")
_HEADING = re.compile(r"^#+ .*$", re.MULTILINE)


class MissingModelError(Exception):
    """Raised where no model is set up."""


@contextmanager
def client_of(name: str, known: Sequence[str]) -> Iterator[tuple[LLMClient, LLMSettings]]:
    """The client of a writer that is asked over prompts.

    Raises:
        MissingModelError: The model is wanted, and none is set.
    """
    settings = load_settings()
    chosen = settings.llm.model_copy(update={"beat_words": BEAT_WORDS})
    if name == "quoting":
        yield ScriptedClient(quoting(known), model=name, chunk=200), chosen
    elif name == "rehearsal":
        with RehearsalServer() as server:
            chosen = chosen.model_copy(update={"base_url": server.base_url})
            yield OpenAIClient(chosen, "any"), chosen
    elif chosen.base_url or settings.llm_key:
        yield OpenAIClient(chosen, settings.llm_key), chosen
    else:
        raise MissingModelError("set PODLOOM_LLM_BASE_URL and PODLOOM_LLM_MODEL, or a key")


def quoting(known: Sequence[str]) -> Callable[[Prompt], str]:
    """Answers in the source's own sentences: those that fit its key points best, and no others' better.

    It knows nothing but the prompt (and the points of the plan, to find them there), and takes by the letter
    what the prompt says about who tells what. So it shows how far prompts keep writers apart, and nothing
    about how well a model follows them.
    """

    def answer(prompt: Prompt) -> str:
        mine, others = _points(prompt.user, known)
        sentences = [
            sentence
            for text in _SOURCE.findall(prompt.user)
            for sentence in split_sentences(_HEADING.sub("", text).strip(), "en")
        ]
        done = prompt.user.partition("# Where we are")[2]
        fitting = [
            sentence
            for sentence in sentences
            if sentence not in done and _nearest(sentence, mine) >= _nearest(sentence, others)
        ]
        fitting.sort(key=lambda sentence: -_nearest(sentence, mine))
        budget = int(next(iter(_BUDGET.findall(prompt.user)), 150))
        spoken = sorted(_enough(fitting, budget), key=sentences.index)
        lines = [{"speaker": HOSTS[n % len(HOSTS)], "text": text} for n, text in enumerate(spoken)]
        return json.dumps({"lines": lines})

    return answer


def _enough(sentences: Sequence[str], words: int) -> list[str]:
    """The first ones, until there are so many words."""
    said = accumulate(map(count_words, sentences), initial=0)
    return [sentence for sentence, before in zip(sentences, said, strict=False) if before < words]


def _points(user: str, known: Sequence[str]) -> tuple[list[str], list[str]]:
    """The points that this call is to tell, and all others that the prompt shows."""
    part = next(iter(re.findall(r"Write only part (\d+)", user)), "")
    _, told, after = user.partition(f"Part {part} tells:" if part else "The chapter named below tells:")
    block = re.split(r"^Part \d+ tells:", after, flags=re.MULTILINE)[0] if told else ""
    mine = [point for point in known if f"- {point}\n" in block]
    return mine, [point for point in known if point not in mine and f"- {point}\n" in user]


def _nearest(sentence: str, points: Sequence[str]) -> float:
    runs = character_runs(sentence)
    return max((overlap(runs, character_runs(point)) for point in points), default=0.0)

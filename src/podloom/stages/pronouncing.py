"""How words of a show are said: its lexicon, and the words that an engine had to guess."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

from podloom.domain import EpisodeRequest, Language, Script
from podloom.errors import VoiceError
from podloom.settings import Settings
from podloom.stages.run import Run
from podloom.text.lexicon import read_lexicon, sounds_of, spoken
from podloom.tts.engine import PhoneticEngine, SpeechEngine

SHOWN = 12


def lexicon_of(request: EpisodeRequest, settings: Settings) -> dict[str, str]:
    """The settings' pronunciations and the show's own, which count more."""
    return {**settings.speech.pronunciations, **read_lexicon(request.pronunciations)}


def check_lexicon(lexicon: Mapping[str, str], engine: SpeechEngine) -> str:
    """What should be known of IPA that the engine does not take; "" when all is heeded.

    Raises:
        VoiceError: It has no sound for a symbol.
    """
    given = {word: sounds for word, spelling in lexicon.items() if (sounds := sounds_of(spelling))}
    if not isinstance(engine, PhoneticEngine):
        names = ", ".join(given)
        return f"{engine.name} takes no IPA: read as written: {names}; respell them" if names else ""
    for word, sounds in given.items():
        if outside := engine.soundless(sounds):
            raise VoiceError(
                f"the pronunciation of {word!r} has symbols that {engine.name} cannot say: {outside!r}; "
                "write it with others, or respell the word without slashes"
            )
    return ""


def spoken_by(engine: SpeechEngine, text: str, language: Language, lexicon: Mapping[str, str]) -> str:
    """`text` as this engine gets it."""
    return spoken(text, language, lexicon, ipa=isinstance(engine, PhoneticEngine))


async def note_guesses(run: Run, script: Script) -> None:
    """Leave in the run, and in its notes, the words that its engine pronounced by their letters alone."""
    if not isinstance(run.engine, PhoneticEngine):
        return
    lexicon = lexicon_of(run.request, run.settings)
    # In a thread: it takes about a tenth of a second for a thousand words.
    run.guessed_words = await asyncio.to_thread(_guesses, run.engine, script, lexicon)
    if run.guessed_words:
        shown, more = run.guessed_words[:SHOWN], len(run.guessed_words) - SHOWN
        rest = f" and {more} more (see the manifest)" if more > 0 else ""
        run.telemetry.note(
            f"said by their letters, because no lexicon has them: {', '.join(shown)}{rest}; to correct one, "
            "give its pronunciation: WORD=RESPELLING, or WORD=/IPA/"
        )


def _guesses(engine: PhoneticEngine, script: Script, lexicon: Mapping[str, str]) -> tuple[str, ...]:
    """The most frequent first."""
    found: Counter[str] = Counter()
    for segment in script.segments:
        text = spoken(segment.text, script.language, lexicon, ipa=True)
        found.update(engine.guessed(text, script.language))
    return tuple(word for word, _ in found.most_common())

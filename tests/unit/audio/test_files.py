from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import av
import mutagen
import pytest
import soundfile
from mutagen.id3 import ID3
from mutagen.mp3 import MP3
from PIL import Image

from podloom.audio.files import FINISH, Tags, finish_m4a, finish_mp3
from podloom.audio.id3 import TOC_LIMIT, tag
from podloom.audio.measure import measure
from podloom.domain import ChapterMark
from podloom.errors import AudioError, MissingDependencyError, OutputError

TAGS = Tags("Sleep & memory 수면", "Paper Cast", date(2026, 11, 21), "The voices are synthetic.", "ko", 3)


@pytest.fixture(scope="module")
def finished(mixed, cover, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("finished")
    targets = {kind: folder / f"episode.{kind}" for kind in mixed.raw}
    for kind, target in targets.items():
        FINISH[kind](mixed.raw[kind], target, mixed.mix, TAGS, cover)
    return targets


def test_mp3_decodes_to_exactly_the_mix(finished, mixed) -> None:
    samples, rate = soundfile.read(finished["mp3"])
    assert (len(samples), rate, samples.ndim) == (mixed.mix.frames, mixed.mix.sample_rate, 1)


def test_mp3_begins_without_the_encoders_delay(finished, mixed) -> None:
    samples, _ = soundfile.read(finished["mp3"])
    loud = abs(samples) > 0.02
    raw, _ = soundfile.read(mixed.raw["mp3"])
    raw_loud = abs(raw) > 0.02
    assert raw_loud.argmax() - loud.argmax() == 1105  # LAME's 576 and a decoder's 529


def test_mp3_duration_and_bit_rate_are_known_without_guessing(finished, mixed) -> None:
    info = MP3(finished["mp3"]).info
    assert info.length == pytest.approx(mixed.mix.duration_s, abs=0.05)
    assert (info.bitrate, info.channels, info.sketchy) == (128_000, 1, False)


def test_mp3_tag(finished, cover) -> None:
    found = ID3(finished["mp3"], translate=False)
    assert found.version == (2, 3, 0)
    texts = {
        name: str(found[name]) for name in ("TIT2", "TPE1", "TALB", "TCON", "TYER", "TDAT", "TLAN", "TRCK")
    }
    assert texts == {
        "TIT2": TAGS.title,
        "TPE1": "Paper Cast",
        "TALB": "Paper Cast",
        "TCON": "Podcast",
        "TYER": "2026",
        "TDAT": "2111",
        "TLAN": "kor",
        "TRCK": "3",
    }
    assert str(found["COMM::kor"]) == TAGS.comment
    assert (found["APIC:"].mime, found["APIC:"].type, found["APIC:"].data) == ("image/jpeg", 3, cover)


def test_mp3_chapters_are_in_the_order_of_time(finished, mixed) -> None:
    found = ID3(finished["mp3"], translate=False)
    names = found["CTOC:toc"].child_element_ids
    chapters = [found[f"CHAP:{name}"] for name in names]
    assert [(c.start_time, c.end_time, str(c.sub_frames["TIT2"])) for c in chapters] == [
        (round(mark.start_s * 1000), round(mark.end_s * 1000), mark.title) for mark in mixed.mix.marks
    ]
    header = len(b"CHAP") + 6  # name, size, flags
    written = [part[header - 4 :][:3] for part in finished["mp3"].read_bytes().split(b"CHAP")[1:]]
    assert written == [b"ch0", b"ch1", b"ch2"]


def test_ffmpeg_sees_the_chapters_of_every_format(finished, mixed) -> None:
    for kind, path in finished.items():
        with av.open(str(path)) as container:
            seen = [
                (float(c["start"] * c["time_base"]), c["metadata"]["title"]) for c in container.chapters()
            ]
        assert [title for _, title in seen] == [mark.title for mark in mixed.mix.marks], kind
        starts = [mark.start_s for mark in mixed.mix.marks]
        assert [start for start, _ in seen] == pytest.approx(starts, abs=0.002), kind


@pytest.mark.parametrize(
    ("kind", "title", "comment", "track"),
    [("m4a", "\xa9nam", "\xa9cmt", "trkn"), ("opus", "title", "description", "tracknumber")],
)
def test_tags_of_the_other_formats(finished, kind, title, comment, track) -> None:
    found = mutagen.File(finished[kind])
    assert found[title] == [TAGS.title]
    assert found[comment] == [TAGS.comment]
    assert found[track] in (["3"], [(3, 0)])
    assert found.info.length == pytest.approx(measure(finished[kind]).duration_s, abs=0.05)


def test_covers_of_the_other_formats(finished, cover) -> None:
    assert bytes(mutagen.File(finished["m4a"])["covr"][0]) == cover
    import base64

    from mutagen.flac import Picture

    picture = Picture(base64.b64decode(mutagen.File(finished["opus"])["metadata_block_picture"][0]))
    assert (picture.data, picture.width, picture.type, picture.mime) == (cover, 64, 3, "image/jpeg")


def test_m4a_can_be_played_before_it_is_loaded(finished) -> None:
    body = finished["m4a"].read_bytes()
    assert body.index(b"moov") < body.index(b"mdat")


@pytest.mark.parametrize("kind", ["m4a", "opus"])
def test_lengths_of_the_other_formats(finished, mixed, kind) -> None:
    assert measure(finished[kind]).duration_s == pytest.approx(mixed.mix.duration_s, abs=0.03)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus"])
def test_cover_and_track_may_be_left_out(mixed, tmp_path, kind) -> None:
    target = tmp_path / f"plain.{kind}"
    FINISH[kind](mixed.raw[kind], target, mixed.mix, Tags("T", "P", date(2026, 1, 2)), b"")
    assert measure(target).duration_s == pytest.approx(mixed.mix.duration_s, abs=0.03)


def test_a_png_is_called_one(tmp_path) -> None:
    image = io.BytesIO()
    Image.new("RGB", (8, 8)).save(image, "PNG")
    (tmp_path / "tag").write_bytes(tag({}, "", "eng", (), image.getvalue()))
    assert ID3(tmp_path / "tag")["APIC:"].mime == "image/png"


def test_more_chapters_than_a_table_of_contents_can_list(tmp_path) -> None:
    marks = [ChapterMark(title=str(i), start_s=i, end_s=i + 1) for i in range(TOC_LIMIT + 5)]
    (tmp_path / "tag").write_bytes(tag({}, "", "eng", marks, b""))
    found = ID3(tmp_path / "tag")
    assert len(found.getall("CHAP")) == len(marks)
    assert len(found["CTOC:toc"].child_element_ids) == TOC_LIMIT


@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus"])
def test_a_target_that_cannot_be_written(mixed, tmp_path, cover, kind) -> None:
    with pytest.raises(OutputError, match=f"cannot write 'episode.{kind}'"):
        FINISH[kind](mixed.raw[kind], tmp_path / "missing" / f"episode.{kind}", mixed.mix, TAGS, cover)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus"])
def test_a_full_disk_leaves_no_target(mixed, tmp_path, cover, kind) -> None:
    target = tmp_path / f"episode.{kind}"
    target.symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        FINISH[kind](mixed.raw[kind], target, mixed.mix, TAGS, cover)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no audio in here at all"])
@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus"])
def test_a_raw_file_that_is_none(mixed, tmp_path, cover, content, kind) -> None:
    raw = tmp_path / f"raw.{kind}"
    raw.write_bytes(content)
    with pytest.raises(AudioError, match=r"raw|finish"):
        FINISH[kind](raw, tmp_path / f"episode.{kind}", mixed.mix, TAGS, cover)
    assert list(tmp_path.iterdir()) == [raw]


def test_a_cover_that_is_none(mixed, tmp_path) -> None:
    with pytest.raises(AudioError, match="cannot finish"):
        finish_m4a(mixed.raw["m4a"], tmp_path / "episode.m4a", mixed.mix, TAGS, b"no image")


def test_m4a_needs_the_extra(mixed, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("podloom.audio.formats.find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"podloom\[av\]"):
        finish_m4a(mixed.raw["m4a"], tmp_path / "episode.m4a", mixed.mix, TAGS, b"")
    finish_mp3(mixed.raw["mp3"], tmp_path / "episode.mp3", mixed.mix, TAGS, b"")


@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus"])
def test_finishing_twice_gives_the_same_bytes(finished, mixed, tmp_path, cover, kind) -> None:
    again = tmp_path / f"again.{kind}"
    FINISH[kind](mixed.raw[kind], again, mixed.mix, TAGS, cover)
    assert again.read_bytes() == finished[kind].read_bytes()

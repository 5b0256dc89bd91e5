import html
import io
import json
import re

import pytest
import srt as srt_package
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from podloom.domain import Cue, Segment, Transcript
from podloom.publish.transcripts import SRT_COLUMNS, SRT_ROWS, VTT_CHARACTERS, srt, transcript_json, vtt
from podloom.publish.wrapping import columns, plain

ROWS = (
    (
        "Anna",
        0.5,
        9.5,
        "Yes. Twelve trials asked whether sleep helps memory, and nine of them say that it does.",
    ),
    ("Ben", 9.75, 14.0, "With p < 0.05 & “small” effects --> so what?"),
    ("Ben", 14.0, 15.0, "Well."),
)
KOREAN = "동네 책방은 단순히 책을 파는 가게가 아니라, 이웃이 서로를 알아 가는 자리이기도 합니다."
TIMES = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)[.,](\d{3}) --> (\d\d):([0-5]\d):([0-5]\d)[.,](\d{3})")


def times_ms(text):
    """Every time line, as pairs of milliseconds."""
    found = (tuple(map(int, match.groups())) for match in TIMES.finditer(text))
    return [tuple(((h * 60 + m) * 60 + s) * 1000 + ms for h, m, s, ms in (t[:4], t[4:])) for t in found]


def vtt_words(text):
    """What a player shows, cue by cue."""
    lines = (line for line in text.split("\n")[2:] if line and " --> " not in line)
    return [html.unescape(re.sub(r"<v [^>]*>", "", line)) for line in lines]


def test_vtt_is_what_the_reference_parser_reads(make_transcript):
    cues = list(webvtt.from_buffer(io.StringIO(vtt(make_transcript(*ROWS)))))
    assert [cue.voice for cue in cues] == ["Anna", "Anna", "Ben", "Ben"]
    assert cues[0].start == "00:00:00.500"
    assert cues[-1].end == "00:00:15.000"


def test_vtt_begins_with_its_signature_alone(make_transcript):
    assert vtt(make_transcript(*ROWS)).startswith("WEBVTT\n\n00:00:00.500 --> ")


def test_vtt_escapes_what_would_be_markup(make_transcript):
    assert "<v A &lt;B&gt; &amp;>p &lt; 1 &amp; so --&gt; what?" in vtt(
        make_transcript(("A <B> &", 0, 1, "p < 1 & so --> what?"))
    )


def test_vtt_without_a_name_has_no_voice_tag(make_transcript):
    assert "<v" not in vtt(make_transcript(("", 0, 1, "Words.")))


def test_vtt_keeps_every_word(make_transcript):
    assert " ".join(vtt_words(vtt(make_transcript(*ROWS)))) == " ".join(row[3] for row in ROWS)


def test_vtt_lines_count_their_voice_tag(make_transcript):
    text = vtt(make_transcript(("Alexandra", 0, 60, "Words of middling length. " * 30)))
    assert max(map(len, text.split("\n"))) <= VTT_CHARACTERS


def test_time_within_a_segment_is_shared_by_characters(make_transcript):
    text = f"{'a' * 59}. {'b' * 29}."
    assert times_ms(vtt(make_transcript(("", 0, 9, text)))) == [(0, 6000), (6000, 9000)]


def test_srt_is_what_a_parser_reads(make_transcript):
    subtitles = list(srt_package.parse(srt(make_transcript(*ROWS))))
    assert [subtitle.index for subtitle in subtitles] == [1, 2, 3, 4]
    assert subtitles[0].content == "Anna: Yes. Twelve trials asked\nwhether sleep helps memory, and"


def test_srt_names_the_speaker_only_on_change(make_transcript):
    assert srt(make_transcript(*ROWS)).count("Ben: ") == 1


def test_srt_shows_no_arrow_that_reads_as_a_time_line(make_transcript):
    assert srt(make_transcript(*ROWS)).count("-->") == 4


def test_srt_rows_of_hangul_are_as_wide_as_latin_ones(make_transcript):
    (subtitle, *_) = srt_package.parse(srt(make_transcript(("지수", 0, 9, KOREAN), language="ko")))
    assert subtitle.content == "지수: 동네 책방은 단순히\n책을 파는 가게가 아니라,"


@pytest.mark.parametrize("write", [vtt, srt])
def test_korean_words_are_never_split(make_transcript, write):
    text = write(make_transcript(("지수", 0, 9, KOREAN), language="ko"))
    shown = re.sub(r"^\d+$|<v 지수>|지수:|WEBVTT", "", TIMES.sub("", text), flags=re.MULTILINE)
    assert shown.split() == KOREAN.split()


def test_json_holds_whole_segments(make_transcript):
    assert json.loads(transcript_json(make_transcript(*ROWS))) == {
        "version": "1.0.0",
        "segments": [
            {"speaker": name, "startTime": start, "endTime": end, "body": text}
            for name, start, end, text in ROWS
        ],
    }


@pytest.mark.parametrize("write", [vtt, srt, transcript_json])
def test_a_silent_cue_is_left_out(make_transcript, write):
    silent = make_transcript(("Anna", 0, 1, " \n "), ("Ben", 1, 2, "Hello."))
    assert write(silent) == write(make_transcript(("Ben", 1, 2, "Hello.")))


def test_overlapping_cues_are_cut_at_the_next_start(make_transcript):
    assert times_ms(vtt(make_transcript(("A", 0, 3, "One."), ("B", 2, 4, "Two.")))) == [
        (0, 2000),
        (2000, 4000),
    ]


def test_an_end_is_never_rounded_past_the_file(make_transcript):
    assert times_ms(vtt(make_transcript(("A", 0, 1.9999, "One.")))) == [(0, 1999)]


def test_a_cue_that_ends_before_it_begins_lasts_a_millisecond(make_transcript):
    assert times_ms(vtt(make_transcript(("A", -1, -2, "One.")))) == [(0, 1)]


seconds = st.floats(min_value=-1, max_value=20_000, allow_nan=False)
cue_lists = st.lists(
    st.builds(
        lambda name, text, start, length: Cue(
            segment=Segment(chapter=0, index=0, speaker=name, text=text), start_s=start, end_s=start + length
        ),
        st.text(max_size=40),
        st.text(max_size=300)
        | st.lists(st.sampled_from(["a", "책방은", "Words,", "end.", "<&>", "-->"])).map(" ".join),
        seconds,
        st.floats(min_value=-0.01, max_value=30),
    ),
    max_size=6,
)


@given(cue_lists)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_any_vtt_is_valid(cues):
    text = vtt(Transcript(language="en", cues=tuple(cues)))
    edges = [edge for pair in times_ms(text) for edge in pair]
    assert all(start < end for start, end in times_ms(text))
    assert edges == sorted(edges)
    assert text.count("\n\n") == len(times_ms(text))
    assert all(len(words) <= VTT_CHARACTERS for words in vtt_words(text))
    assert text.count("-->") == len(times_ms(text))


@given(cue_lists)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_any_vtt_keeps_every_letter(cues):
    shown = "".join(vtt_words(vtt(Transcript(language="en", cues=tuple(cues)))))
    spoken = "".join(plain(cue.segment.text) for cue in sorted(cues, key=lambda cue: cue.start_s))
    assert shown.replace(" ", "") == spoken.replace(" ", "")


@given(cue_lists)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_any_srt_is_valid(cues):
    text = srt(Transcript(language="en", cues=tuple(cues)))
    subtitles = list(srt_package.parse(text, ignore_errors=False))
    assert len(subtitles) == len(times_ms(text))
    rows = [subtitle.content.split("\n") for subtitle in subtitles]
    assert all(len(pair) <= SRT_ROWS and max(map(columns, pair)) <= SRT_COLUMNS for pair in rows)


def test_cues_stay_inside_the_file_when_there_is_time_for_them(make_transcript):
    words = "Words. " * 100
    last = times_ms(srt(make_transcript(("A", 0, 1, words), ("B", 1, 1.5, words))))[-1]
    assert last[1] == 1500

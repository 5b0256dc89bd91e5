import pytest

from podloom.errors import SourceError
from podloom.sources.subtitles import parse_subtitles

VTT = """WEBVTT - A talk
Kind: captions

STYLE
::cue { color: red }

NOTE made by hand

intro
00:01.000 --> 00:03.000 align:start
<v Anna>The <i>wind</i> is strong &amp; cold.

00:03.000 --> 00:05.000
<v Anna>It blows all night.

01:00:09.000 --> 01:00:11.500
<v.loud Ben>I did not expect that.
"""

SRT = """1
00:00:01,000 --> 00:00:03,000
{\\an8}The wind was strong,
and it was cold.

2
00:00:03,100 --> 00:00:05,000
It blew all night.

3
00:00:09,000 --> 00:00:11,000
Then it stopped.
"""


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (VTT, ["Anna: The wind is strong & cold. It blows all night.", "Ben: I did not expect that."]),
        (SRT, ["The wind was strong, and it was cold. It blew all night.", "Then it stopped."]),
        (
            SRT.replace("\n", "\r\n"),
            ["The wind was strong, and it was cold. It blew all night.", "Then it stopped."],
        ),
        (
            (
                "1\n00:01,000 --> 00:02,000\nThe dam held until noon,\n\nbut it broke at one.\n\n"
                "2\n00:02,000 --> 00:03,000\n\nNobody was hurt.\n"
            ),
            ["The dam held until noon, but it broke at one. Nobody was hurt."],
        ),
        (
            "1\n00:01,000 --> 00:02,000\nHello there.\n2\n00:02,000 --> 00:03,000\nHow are you?\n",
            ["Hello there. How are you?"],
        ),
        (
            (
                "WEBVTT\n\nNOTE made\nby hand\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.000\nOne.\n\n"
                "NOTE x\n\n00:02.000 --> 00:03.000\nTwo.\n"
            ),
            ["One. Two."],
        ),
    ],
)
def test_words_without_times(text, paragraphs):
    parsed = parse_subtitles(text, "a.srt")
    assert (parsed.kind, parsed.text.split("\n\n")) == ("subtitles", paragraphs)


def test_rolling_captions_are_not_said_twice():
    lines = ["the wind was", "strong and it", "blew all night"]
    cues = [
        f"00:0{n}.000 --> 00:0{n + 1}.000\n{lines[n - 1] if n else ''}\n{line}"
        for n, line in enumerate(lines)
    ]
    assert parse_subtitles("WEBVTT\n\n" + "\n\n".join(cues), "a.vtt").text == " ".join(lines)


def test_a_long_speech_gets_paragraphs():
    cues = [
        f"00:{n:02}.000 --> 00:{n + 1:02}.000\nThe wind was strong and cold number {n}." for n in range(40)
    ]
    words = [
        len(p.split()) for p in parse_subtitles("WEBVTT\n\n" + "\n\n".join(cues), "a.vtt").text.split("\n\n")
    ]
    assert words == [120, 120, 80]


def test_a_file_without_cues_is_an_error():
    with pytest.raises(SourceError, match=r"'a.vtt' holds no subtitles"):
        parse_subtitles("WEBVTT\n\nNothing else", "a.vtt")

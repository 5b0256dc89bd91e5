import pytest

from podloom.rehearsal import Scenario
from podloom.rehearsal.scenario import Pace


def due(pace: Pace, count: int) -> list[float]:
    return [round(pace.due_s(index, count), 6) for index in range(count)]


def test_pieces_are_spread_evenly_and_end_on_time():
    assert due(Pace(0.0, 4.0), 4) == [1.0, 2.0, 3.0, 4.0]


def test_the_first_piece_waits_for_the_first_token():
    assert due(Pace(1.0, 3.0), 2) == [2.0, 3.0]


@pytest.mark.parametrize(
    ("scenario", "schema", "share", "total_s"),
    [
        (Scenario(), "chapter", 1.0, 0.0),
        (Scenario(outline_s=4.0, chapter_s=9.5), "outline", 1.0, 4.0),
        (Scenario(outline_s=4.0, chapter_s=9.5), "chapter", 1.0, 9.5),
        (Scenario(chapter_s=10.0), "chapter", 0.4, 4.0),
        (Scenario(first_token_s=0.5, tokens_per_s=80), "outline", 1.0, 2.5),
        (Scenario(outline_s=4.0, first_token_s=0.5, tokens_per_s=80), "notes", 1.0, 2.5),
        (Scenario(first_token_s=0.5), "chapter", 1.0, 0.5),
    ],
)
def test_duration_of_an_answer_of_160_tokens(scenario, schema, share, total_s):
    assert scenario.pace(schema, 160, share).total_s == pytest.approx(total_s)


def test_a_clip_takes_longer_for_a_longer_text():
    assert Scenario(speech_s=0.5, speech_s_per_char=0.01).clip_s("x" * 50) == pytest.approx(1.0)

"""What is taken out of a chapter because an earlier one said it, and what has to stay."""

import pytest

from podloom.domain import Segment
from podloom.script.retelling import without_retelling

TOLD = "The city planted nine thousand trees along its busiest streets."
TOLD_KO = "서울시는 지난 해에 가장 붐비는 거리마다 나무 구천 그루를 새로 심었습니다."


def lines(*texts: str) -> list[Segment]:
    return [
        Segment(chapter=1, index=n, speaker=("Ada", "Ben")[n % 2], text=text) for n, text in enumerate(texts)
    ]


def edited(*texts: str, told: str = TOLD, language: str = "en") -> list[str]:
    before = [Segment(chapter=0, index=0, speaker="Ada", text=f"Well. {told}")]
    return [line.text for line in without_retelling(lines(*texts), before, language)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"{TOLD} Most of them are limes.", "Most of them are limes."),
        (f"Most are limes. {TOLD}", "Most are limes."),
        ("Last year the city planted nine thousand trees along its busiest streets. Yes.", "Yes."),
    ],
)
def test_a_sentence_that_is_told_again_goes(said: str, kept: str) -> None:
    assert edited(said) == [kept]


@pytest.mark.parametrize(
    "said",
    [
        TOLD,  # all of the line
        "Trees line its busiest streets. They give shade.",  # fewer than eight words of it
        "The city planted nine thousand trees along its way to a goal that nobody had set for it. Odd.",
        "Did you know that the city planted nine thousand trees along its busiest streets? I did not.",
        f"How many were there? {TOLD} And more will come.",
    ],
)
def test_what_stays(said: str) -> None:
    assert edited(said) == [said]


def test_an_answer_to_the_line_before_stays() -> None:
    question, answer = "So what did they do?", f"{TOLD} It took a year."
    assert edited(question, answer) == [question, answer]
    assert edited("Go on.", answer) == ["Go on.", "It took a year."]


def test_korean() -> None:
    assert edited(f"{TOLD_KO} 그늘이 늘었습니다.", told=TOLD_KO, language="ko") == ["그늘이 늘었습니다."]


def test_only_the_text_of_a_line_changes() -> None:
    before = lines(f"{TOLD} Most of them are limes.", "Right.")
    after = without_retelling(before, [before[0].model_copy(update={"text": TOLD})], "en")
    assert [line.model_copy(update={"text": ""}) for line in after] == [
        line.model_copy(update={"text": ""}) for line in before
    ]

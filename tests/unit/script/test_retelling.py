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


ANSWER = f"They do two things. {TOLD} It took a year."
ANSWER_KO = f"두 가지가 있습니다. {TOLD_KO} 한 해가 걸렸습니다."


def test_an_answer_to_the_line_before_stays() -> None:
    question, answer = "So what did they do?", f"{TOLD} It took a year."
    assert edited(question, answer) == [question, answer]
    assert edited("Go on.", answer) == ["Go on.", "It took a year."]


@pytest.mark.parametrize(
    "question",
    [
        "What did they do? I have always wondered about it.",
        "So what did they do? Tell us.",
        "What did they do?!",
        '"What did they do?"',
        "(And what did they do?)",
        "What did they do\uff1f",
        "So what did they do, she asked me, and what did it cost\u2049 Nobody could answer her that day.",
        "Tell me what they did, please.",
        "Okay, Ben, walk us through it.",
        "Explain that to our listeners.",
        "Please describe what they did next.",
        "I would love to hear what they did.",
        "I wonder what they did about it.",
    ],
)
def test_the_whole_answer_to_whatever_asks_stays(question: str) -> None:
    assert edited(question, ANSWER) == [question, ANSWER]


@pytest.mark.parametrize(
    "question",
    [
        "무엇을 했나요? 늘 궁금했거든요.",
        "무엇을 했습니까.",
        "‘무엇을 했나요?’",
        "무엇을 했는지 말씀해 주세요.",
        "좀 더 자세히 설명해주시죠.",
        "청취자분들께 알려 주시겠습니까.",
        "그 이야기를 들려주십시오.",
        "이야기해 주세요, 벤.",
        "무엇을 했는지 말해 줘.",
        "어떻게 했는지 궁금합니다.",
        "설명 부탁드립니다.",
    ],
)
def test_the_whole_answer_in_korean(question: str) -> None:
    assert edited(question, ANSWER_KO, told=TOLD_KO, language="ko") == [question, ANSWER_KO]


@pytest.mark.parametrize(
    "said",
    [
        "Did you know that the city planted nine thousand trees along its busiest streets?! I did not.",
        'Somebody asked: "The city planted nine thousand trees along its busiest streets?" Yes.',
        f"{TOLD} How did that come about?",
        f"{TOLD} Tell us how that came about.",
    ],
)
def test_a_line_that_asks_stays_as_it_is(said: str) -> None:
    assert edited(said) == [said]


@pytest.mark.parametrize(
    ("between", "who"),
    [
        (("Good question.",), "ABC"),
        (("Good question.",), "ABB"),
        (("That is a good one.", "It is."), "ABAB"),
        (("You mean the big one in the north?", "Yes."), "ABAB"),
        (("I have always wanted to know it, since I was a child in this very city.",), "AAB"),
        (("And who paid?",), "AAB"),
    ],
)
def test_an_answer_may_wait(between: tuple[str, ...], who: str) -> None:
    conversation = [
        line.model_copy(update={"speaker": speaker})
        for line, speaker in zip(lines("What did they do?", *between, ANSWER), who, strict=True)
    ]
    before = [Segment(chapter=0, index=0, speaker="Ada", text=TOLD)]
    assert list(without_retelling(conversation, before, "en")) == conversation


def test_an_answer_in_the_next_chapter_stays() -> None:
    before = [line.model_copy(update={"chapter": 0}) for line in lines(TOLD, "But what did they do first?")]
    answer = lines(ANSWER)
    assert without_retelling(answer, before, "en") == tuple(answer)


def test_what_follows_the_answer_is_edited_again() -> None:
    answer = "They asked the people who live there, and then they began to dig."
    after = edited("What did they do?", answer, f"{TOLD} It took a year.", f"{TOLD} It went well.")
    assert after[2:] == ["It took a year.", "It went well."]


def test_a_narrator_answers_his_own_question_in_the_next_line() -> None:
    alone = [
        line.model_copy(update={"speaker": "Ada"})
        for line in lines("What did they do?", ANSWER, f"{TOLD} It went well.")
    ]
    before = [Segment(chapter=0, index=0, speaker="Ada", text=TOLD)]
    assert [line.text for line in without_retelling(alone, before, "en")][1:] == [ANSWER, "It went well."]


def test_korean() -> None:
    assert edited(f"{TOLD_KO} 그늘이 늘었습니다.", told=TOLD_KO, language="ko") == ["그늘이 늘었습니다."]


def test_only_the_text_of_a_line_changes() -> None:
    before = lines(f"{TOLD} Most of them are limes.", "Right.")
    after = without_retelling(before, [before[0].model_copy(update={"text": TOLD})], "en")
    assert [line.model_copy(update={"text": ""}) for line in after] == [
        line.model_copy(update={"text": ""}) for line in before
    ]

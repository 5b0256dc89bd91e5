import json

import pytest

from podloom.domain import count_words
from podloom.rehearsal import Scenario
from podloom.rehearsal.answers import AnswerWriter
from podloom.rehearsal.reading import Reading
from podloom.script.chapters import chapter_schema
from podloom.script.judging import details_faults, plan_faults
from podloom.script.outlining import (
    Details,
    details_schema,
    make_outline,
    plan_schema,
    read_plan,
    with_details,
)

SYSTEMS = {"en": "Everything is in English.", "ko": "대본은 모두 한국어로 씁니다."}
OUTLINES = {"en": "- 4 chapters, for about 8 minutes", "ko": "- 챕터 4개, 모두 합해 약 8분"}
ORDERS = {
    "en": "About {words} spoken words.\nWrite chapter {number} of 4: X",
    "ko": "약 {words}어절, 적어도 9어절.\n전체 4개 가운데 {number}번 챕터를 쓰세요: X",
}
PASSAGES = "".join(f'<source passage="{number}" title="T">\nx\n</source>\n' for number in range(1, 8))


def answer(user: str, schema: dict, *, language: str = "en", scenario: Scenario | None = None) -> str:
    body = {
        "messages": [{"role": "system", "content": SYSTEMS[language]}, {"role": "user", "content": user}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    }
    return AnswerWriter(Reading.of(body), scenario or Scenario()).text()


def chapter(
    number: int, *, words: int = 300, language: str = "en", after: str = "", scenario: Scenario | None = None
) -> list[dict]:
    user = PASSAGES + ORDERS[language].format(words=words, number=number) + after
    text = answer(user, chapter_schema(["Ada", "Ben"]), language=language, scenario=scenario)
    return json.loads(text)["lines"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_plan_and_details_have_no_fault_and_use_every_passage(language):
    text = answer(PASSAGES + OUTLINES[language], plan_schema(), language=language)
    plan = read_plan(text)
    assert plan_faults(plan, chapters=4, language=language) == []
    outline = make_outline(plan, title="", words=400)
    known = []
    for planned, raw in zip(outline.chapters, json.loads(text)["chapters"], strict=True):
        details = Details.model_validate(raw)
        faults = details_faults(details, planned, outline, known, passages=7, language=language)
        assert faults == []
        known.append(with_details(planned, details))
    assert sorted(number for chapter in known for number in chapter.sources) == list(range(7))


def test_scenario_decides_the_number_of_chapters():
    text = answer(PASSAGES + OUTLINES["en"], plan_schema(), scenario=Scenario(chapters=6))
    assert len(read_plan(text).plan) == 6
    assert len(json.loads(text)["chapters"]) == 6


def test_every_chapter_has_a_passage_when_there_are_too_few():
    text = answer('<source passage="1" title="T">\nx\n</source>\n- 3 chapters', plan_schema())
    assert [planned["passages"] for planned in json.loads(text)["chapters"]] == [[1], [1], [1]]


def test_details_of_single_chapters_carry_their_numbers():
    made = json.loads(answer(PASSAGES + OUTLINES["en"], details_schema([2, 4])))["chapters"]
    assert [details["number"] for details in made] == [2, 4]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("words", [60, 300, 700])
def test_chapter_has_the_words_that_were_asked_for(language, words):
    said = sum(count_words(line["text"]) for line in chapter(1, words=words, language=language))
    assert said == pytest.approx(words, abs=0.15 * words)


def test_speakers_take_turns():
    assert [line["speaker"] for line in chapter(1, scenario=Scenario(lines=5))] == [
        "Ada", "Ben", "Ada", "Ben", "Ada"
    ]  # fmt: skip


def test_first_line_is_short():
    assert count_words(chapter(1)[0]["text"]) <= 12


@pytest.mark.parametrize(
    "order", ["Write part {} of {} of chapter 2 of 5: X", "2번 챕터({1}부분 가운데 {0}번째 부분만)"]
)
def test_parts_of_a_chapter_share_its_lines_and_repeat_none(order):
    scenario = Scenario(lines=5)
    parts = [
        chapter(2, words=100, after="\n" + order.format(part, 3), scenario=scenario) for part in (1, 2, 3)
    ]
    assert [len(lines) for lines in parts] == [2, 1, 2]
    texts = [line["text"] for lines in parts for line in lines]
    assert len(set(texts)) == 5
    for lines in parts:
        assert sum(count_words(line["text"]) for line in lines) == pytest.approx(100, abs=15)


def test_chapters_share_no_line():
    texts = [line["text"] for number in range(1, 5) for line in chapter(number)]
    assert len(set(texts)) == len(texts)


def test_same_prompt_same_answer_other_seed_other_answer():
    assert chapter(2) == chapter(2)
    assert chapter(2) != chapter(2, scenario=Scenario(seed=8))


def test_rest_of_a_chapter_goes_on_where_it_was_left():
    whole = chapter(2)
    done = whole[:3]
    listed = "\n".join(f"{line['speaker']}: {line['text']}" for line in done)
    rest = chapter(2, after=f"\n# Where we are\n{listed}\nWrite only what comes next, about 120 words.")
    assert [line["text"] for line in done + rest] == [line["text"] for line in whole]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer", "minimum": 3}}}, {"a": 3}),
        ({"type": "object", "properties": {"a": {"type": ["null", "boolean"]}}}, {"a": False}),
        (
            {"type": "object", "properties": {"a": {"enum": ["x", "y"]}, "b": {"const": 4}}},
            {"a": "x", "b": 4},
        ),
        ({"anyOf": [{"type": "null"}, {"type": "object"}]}, None),
        ({"$defs": {"d": {"type": "number"}}, "properties": {"a": {"$ref": "#/$defs/d"}}}, {"a": 1}),
        ({"properties": {"n": {"type": "array", "items": {"const": 1}, "minItems": 3}}}, {"n": [1, 1, 1]}),
        ({"properties": {"n": {"type": "array", "items": {"const": 1}, "maxItems": 0}}}, {"n": []}),
    ],
)
def test_smallest_instance_of_any_schema(schema, value):
    assert json.loads(answer("x", schema)) == value


@pytest.mark.parametrize(("least", "most"), [(0, 5), (200, 1000)])
def test_strings_keep_to_their_length(least, most):
    schema = {"properties": {"note": {"type": "string", "minLength": least, "maxLength": most}}}
    assert least <= len(json.loads(answer("x", schema))["note"]) <= most

import json

import pytest

from podloom.llm.protocol import Prompt
from podloom.llm.shapes import SHAPES, shape_parameters, with_instruction
from podloom.rehearsal.reading import Reading

CHAPTER = {
    "type": "object",
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"speaker": {"enum": ["Alex", "Jamie"]}, "text": {"type": "string"}},
            },
        }
    },
}
OUTLINE = {"type": "object", "properties": {"title": {"type": "string"}, "chapters": {"type": "array"}}}


def read(user: str, system: str = "Everything is in English.", schema: dict | None = None) -> Reading:
    body = {"messages": [{"role": "system", "content": system}, {"role": "user", "content": user}]}
    if schema:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "any", "schema": schema}}
    return Reading.of(body)


@pytest.mark.parametrize(
    ("system", "user", "language"),
    [
        ("Everything is in English.", "서버는 매일 아침 다시 시작합니다.", "en"),
        ("대본은 모두 한국어로 씁니다.", "The server restarts every morning.", "ko"),
        ("You write.", "Answer in Korean.", "ko"),
        ("당신은 작가입니다.", "Text", "ko"),
        ("You are a writer.", "Text", "en"),
        ("", "", "en"),
    ],
)
def test_language_is_what_is_asked_for_not_what_the_sources_are_in(system, user, language):
    assert read(user, system).language == language


@pytest.mark.parametrize(
    ("user", "chapter", "words"),
    [
        ("- About 300 spoken words; between 255 and 345.\nWrite chapter 2 of 5: Bridges", 2, 300),
        (
            "- 약 300어절, 적어도 255어절, 많아도 345어절로 씁니다.\n전체 5개 가운데 2번 챕터를 쓰세요: 다리",
            2,
            300,
        ),
        ("About 1,200 words. Write chapter 3 of 4.\n80 words so far. Write about 40 words.", 3, 1200),
        ("Write 120 words for chapter 7", 7, 120),
        ("Write something", None, None),
    ],
)
def test_chapter_and_words_are_found_in_both_languages(user, chapter, words):
    reading = read(user)
    assert (reading.chapter, reading.words) == (chapter, words)


@pytest.mark.parametrize(
    ("user", "chapters"),
    [
        ("- 5 chapters, for about 10 minutes", 5),
        ("- 1 chapter, for", 1),
        ("- 챕터 4개, 모두", 4),
        ("Plan.", None),
    ],
)
def test_number_of_chapters_to_plan(user, chapters):
    assert read(user).chapters == chapters


def test_passages_are_the_numbers_of_the_sources():
    user = '<source passage="1" title="A [7]">\nx\n</source>\n<source passage="2" title="B">\ny\n</source>'
    assert read(user).passages == (1, 2)


@pytest.mark.parametrize(("schema", "kind"), [(CHAPTER, "chapter"), (OUTLINE, "outline"), ({}, "")])
def test_kind_is_told_by_what_the_schema_holds(schema, kind):
    assert read("x", schema=schema).schema_name == (kind if schema else "")


@pytest.mark.parametrize("shape", SHAPES)
def test_schema_is_found_however_it_is_asked_for(shape):
    prompt = Prompt(system="Write.", user="Now.", schema_name="chapter", schema=CHAPTER, max_tokens=9)
    body = {"messages": [{"role": "system", "content": with_instruction(prompt, shape)}]}
    reading = Reading.of(body | shape_parameters(prompt, shape))
    assert reading.schema_name == "chapter"
    assert reading.shape == ("lines" if shape == "lines" else "object")
    assert "speaker" in json.dumps(reading.schema)


def test_parts_of_a_message_are_joined():
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert Reading.of({"messages": [{"role": "user", "content": parts}]}).prompt == "one\ntwo"


def test_episodes_differ_in_what_comes_before_the_sources():
    one, same, other = (
        read(f"{head}<source passage='1'>{tail}") for head, tail in [("A", "x"), ("A", "y"), ("B", "x")]
    )
    assert one.episode == same.episode
    assert one.episode != other.episode

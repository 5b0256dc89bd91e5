import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podloom.llm.lines import ObjectSplitter

TRICKY = 'quote " brace } bracket ] backslash \\ snowman \u2603 "lines":[{'
LINES = [
    {"speaker": "A", "text": TRICKY, "tags": [{"deep": []}]},
    {"speaker": "B", "text": ""},
    {"speaker": "나", "text": "안녕 {하세요}"},
]


def wrapped(indent=None, *, ascii_only=True):
    document = {"title": 'a "lines": [ {x} \\ ', "lines": LINES, "after": [{"not": "this"}]}
    return json.dumps(document, ensure_ascii=ascii_only, indent=indent)


SHAPES = {
    "object": wrapped(),
    "pretty object": wrapped(1, ascii_only=False),
    "bare array": json.dumps(LINES),
    "json lines": "\n".join(map(json.dumps, LINES)),
    "fenced json lines": "```json\n" + "\n".join(map(json.dumps, LINES)) + "\n```",
    "fenced object": "Here you are:\n```json\n" + wrapped() + "\n```",
}


def split(text, size):
    splitter = ObjectSplitter("lines")
    return [
        json.loads(raw) for at in range(0, len(text), size) for raw in splitter.feed(text[at : at + size])
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_chunking_gives_the_same_elements(shape):
    text = SHAPES[shape]
    for size in range(1, len(text) + 1):
        assert split(text, size) == LINES, f"pieces of {size}"


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=12), max_size=3), max_size=5))
def test_any_objects_come_out_as_they_went_in(elements):
    assert split(json.dumps({"lines": elements}), 3) == elements


def test_an_element_comes_as_soon_as_its_brace_closes():
    splitter = ObjectSplitter("lines")
    assert splitter.feed('{"lines": [{"text": "one') == []
    assert splitter.pending
    assert splitter.feed('"}') == ['{"text": "one"}']
    assert not splitter.pending


def test_a_cut_element_is_not_given_out():
    assert split('{"lines": [{"text": "one"}, {"text": "tw', 4) == [{"text": "one"}]


def test_the_end_of_the_list_is_known():
    splitter = ObjectSplitter("lines")
    splitter.feed('{"lines": [{"a": 1}')
    assert not splitter.closed
    splitter.feed("]}")
    assert splitter.closed


def test_what_is_read_is_forgotten():
    splitter = ObjectSplitter("lines")
    splitter.feed('{"lines": [')
    for _ in range(5000):
        splitter.feed('{"speaker": "A", "text": "some words"}, ')
    assert len(splitter._buffer) < 1000


@pytest.mark.parametrize("text", ["", "I cannot do that.", "]}]", "{}", '{"other": [{"a": 1}'])
def test_other_text_has_no_lines(text):
    assert [line for line in split(text, 2) if line] == []

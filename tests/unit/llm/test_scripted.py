import pytest

from podloom.errors import ProviderError
from podloom.llm.protocol import IncompleteAnswerError, Prompt, Usage
from podloom.llm.scripted import Answer, ScriptedClient

PROMPT = Prompt(system="", user="", schema_name="chapter", schema={}, max_tokens=1)


async def test_answers_come_in_order_and_in_pieces():
    client = ScriptedClient(["abcd", "x"], chunk=3)
    first = [piece async for piece in client.stream(PROMPT)]
    second = [piece async for piece in client.stream(PROMPT)]
    assert first[:-1] == ["abc", "d"]
    assert isinstance(first[-1], Usage)
    assert second[0] == "x"
    assert client.prompts == [PROMPT, PROMPT]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer("abc", cut=True), IncompleteAnswerError),
        (Answer("abc", error=ProviderError("down")), ProviderError),
    ],
)
async def test_answers_can_break(answer, error):
    pieces = ScriptedClient([answer]).stream(PROMPT)
    assert await anext(pieces) == "abc"
    with pytest.raises(error):
        await anext(pieces)


async def test_a_function_answers_calls_in_any_order():
    client = ScriptedClient(lambda prompt: prompt.schema_name)
    assert await anext(client.stream(PROMPT)) == "chapter"


async def test_no_answer_left_is_an_error():
    with pytest.raises(ProviderError, match="no answer left for 'chapter'"):
        await anext(ScriptedClient([]).stream(PROMPT))


def test_pieces_have_at_least_one_character():
    with pytest.raises(ValueError, match="chunk"):
        ScriptedClient([], chunk=0)


async def test_closing_is_remembered():
    client = ScriptedClient([])
    await client.close()
    assert client.closed

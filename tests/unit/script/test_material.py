import json

import pytest

from fixtures.briefs import document
from podloom.errors import ProviderError, ScriptError, SourceError
from podloom.llm.scripted import Answer, ScriptedClient
from podloom.script.calls import Calls, estimate_tokens
from podloom.script.material import Condenser, excerpts
from podloom.telemetry import Telemetry

LONG = document("\n\n".join(f"Lake {n} lost water in the dry year. " * 30 for n in range(6)))


def notes(words):
    return json.dumps({"text": "Lakes lost water. " * (words // 3)})


def condenser(answer):
    client = ScriptedClient(answer, chunk=1000)
    return Condenser(Calls(client, Telemetry()), "en", 8000, 1, 7), client


def test_numbers_and_text_are_those_of_the_passages():
    found = excerpts([document("One.", title='A "title"'), document("Two.")])
    assert [(e.number, e.title, e.text) for e in found] == [
        (1, "A 'title'", "One."),
        (2, "Reefs after the heat", "Two."),
    ]


async def test_what_fits_is_left_alone():
    fitting, client = condenser([])
    given = excerpts([LONG])
    assert await fitting.fit(given, 10_000) == given
    assert client.prompts == []


async def test_what_does_not_fit_is_condensed_until_it_does():
    fitting, _ = condenser(lambda _: notes(30))
    result = await fitting.fit(excerpts([LONG]), 1500)
    assert sum(excerpt.tokens for excerpt in result) <= 1500
    assert all(excerpt.condensed for excerpt in result)


async def test_a_passage_is_condensed_once_for_outline_and_chapter():
    fitting, client = condenser(lambda _: notes(30))
    for _ in range(2):
        await fitting.fit(excerpts([LONG]), 1500)
    assert len(client.prompts) == len(excerpts([LONG]))


async def test_notes_that_stay_too_long_are_an_error():
    lengths = iter(range(234, 0, -1))
    fitting, _ = condenser(lambda _: notes(next(lengths)))
    with pytest.raises(ScriptError, match="stay longer than 1200 tokens"):
        await fitting.fit(excerpts([LONG]), 1200)


async def test_sources_that_cannot_fit_even_as_notes_are_refused_before_any_call():
    fitting, client = condenser([])
    with pytest.raises(SourceError, match="1440 words, too many"):
        await fitting.fit(excerpts([LONG]), 200)
    assert client.prompts == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Answer('{"te', cut=True), "was cut"),
        ("Gladly!", "no JSON object"),
        ('{"text": ""}', "the notes are empty"),
    ],
)
async def test_unusable_notes_are_asked_for_again_in_another_way(bad, reason):
    answers = iter([bad])
    fitting, client = condenser(lambda _: next(answers, notes(30)))
    assert len(await fitting.fit(excerpts([LONG]), 1500)) == 6
    first, again = (prompt for prompt in client.prompts if "Lake 0" in prompt.user)
    assert again.user.startswith(first.user)
    assert reason in again.user.removeprefix(first.user)
    assert again.seed != first.seed
    assert fitting.calls.telemetry.counters["llm.repairs"] == 1


async def test_the_servers_failure_is_no_group():
    fitting, _ = condenser(lambda _: Answer(error=ProviderError("down")))
    with pytest.raises(ProviderError, match="down"):
        await fitting.fit(excerpts([LONG]), 1500)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a" * 35, 10), ("가" * 9, 10)])
def test_tokens_are_estimated_high(text, tokens):
    assert estimate_tokens(text) == tokens

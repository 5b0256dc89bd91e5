import json
import re

import pytest

from fixtures.briefs import brief, document, planned
from fixtures.plans import PLAN, writer
from podloom.errors import ProviderError, ScriptError
from podloom.llm.scripted import Answer, ScriptedClient
from podloom.script import llm
from podloom.script.llm import LLMWriter
from podloom.settings import LLMSettings
from podloom.telemetry import Telemetry


async def plan(client, words=450, **settings):
    return await planned(writer(client, **settings), brief(words=words), [document()])


async def test_a_good_plan_becomes_the_outline():
    result, _ = await plan(ScriptedClient([json.dumps(PLAN)]))
    assert result.title == PLAN["title"]
    assert [chapter.title for chapter in result.chapters] == [c["title"] for c in PLAN["plan"]]
    assert [chapter.key_points for chapter in result.chapters] == [(c["point"],) for c in PLAN["plan"]]


async def test_chapters_have_the_plans_points_and_budgets_and_their_own_details():
    result, chapters = await plan(ScriptedClient([json.dumps(PLAN)]))
    assert [list(chapter.key_points) for chapter in chapters] == [c["key_points"] for c in PLAN["chapters"]]
    for chapter, of_plan in zip(chapters, result.chapters, strict=True):
        own = {"key_points": of_plan.key_points, "sources": ()}
        assert chapter.model_copy(update=own) == of_plan
        assert chapter.sources == (0,)


async def test_words_are_shared_out_evenly_and_add_up():
    result, _ = await plan(ScriptedClient([json.dumps(PLAN)]), words=451)
    assert [chapter.words for chapter in result.chapters] == [150, 151, 150]


async def test_the_title_that_was_asked_for_wins():
    client = ScriptedClient([json.dumps(PLAN)])
    result, _ = await planned(writer(client), brief(words=450, title="My title"), [document()])
    assert result.title == "My title"


@pytest.mark.parametrize(("asked", "accepted"), [(0, True), (3, True), (4, False), (2, False)])
async def test_a_number_of_chapters_that_was_asked_for_is_kept_exactly(asked, accepted):
    client = ScriptedClient([json.dumps(PLAN)] * 2)
    planning = planned(writer(client, repairs=0), brief(words=450, chapters=asked), [document()])
    if accepted:
        assert len((await planning)[0].chapters) == 3
    else:
        with pytest.raises(ScriptError, match=f"the plan has 3 chapters, and {asked} were asked for"):
            await planning


async def test_words_that_are_too_few_for_the_chapters_asked_for_make_fewer():
    telemetry = Telemetry()
    writing = LLMWriter(ScriptedClient([json.dumps(PLAN)]), LLMSettings(), telemetry)
    short = document("Corals grow back. " * 10)
    outline, _ = await planned(writing, brief(words=450, chapters=6), [short])
    assert len(outline.chapters) == 3
    assert "120 words are too few for the 6 chapters asked for; 3 are planned." in "".join(telemetry.notes)


@pytest.mark.parametrize("chunk", [1, 7, 50, 5000])
async def test_every_part_comes_as_soon_as_it_is_closed(chunk):
    answer = json.dumps(PLAN)
    client = ScriptedClient([answer], chunk=chunk)
    sent = 0

    async def count(prompt, stream=client.stream):
        nonlocal sent
        async for piece in stream(prompt):
            sent += len(piece) if isinstance(piece, str) else 0
            yield piece

    client.stream = count
    parts = writer(client).write_outline(brief(words=450), [document()])
    seen = [(sent, part) async for part in parts]
    ends = [answer.index('"chapters"') - 2, *(match.end() for match in re.finditer("1]}", answer))]
    for (at, _), end in zip(seen, ends, strict=True):
        assert end <= at < end + chunk


async def test_the_plan_may_come_last_or_between_words():
    swapped = {key: PLAN[key] for key in ("chapters", "plan", "summary", "title")}
    result, chapters = await plan(ScriptedClient([f"Here it is:\n```json\n{json.dumps(swapped)}\n```"]))
    assert result.title == PLAN["title"]
    assert [list(chapter.key_points) for chapter in chapters] == [c["key_points"] for c in PLAN["chapters"]]


def changed(**chapter):
    return PLAN | {"plan": [PLAN["plan"][0], PLAN["plan"][1] | chapter, PLAN["plan"][2]]}


BAD_PLANS = {
    "prose": ("I would love to help!", "no JSON object"),
    "broken": ('{"title": }', "Expecting value"),
    "shape": ('{"title": "x", "summary": "y"}', "plan: Field required"),
    "cut": (Answer('{"title": "x"', cut=True), "was cut"),
    "too few chapters": (json.dumps(PLAN | {"plan": PLAN["plan"][:1]}), "1 chapter, and 3 were"),
    "no summary": (json.dumps(PLAN | {"summary": " "}), "summary is empty"),
    "same point": (
        json.dumps(changed(point="In 1998 the sea water became too warm for corals")),
        "chapters 1 and 2 have the same point",
    ),
    "same title": (json.dumps(changed(title="what is not known")), "two chapters have the title"),
    "no point": (json.dumps(changed(point=" ")), "chapter 2 has no point"),
    "no title": (json.dumps(changed(title="")), "chapter 2 has no title"),
    "language": (
        json.dumps(PLAN | {"summary": "산호초는 왜 돌아왔을까요? " * 40}),
        "the plan is not in English",
    ),
}


@pytest.mark.parametrize("case", BAD_PLANS)
async def test_a_faulty_plan_is_asked_for_again(case):
    bad, _ = BAD_PLANS[case]
    result, _ = await plan(ScriptedClient([bad, json.dumps(PLAN)]))
    assert result.title == PLAN["title"]


@pytest.mark.parametrize("case", BAD_PLANS)
async def test_a_plan_that_stays_faulty_is_an_error_with_the_reason(case):
    bad, reason = BAD_PLANS[case]
    with pytest.raises(ScriptError, match=f"no usable outline in 2 tries; .*{reason}"):
        await plan(ScriptedClient([bad, bad]), repairs=1)


async def test_the_model_is_told_what_was_wrong():
    bad, reason = BAD_PLANS["same point"]
    client = ScriptedClient([bad, json.dumps(PLAN)])
    await plan(client)
    assert reason in client.prompts[1].user
    assert client.prompts[1].user.startswith(client.prompts[0].user)
    assert client.prompts[1].seed != client.prompts[0].seed


@pytest.mark.parametrize("case", BAD_PLANS)
async def test_no_try_for_a_plan_is_the_call_before_once_more(case):
    bad, reason = BAD_PLANS[case]
    client = ScriptedClient([bad, bad, bad])
    with pytest.raises(ScriptError):
        await plan(client, repairs=2)
    assert len({prompt.seed for prompt in client.prompts}) == 3
    assert all(reason in prompt.user for prompt in client.prompts[1:])


async def test_nobody_waits_for_the_details_of_a_faulty_plan():
    client = ScriptedClient([BAD_PLANS["same point"][0], json.dumps(PLAN)])
    await plan(client)
    shown = client.prompts[1].user.removeprefix(client.prompts[0].user)
    assert "What is not known" in shown
    assert "key_points" not in shown


# --- details of chapters ----------------------------------------------------------------------------


def with_details(**details):
    chapters = PLAN["chapters"]
    return json.dumps(PLAN | {"chapters": [chapters[0], chapters[1] | details, chapters[2]]})


GOOD = {"number": 2, **PLAN["chapters"][1]}
BAD_DETAILS = {
    "no points": (with_details(key_points=[]), "chapter 2 has no key points"),
    "an empty point": (with_details(key_points=["Fish helped.", " "]), "chapter 2 has no key points"),
    "no passages": (with_details(passages=[]), "chapter 2 names no passages"),
    "wrong passage": (with_details(passages=[9]), "names passage 9; there are passages 1 to 1"),
    "shape": (with_details(passages="1"), "chapter 2: its details do not have the shape .*passages"),
    "language": (
        with_details(key_points=["깊은 산호초는 열두 해 만에 되살아났다고 합니다."]),
        "not in English",
    ),
    "twice": (
        with_details(key_points=2 * ["Reefs below 6.6 meters recovered within 12 years."]),
        "chapter 2 has a key point twice",
    ),
    "another's point": (
        with_details(key_points=["Nobody has looked at any other countries."]),
        "chapters 2 and 3 have the same key point",
    ),
    "another's key point": (
        with_details(key_points=["In 1998 a heat wave killed most corals on reefs near Mahe"]),
        "chapters 2 and 1 have the same key point",
    ),
}


@pytest.mark.parametrize("case", BAD_DETAILS)
async def test_faulty_details_are_asked_for_again_alone(case):
    bad, reason = BAD_DETAILS[case]
    client = ScriptedClient([bad, json.dumps({"chapters": [GOOD]})])
    result, chapters = await plan(client)
    assert (result, chapters) == await plan(ScriptedClient([json.dumps(PLAN)]))
    again = client.prompts[1]
    assert re.search(reason, again.user)
    assert "the details of chapter 2," in again.user
    assert again.schema["properties"]["chapters"]["items"]["properties"]["number"]["enum"] == [2]
    assert again.user.startswith(client.prompts[0].user)


@pytest.mark.parametrize("case", BAD_DETAILS)
async def test_details_that_stay_faulty_are_an_error_with_the_reason(case):
    bad, reason = BAD_DETAILS[case]
    with pytest.raises(ScriptError, match=f"no usable details of chapter 2 in 2 tries; .*{reason}"):
        await plan(
            ScriptedClient([bad, json.dumps({"chapters": [json.loads(bad)["chapters"][1]]})]), repairs=1
        )


async def test_good_details_behind_faulty_ones_are_not_lost():
    parts = writer(ScriptedClient([BAD_DETAILS["no points"][0], json.dumps({"chapters": [GOOD]})]))
    seen = [part async for part in parts.write_outline(brief(words=450), [document()])]
    assert [part.index for part in seen[1:]] == [0, 2, 1]


CUTS = {
    "in the details": json.dumps(PLAN)[: json.dumps(PLAN).index("Fish that")],
    "before the details": json.dumps(PLAN)[: json.dumps(PLAN).index('"chapters"')],
    "behind the plan": json.dumps({key: PLAN[key] for key in ("title", "summary", "plan")}),
}


@pytest.mark.parametrize("case", CUTS)
async def test_of_a_cut_answer_all_that_came_is_kept(case):
    rest = [{"number": n, **details} for n, details in enumerate(PLAN["chapters"], 1)]
    client = ScriptedClient(
        [Answer(CUTS[case], cut=case != "behind the plan"), json.dumps({"chapters": rest})]
    )
    assert await plan(client) == await plan(ScriptedClient([json.dumps(PLAN)]))
    asked = client.prompts[1].schema["properties"]["chapters"]["items"]["properties"]["number"]["enum"]
    assert asked == ([2, 3] if case == "in the details" else [1, 2, 3])


async def test_details_without_numbers_are_taken_in_order():
    client = ScriptedClient([CUTS["behind the plan"], json.dumps({"chapters": PLAN["chapters"]})])
    assert await plan(client) == await plan(ScriptedClient([json.dumps(PLAN)]))


async def test_what_is_too_much_is_left_out():
    more = PLAN | {"chapters": [*PLAN["chapters"], {"key_points": ["Another."], "passages": [1]}]}
    assert await plan(ScriptedClient([json.dumps(more)])) == await plan(ScriptedClient([json.dumps(PLAN)]))


async def test_an_accepted_plan_has_all_tries_for_its_details():
    bad_plan, bad_details = BAD_PLANS["no title"][0], BAD_DETAILS["no points"][0]
    client = ScriptedClient([bad_plan, bad_details, json.dumps({"chapters": [GOOD]})])
    result, _ = await plan(client, repairs=1)
    assert result.title == PLAN["title"]


async def test_short_sources_are_not_spun_out():
    client = ScriptedClient([json.dumps(PLAN)])
    writing = writer(client)
    have = document().words
    result, _ = await planned(writing, brief(words=750), [document()])
    assert sum(chapter.words for chapter in result.chapters) == 4 * have
    assert "without inventing" in writing._telemetry.notes[0]


async def test_passages_that_no_chapter_uses_are_noted():
    client = ScriptedClient([json.dumps(PLAN)])
    writing = writer(client)
    await planned(writing, brief(words=450), [document(), document("Another text about fish. " * 20)])
    assert writing._telemetry.notes == ["1 of 2 passages of the sources are in no chapter: 2."]


async def test_the_servers_failure_passes_through():
    with pytest.raises(ProviderError, match="down"):
        await plan(ScriptedClient([Answer(error=ProviderError("down"))]))


@pytest.mark.parametrize("asked_again", [1, 2])
async def test_details_are_asked_for_again_when_the_server_was_away(monkeypatch, asked_again):
    monkeypatch.setattr(llm, "AWAY_S", 0)
    away = ProviderError("away")
    away.retryable = True
    rest = [{"number": n, **details} for n, details in enumerate(PLAN["chapters"], 1)]
    lost = [Answer(CUTS["before the details"], cut=True), *[Answer(error=away)] * asked_again]
    client = ScriptedClient([*lost, json.dumps({"chapters": rest})])
    if asked_again == 1:
        assert await plan(client, repairs=2) == await plan(ScriptedClient([json.dumps(PLAN)]))
    else:
        with pytest.raises(ProviderError, match="away"):
            await plan(client, repairs=2)

"""The writer that asks a model, asking the rehearsal server: good answers pass, faulty ones are repaired."""

import re

import pytest

from fixtures.briefs import planned
from podloom.domain import EpisodeRequest, Segment, SourceDocument, Speaker, Voice, count_words
from podloom.llm.openai import OpenAIClient
from podloom.rehearsal import Fault, Scenario
from podloom.script.llm import LLMWriter
from podloom.script.writer import Brief
from podloom.settings import LLMSettings
from podloom.telemetry import Telemetry

TEXT = "\n\n".join(
    f"Paragraph {number} tells in some detail what was seen at lake {number} in that year. " * 6
    for number in range(12)
)
SPEAKERS = {"en": ("Alex", "Jamie"), "ko": ("민준", "서연")}
REPAIRABLE = [
    "cut", "malformed", "disconnect", "length", "filter", "prose", "wrong_speaker", "empty_line",
    "stage_direction", "wrong_language", "short", "repeated",
]  # fmt: skip


def brief(language: str, minutes: float = 6) -> Brief:
    voice = Voice(engine="tone", id="low", language=language)
    cast = tuple(Speaker(name=name, role="host", voice=voice) for name in SPEAKERS[language])
    return Brief(
        EpisodeRequest(sources=("x",), language=language, minutes=minutes), cast, round(150 * minutes)
    )


def documents(language: str) -> list[SourceDocument]:
    return [
        SourceDocument(kind="text", origin="text", title="Lakes", language="en", text=TEXT, sha256="0" * 64)
    ]


async def write(server, language: str = "en", **changed):
    settings = LLMSettings.model_validate({"base_url": server.base_url, "model": "rehearsal"} | changed)
    telemetry = Telemetry()
    client = OpenAIClient(settings, "any")
    writer = LLMWriter(client, settings, telemetry)
    try:
        asked = brief(language), documents(language)
        outline, details = await planned(writer, *asked)
        chapters = [
            [
                line
                async for line in writer.write_chapter(*asked, outline, chapter)
                if isinstance(line, Segment)
            ]
            for chapter in details
        ]
    finally:
        await client.close()
    return outline, chapters, telemetry


def words(lines: list[Segment]) -> int:
    return sum(count_words(line.text) for line in lines)


@pytest.mark.parametrize("structured", ["schema", "jsonl"])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("beat_words", "calls"), [(0, 1), (160, 3)])
async def test_a_script_needs_no_repair(rehearsal, language, structured, beat_words, calls):
    server = rehearsal()
    outline, chapters, telemetry = await write(server, language, structured=structured, beat_words=beat_words)
    assert telemetry.counters["llm.repairs"] == 0
    assert server.calls.count("chat") == 1 + calls * len(outline.chapters)
    assert len({line.text for lines in chapters for line in lines}) == sum(map(len, chapters))
    for chapter, lines in zip(outline.chapters, chapters, strict=True):
        assert words(lines) == pytest.approx(chapter.words, rel=0.15)


async def test_chapters_begin_with_the_same_prompt(rehearsal):
    server = rehearsal()
    await write(server)
    cached = [call.cached_tokens > 1024 for call in server.calls.of("chat", "chapter")]
    assert cached == [False] + 8 * [True]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("kind", REPAIRABLE)
async def test_a_faulty_chapter_is_repaired_by_one_more_call(rehearsal, language, kind):
    server = rehearsal(Scenario(lines=6), faults=[Fault(kind, schema="chapter", chapter=2)])
    outline, chapters, telemetry = await write(server, language)
    assert telemetry.counters["llm.repairs"] == 1
    assert server.faults.unused == []
    assert words(chapters[1]) == pytest.approx(outline.chapters[1].words, rel=0.2)
    assert len({line.text for line in chapters[1]}) == len(chapters[1])


@pytest.mark.parametrize("kind", ["cut", "prose", "malformed"])
async def test_a_faulty_outline_is_asked_for_again(rehearsal, kind):
    server = rehearsal(faults=[Fault(kind, schema="outline", at=0.2)])
    await write(server)
    assert server.calls.count("chat", "outline") == 2


@pytest.mark.parametrize("structured", ["schema", "jsonl"])
@pytest.mark.parametrize("language", ["en", "ko"])
async def test_of_an_outline_that_is_cut_only_the_rest_is_asked_for(rehearsal, language, structured):
    server = rehearsal(faults=[Fault("cut", schema="outline", at=0.75)])
    outline, chapters, telemetry = await write(server, language, structured=structured)
    first, second = server.calls.of("chat", "outline")
    asked = re.search(r"chapters? ([\d, ]+), each with|\"chapters\"에 ([\d, ]+)번", second.prompt)
    assert (asked.group(1) or asked.group(2)) in {"2, 3", "3"}
    assert first.outcome == "broken"
    assert all(chapters)
    assert all(chapter.title in second.prompt for chapter in outline.chapters)
    assert telemetry.counters["llm.repairs"] == 1

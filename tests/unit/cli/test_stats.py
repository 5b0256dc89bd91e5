"""`podloom stats`, over runs of two weeks."""

import asyncio
from datetime import UTC, datetime

import pytest

from fixtures.ends import run_end
from podloom import RequestError, Settings
from podloom.cli.stats import begin_of
from podloom.db.database import Database

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def runs():
    async def fill():
        database = Database(Settings())
        await database.end_run(run_end("r1", at="2026-11-12T08:00:00", engine="kokoro", cost=None))
        await database.end_run(run_end("r2", at="2026-11-20T08:00:00", seconds=4.0))
        await database.end_run(run_end("r3", "failed", at="2026-11-20T09:00:00"))
        await database.close()

    asyncio.run(fill())


def test_for_scripts_every_group_is_an_object(podloom, runs):
    rows = podloom("stats", "--by", "week", "--by", "engine", "--json").json["stats"]
    assert [(row["week"], row["engine"], row["done"], row["error_rate"]) for row in rows] == [
        ("2026-11-16", "tone", 1, 0.5),
        ("2026-11-09", "kokoro", 1, 0.0),
    ]
    assert rows[0]["errors"] == {"SpeechError": 1}
    assert rows[0]["hits"] == {"tts": {"hits": 6, "lookups": 20}}
    assert (rows[0]["mean_s"], rows[0]["p95_s"], rows[0]["segments_per_s"]) == (4.0, 4.0, 2.5)
    assert (rows[0]["cost"], rows[1]["unpriced"]) == (1.0, 1)


def test_for_people_it_is_a_table(podloom, runs):
    heading, line, more = podloom("stats").out.splitlines()
    assert " ".join(heading.split()) == "episodes failed stopped mean s p95 s lines/s hits cost audio h"
    assert " ".join(line.split()) == "2 1 (33%) 0 3.0 4.0 3.3 tts 30% 1.00 0.02"
    assert more.split() == ["SpeechError", "+", "1", "?"]
    assert podloom("stats", "--since", "2026-11-16", "--by", "day").out.splitlines()[1].split()[:2] == [
        "2026-11-20",
        "1",
    ]


def test_without_runs_it_says_so(podloom):
    assert podloom("stats").out == "no run has ended in that time\n"
    assert podloom("stats", "--json").json == {"stats": []}


def test_a_time_that_is_none_is_named(podloom):
    ran = podloom("stats", "--since", "yesterday", "--json")
    assert (ran.code, ran.json["error"]["type"]) == (2, "RequestError")
    assert "--since 'yesterday' is no time; write 24h" in ran.err


@pytest.mark.parametrize(
    ("since", "begin"),
    [
        ("", None),
        ("36h", datetime(2026, 11, 20, tzinfo=UTC)),
        (" 7d ", datetime(2026, 11, 14, 12, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 7, 12, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T09:00+09:00", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_since_when(since, begin):
    assert begin_of(since, NOW) == begin


def test_a_span_before_all_time_is_refused():
    with pytest.raises(RequestError, match="before all time"):
        begin_of("999999999w", NOW)

"""The record, on PostgreSQL and on SQLite."""

import asyncio
import sys
import textwrap
from asyncio.subprocess import PIPE
from datetime import datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from fixtures.ends import run_end
from fixtures.proxy import proxy
from fixtures.records import record
from fixtures.servers import statement
from podloom.db import saving, tables
from podloom.db.database import Database
from podloom.errors import RequestError
from podloom.settings import Settings


@pytest.fixture
async def database(database_settings):
    database = Database(database_settings)
    yield database
    await database.close()


async def counts(database):
    """Rows in each table."""

    async def count(connection):
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables.metadata.sorted_tables
        }

    return await database._transact(count)


async def test_what_is_saved_is_loaded_as_it_was(database):
    saved = record(12, chapters=3)
    await database.save_episode(saved)
    assert await database.load_episode("e1") == saved


WHOLE = {"EpisodeRequest", "SpeakerRequest", "Voice"}
"""Models that are kept as JSON, whatever their fields."""


def fields_of(part):
    """Fields that have a default, by model, and whether this value differs from it."""
    if isinstance(part, tuple):
        for each in part:
            yield from fields_of(each)
    elif isinstance(part, BaseModel) and type(part).__name__ not in WHOLE:
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            if not field.is_required():
                yield f"{type(part).__name__}.{name}", value != field.get_default()
            yield from fields_of(value)


def test_the_record_that_is_saved_in_tests_leaves_no_field_at_its_default():
    """A new field of the domain is forgotten by the tables until it stands in this record."""
    found = list(fields_of(record(12)))
    assert {name for name, _ in found} == {name for name, differs in found if differs}


async def test_saving_again_changes_nothing(database):
    await database.save_episode(record(12))
    before = await counts(database)
    for _ in range(3):
        await database.save_episode(record(12))
    assert await counts(database) == before
    assert before["segments"] == 12
    assert before["clips"] == 11
    assert before["sources"] == 1


async def test_a_shorter_run_leaves_nothing_of_the_longer_one(database):
    long, short = record(12, chapters=3), record(4, chapters=1, said="other")
    short = short.model_copy(update={"sources": (), "timings": (), "counters": {"llm.calls": 1.0}})
    await database.save_episode(long)
    await database.save_episode(short)
    assert await database.load_episode("e1") == short
    assert await database.referenced_clips() == {clip.sha256 for clip in short.clips}
    assert await database.forget_unused() == 11 + 1
    assert await database.load_episode("e1") == short


async def test_a_script_that_is_voiced_again_keeps_the_sources_that_it_was_written_from(database):
    first = record(4)
    await database.save_episode(first)
    again = first.request.model_copy(update={"script": "/out/tides/script.json"})
    await database.save_episode(first.model_copy(update={"sources": (), "request": again}))
    assert (await database.load_episode("e1")).sources == first.sources


async def test_clips_of_old_episodes_need_not_be_kept(database):
    made = record(4)
    await database.save_episode(made)
    published = datetime.fromisoformat(made.episode.published_at)
    kept = {clip.sha256 for clip in made.clips}
    assert await database.referenced_clips(published) == kept
    assert await database.referenced_clips(published + timedelta(seconds=1)) == set()


async def test_writers_at_the_same_time_leave_one_copy(database_settings, database):
    sizes = [30, 12, 60, 5, 44, 8, 21, 60]
    others = [Database(database_settings) for _ in sizes]
    await asyncio.gather(*(each.save_episode(record(size)) for each, size in zip(others, sizes, strict=True)))
    for each in others:
        await each.close()
    loaded = await database.load_episode("e1")
    assert loaded == record(len(loaded.clips))


async def test_episodes_that_share_clips_are_saved_at_the_same_time(database):
    await asyncio.gather(*(database.save_episode(record(40, episode=f"e{n}", run=f"r{n}")) for n in range(6)))
    found = await counts(database)
    assert (found["episodes"], found["segments"], found["clips"]) == (6, 240, 39)


async def test_an_episode_keeps_its_place_when_a_later_run_makes_it_again(database):
    await database.save_episode(record(6, run="r1"))
    await database.save_episode(record(8, run="r2"))
    assert (await database.load_episode("e1")).episode.run_id == "r2"
    assert (await counts(database))["runs"] == 2
    assert (await counts(database))["episodes"] == 1


async def test_what_cannot_be_stored_is_left_out_of_the_text(database):
    saved = record(1, chapters=1)
    segment = saved.cues[0].segment.model_copy(update={"text": "a\x00b \ud800"})
    chapter = saved.script.chapters[0].model_copy(update={"segments": (segment,)})
    script = saved.script.model_copy(update={"chapters": (chapter,)})
    await database.save_episode(saved.model_copy(update={"script": script}))
    assert (await database.load_episode("e1")).script.segments[0].text == "ab ?"


async def test_an_unknown_episode_is_the_askers_mistake(database):
    with pytest.raises(RequestError, match="no episode 'nothing'"):
        await database.load_episode("nothing")


async def test_a_run_goes_from_running_to_done(database):
    made = record(6)
    await database.begin_run("r1", made.request, "/out/tides")
    begun = await database.run("r1")
    assert (begun.state, begun.request, begun.folder) == ("running", made.request, "/out/tides")
    assert await database.run_folders() == {"/out/tides"}
    assert [run.id for run in await database.resumable_runs()] == ["r1"]
    await database.save_episode(made)
    done = await database.run("r1")
    assert (done.state, done.episode_id, done.started_at) == ("done", "e1", begun.started_at)
    assert done.finished_at.utcoffset().total_seconds() == 0
    assert await database.resumable_runs() == []


async def test_a_failed_run_can_begin_again(database):
    await database.begin_run("r1", record().request, "/out")
    await database.end_run(run_end("r1", "failed"))
    failed = await database.run("r1")
    assert (failed.state, failed.error) == ("failed", "no voice")
    assert [run.id for run in await database.resumable_runs()] == ["r1"]
    await database.begin_run("r1", record().request, "/out")
    again = await database.run("r1")
    assert (again.state, again.error, again.finished_at) == ("running", "", None)
    assert await database.run("r2") is None


async def test_the_list_is_newest_first_and_of_one_show(database):
    for number, podcast in enumerate(["A", "B", "A"]):
        await database.save_episode(
            record(episode=f"e{number}", podcast=podcast, published_at=f"2026-11-2{number}T08:00:00+00:00")
        )
    assert [episode.id for episode in await database.list_episodes()] == ["e2", "e1", "e0"]
    assert [episode.id for episode in await database.list_episodes(limit=1)] == ["e2"]
    assert [episode.id for episode in await database.list_episodes(podcast="A")] == ["e2", "e0"]
    assert (await database.list_episodes(limit=1))[0] == record(
        episode="e2", podcast="A", published_at="2026-11-22T08:00:00+00:00"
    ).episode
    assert (await database.check()).endswith("3 episodes")


async def test_600_segments_take_few_round_trips(database_url, tmp_path):
    url = make_url(database_url)
    if "host" not in url.query:
        pytest.skip("the proxy needs a server on a unix socket")
    async with proxy(url.query["host"]) as between:
        through = url.update_query_dict({"host": between.folder}).render_as_string(hide_password=False)
        database = Database(Settings(home=tmp_path, database_url=through))
        await database.open()
        trips = []
        for said in ("first", "second"):
            between.round_trips = 0
            await database.save_episode(record(600, chapters=8, said=said))
            trips.append(between.round_trips)
        loaded = await database.load_episode("e1")
        await database.close()
    assert loaded == record(600, chapters=8, said="second")
    # Begin, three statements, commit; a connection's first time prepares each of the three, too.
    assert trips == [8, 5]


async def test_a_lost_connection_is_tried_again(database_url, tmp_path, monkeypatch):
    database = Database(Settings(home=tmp_path, database_url=database_url))
    await database.save_episode(record(3, said="before"))
    save, killed = saving.save_episode, []

    async def save_and_be_killed(connection, wanted):
        await save(connection, wanted)
        if not killed:
            killed.append((await connection.execute(text("select pg_backend_pid()"))).scalar_one())
            await asyncio.to_thread(
                statement, database_url, f"select pg_terminate_backend({killed[0]}, 5000)"
            )

    monkeypatch.setattr(saving, "save_episode", save_and_be_killed)
    await database.save_episode(record(12, said="after"))
    assert killed
    assert await database.load_episode("e1") == record(12, said="after")
    await database.close()


async def test_listeners_hear_of_an_episode_when_it_is_committed(database_url, tmp_path):
    import asyncpg

    listener = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    heard = asyncio.get_running_loop().create_future()
    await listener.add_listener(saving.CHANNEL, lambda *call: heard.set_result(call[-1]))
    database = Database(Settings(home=tmp_path, database_url=database_url))
    await database.save_episode(record())
    assert await asyncio.wait_for(heard, 10) == '{"episode": "e1", "run": "r1"}'
    await database.close()
    await listener.close()


@pytest.mark.parametrize("pgbouncer", [True, False])
async def test_nothing_stays_on_a_poolers_connection(database_url, tmp_path, pgbouncer):
    database = Database(Settings(home=tmp_path, database_url=database_url, database_pgbouncer=pgbouncer))
    await database.save_episode(record())
    await database.save_episode(record(9))
    assert await database.load_episode("e1") == record(9)
    prepared = await database._transact(
        lambda connection: connection.scalar(text("select count(*) from pg_prepared_statements"))
    )
    await database.close()
    assert (prepared == 0) == pgbouncer


SAVE = """
    import asyncio, sys
    sys.path.insert(0, sys.argv[1])
    from fixtures.records import record
    from podloom.db.database import Database
    from podloom.settings import load_settings

    async def main():
        database = Database(load_settings())
        while True:
            await database.save_episode(record(300, said="other"))
            await database.save_episode(record(300, said="whole"))
            print("saved", flush=True)

    asyncio.run(main())
"""


async def test_a_killed_writer_leaves_a_whole_episode(database_settings, database, pytestconfig, monkeypatch):
    monkeypatch.setenv("PODLOOM_HOME", str(database_settings.home))
    monkeypatch.setenv("PODLOOM_DATABASE_URL", database_settings.database_url.get_secret_value())
    await database.save_episode(record(300, said="whole"))
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(SAVE), str(pytestconfig.rootpath / "tests"), stdout=PIPE
    )
    assert await writer.stdout.readline() == b"saved\n"
    writer.kill()
    await writer.wait()
    loaded = await database.load_episode("e1")
    assert loaded in (record(300, said="whole"), record(300, said="other"))

"""Migrations, and what is said about databases that cannot be used."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from fixtures.records import record
from fixtures.servers import statement
from podloom.db.database import Database
from podloom.db.target import Target
from podloom.db.upgrade import HEAD, VERSION_TABLE, alembic_config, upgrade
from podloom.errors import StorageError
from podloom.settings import Settings


@pytest.fixture(params=["postgresql", "sqlite"])
def empty(request, tmp_path):
    """Settings for a database that has no tables."""
    if request.param == "sqlite":
        return Settings(home=tmp_path)
    return Settings(home=tmp_path, database_url=request.getfixturevalue("empty_database_url"))


async def execute(settings, sql):
    engine = Target(settings).engine()
    async with engine.begin() as connection:
        await connection.exec_driver_sql(sql)
    await engine.dispose()


async def refusal(settings):
    """What is said when the database is first used."""
    database = Database(settings)
    with pytest.raises(StorageError) as caught:
        await database.list_episodes()
    await database.close()
    return str(caught.value)


def test_the_constant_is_the_newest_revision():
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


async def test_an_upgrade_is_done_once(empty):
    assert await upgrade(empty) == ""
    assert await upgrade(empty) == HEAD


async def test_first_use_makes_the_tables(empty):
    database = Database(empty)
    await database.save_episode(record())
    assert await database.load_episode("e1") == record()
    await database.close()


@pytest.mark.filterwarnings("ignore:.*reflection of expression-based index:sqlalchemy.exc.SAWarning")
def test_tables_and_migrations_agree(empty, monkeypatch):
    asyncio.run(upgrade(empty))
    monkeypatch.setenv("PODLOOM_HOME", str(empty.home))
    monkeypatch.setenv("PODLOOM_DATABASE_URL", empty.database_url.get_secret_value())
    command.check(alembic_config())


def test_a_downgrade_leaves_an_empty_database(empty, monkeypatch):
    asyncio.run(upgrade(empty))
    monkeypatch.setenv("PODLOOM_HOME", str(empty.home))
    monkeypatch.setenv("PODLOOM_DATABASE_URL", empty.database_url.get_secret_value())
    command.downgrade(alembic_config(), "base")
    assert asyncio.run(upgrade(empty)) == ""


async def test_several_may_start_at_the_same_time(empty):
    script = """
import asyncio, sys
from podloom.db.upgrade import upgrade
from podloom.settings import load_settings
print("ready", flush=True)
sys.stdin.readline()
asyncio.run(upgrade(load_settings()))
"""
    variables = {
        "PODLOOM_HOME": str(empty.home),
        "PODLOOM_DATABASE_URL": empty.database_url.get_secret_value(),
    }
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, stdin=PIPE, stdout=PIPE, env={**os.environ, **variables}
        )
        for _ in range(3)
    ]
    for process in processes:
        await process.stdout.readline()
    for process in processes:
        process.stdin.write(b"go\n")
    assert [await process.wait() for process in processes] == [0] * 3
    assert await upgrade(empty) == HEAD


async def test_a_migration_that_dies_leaves_nothing(empty):
    await execute(empty, "create table chapters (id integer)")
    assert "database" in await refusal(empty)
    await execute(empty, "drop table chapters")
    assert await upgrade(empty) == ""


def test_an_older_schema_is_brought_up_to_date_by_first_use(empty, monkeypatch):
    monkeypatch.setenv("PODLOOM_HOME", str(empty.home))
    monkeypatch.setenv("PODLOOM_DATABASE_URL", empty.database_url.get_secret_value())
    empty.home.mkdir(exist_ok=True)
    command.upgrade(alembic_config(), "0001")

    async def use():
        database = Database(empty)
        await database.save_episode(record())
        loaded = await database.load_episode("e1")
        await database.close()
        return loaded

    assert asyncio.run(use()) == record()
    assert asyncio.run(upgrade(empty)) == HEAD


def test_runs_of_an_older_schema_are_known_by_what_was_asked_for(empty, monkeypatch):
    monkeypatch.setenv("PODLOOM_HOME", str(empty.home))
    monkeypatch.setenv("PODLOOM_DATABASE_URL", empty.database_url.get_secret_value())
    empty.home.mkdir(exist_ok=True)
    command.upgrade(alembic_config(), "0003")
    asked = [("r1", "failed", '{"title": "a", "minutes": 5.0}'), ("r2", "failed", '{"title": "b"}')]
    asked.append(("r3", "done", '{"minutes": 5.0, "title": "a"}'))
    values = ", ".join(f"('{run}', '{state}', '{request}', '/out')" for run, state, request in asked)
    asyncio.run(execute(empty, f"insert into runs (id, state, request, folder) values {values}"))

    async def unfinished():
        database = Database(empty)
        found = await database.resumable_runs()
        await database.close()
        return [run.id for run in found]

    assert asyncio.run(unfinished()) == ["r2"]


async def test_a_newer_schema_is_one_sentence(empty):
    await upgrade(empty)
    await execute(empty, f"update {VERSION_TABLE} set version_num = '9999'")
    said = await refusal(empty)
    setting = "PODLOOM_DATABASE_URL" if empty.database_url.get_secret_value() else "PODLOOM_HOME"
    assert said.startswith(f"{setting}: the database ")
    assert "written by a newer Podloom (schema '9999'" in said


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "is no database address"),
        ("postgresql://user:hunter2@host:port/x", "is no database address"),
        ("sqlite://", "a database in memory keeps nothing"),
        ("mysql://user:hunter2@host/x", "'mysql' is not supported"),
        ("postgresql+psycopg://user:hunter2@host/x", "'postgresql+psycopg' is not supported"),
        ("postgresql://user:hunter2@host/x?colour=blue", "unknown option 'colour'"),
    ],
)
def test_a_wrong_address_is_one_sentence(tmp_path, url, reason):
    with pytest.raises(StorageError, match=r"^PODLOOM_DATABASE_URL") as caught:
        Database(Settings(home=tmp_path, database_url=url))
    assert reason in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("given", "driver", "query"),
    [
        ("postgres://u:p@h/d", "postgresql+asyncpg", {}),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+asyncpg", {"ssl": "require"}),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite", {}),
    ],
)
def test_the_usual_ways_to_write_an_address(tmp_path, given, driver, query):
    url = Target(Settings(home=tmp_path, database_url=given)).url
    assert (url.drivername, dict(url.query)) == (driver, query)


async def test_a_server_that_is_not_there_is_one_sentence(tmp_path):
    url = f"postgresql://user:hunter2@/podloom?host={tmp_path}"
    said = await refusal(Settings(home=tmp_path, database_url=url))
    assert said.startswith(
        f"PODLOOM_DATABASE_URL: the database 'podloom' at {tmp_path} cannot be used: the server does"
    )
    assert "hunter2" not in said


def test_a_wrong_password_is_one_sentence(tmp_path):
    async def answer(reader, writer):
        """The server that tests use trusts everybody; this is what one says that does not."""
        await reader.read(8192)
        fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"
        writer.write(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
        writer.close()

    async def ask():
        server = await asyncio.start_unix_server(answer, tmp_path / ".s.PGSQL.5432")
        said = await refusal(
            Settings(home=tmp_path, database_url=f"postgresql://u:hunter2@/d?host={tmp_path}")
        )
        server.close()
        return said

    said = asyncio.run(ask())
    where = f"PODLOOM_DATABASE_URL: the database 'd' at {tmp_path}"
    assert said == f"{where} cannot be used: the server refused the password"


async def test_a_database_that_is_not_there_is_one_sentence(tmp_path, empty_database_url):
    url = make_url(empty_database_url).set(database="nowhere").render_as_string(hide_password=False)
    said = await refusal(Settings(home=tmp_path, database_url=url))
    assert said.endswith("cannot be used: there is no such database; create it first")


def test_a_user_without_rights_is_one_sentence(tmp_path, empty_database_url):
    statement(empty_database_url, "revoke create on schema public from public")
    user = f"guest_{make_url(empty_database_url).database}"
    statement(empty_database_url, f"create role {user} login")
    url = make_url(empty_database_url).set(username=user).render_as_string(hide_password=False)
    said = asyncio.run(refusal(Settings(home=tmp_path, database_url=url)))
    statement(empty_database_url, f"drop role {user}")
    assert "the user may not do that there" in said


async def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "podloom.db").write_bytes(b"no database" * 1000)
    said = await refusal(Settings(home=tmp_path))
    assert said == f"PODLOOM_HOME: the database {tmp_path}/podloom.db cannot be used: file is not a database"


async def test_a_file_that_may_only_be_read_is_one_sentence(tmp_path):
    await upgrade(Settings(home=tmp_path))
    url = f"sqlite:///file:{tmp_path}/podloom.db?mode=ro&uri=true"
    database = Database(Settings(home=tmp_path, database_url=url))
    assert await database.list_episodes() == []
    with pytest.raises(StorageError, match="readonly database; the folder or the disk cannot be written"):
        await database.save_episode(record())


async def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    said = await refusal(Settings(home=tmp_path / "file"))
    assert said.startswith(f"PODLOOM_HOME: the database {tmp_path}/file/podloom.db cannot be used: ")


async def test_a_database_that_may_only_be_read_is_one_sentence(database_url, tmp_path):
    database = Database(Settings(home=tmp_path, database_url=database_url))
    await database.open()
    await database._transact(
        lambda connection: connection.exec_driver_sql(
            f'alter database "{make_url(database_url).database}" set default_transaction_read_only = on'
        )
    )
    await database.close()
    with pytest.raises(StorageError, match="the database is read-only"):
        await database.save_episode(record())
    await database.close()


async def test_an_error_that_is_ours_stays_what_it_is(empty):
    database = Database(empty)

    async def fail(connection):
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        await database._transact(fail)
    await database.close()

import asyncio
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.web_pages import KOREAN, PAGE, SENTENCE, Server
from podloom.errors import MissingDependencyError, SourceError
from podloom.sources.fetch import Limits
from podloom.sources.read import read_source, read_sources

LIMITS = Limits(timeout_s=5, total_s=20, max_bytes=10_000, attempts=1, pause_s=0)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "kind", "title", "text"),
    [
        ("/page", "html", "Mill", SENTENCE),
        ("/korean", "html", KOREAN.rstrip("."), KOREAN),
        ("/notes.md", "markdown", "Notes", f"Notes\n\n{SENTENCE}"),
        ("/typed", "markdown", "Notes", f"Notes\n\n{SENTENCE}"),
        ("/plain", "text", "The wind turned the blades of the mill all night…", SENTENCE),
        ("/untyped", "html", "Mill", SENTENCE),
        ("/download/a.srt", "subtitles", "The wind turned the blades of the mill all night…", SENTENCE),
        ("/zipped", "html", "Mill", SENTENCE),
        ("/moved", "html", "Mill", SENTENCE),
    ],
)
async def test_addresses(server, path, kind, title, text):
    document = await read_source(server.address + path, limits=LIMITS)
    assert (document.kind, document.origin, document.title, document.text) == (
        kind,
        server.address + path,
        title,
        text,
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/missing", "answered 404 Not Found; check the address"),
        ("/gone", "answered 410 Gone; open it in a browser"),
        ("/secret", "answered 403 Forbidden; it refuses programs"),
        ("/loop", "redirects more than 10 times"),
        ("/elsewhere", r"not http\(s\)"),
        ("/picture", "is 'image/png', which is not read; give web addresses"),
        ("/nothing", "is empty"),
        ("/empty", "holds no article text"),
        ("/declared-large", "is larger than 0.01 MB"),
        ("/large", "is larger than 0.01 MB"),
        ("/bad-zip", "cannot be read: "),
        ("/cut", "cannot be read: "),
    ],
)
async def test_addresses_that_fail_say_why(server, path, message):
    with pytest.raises(SourceError, match=message) as caught:
        await read_source(server.address + path, limits=LIMITS)
    assert repr(server.address + path) in str(caught.value)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(timeout_s=0.05, attempts=1), "did not answer within 0.05 s"),
        (Limits(total_s=0.05), "was not there after 0.05 s"),
    ],
)
async def test_a_silent_server_is_given_up(server, limits, message):
    with pytest.raises(SourceError, match=message):
        await read_source(f"{server.address}/silent", limits=limits)


async def test_a_busy_server_is_asked_again(server):
    server.asked.clear()
    document = await read_source(f"{server.address}/busy", limits=Limits(attempts=3, pause_s=0))
    assert (document.title, server.asked) == ("Mill", ["/busy"] * 3)


async def test_a_closed_port_cannot_be_reached():
    with pytest.raises(SourceError, match=r"'http://127.0.0.1:9/x' cannot be reached"):
        await read_source("http://127.0.0.1:9/x", limits=LIMITS)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content", "kind", "title"),
    [
        ("the_mill.txt", SENTENCE, "text", "the mill"),
        ("mill.MD", f"# At the *mill*\n\n{SENTENCE}", "markdown", "At the mill"),
        ("mill.html", PAGE, "html", "Mill"),
        ("mill.vtt", f"WEBVTT\n\n00:01.000 --> 00:02.000\n{SENTENCE}", "subtitles", "mill"),
        ("mill", SENTENCE, "text", "mill"),
        ("mill.log", SENTENCE, "text", "mill"),
    ],
)
async def test_files(folder, name, content, kind, title):
    (folder / name).write_text(content)
    document = await read_source(name)
    assert (document.kind, document.origin, document.title, document.language) == (kind, name, title, "en")
    assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest()


async def test_a_pdf_is_known_by_its_content(folder):
    (folder / "mill.txt").write_bytes(b"%PDF-1.7 broken")
    with pytest.raises(SourceError, match=r"'mill.txt' is damaged or no PDF"):
        await read_source("mill.txt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "'a.txt' is empty"),
        (b" \n\n ", "'a.txt' is empty"),
        (b"Two words", "'a.txt' holds only 2 words of text"),
        (b"PK\x03\x04\0\0", "'a.txt' is no text"),
        (b"word " * 2100, "'a.txt' has 0.0105 MB, more than 0.01 MB"),
    ],
)
async def test_files_that_fail_say_why(folder, content, message):
    (folder / "a.txt").write_bytes(content)
    with pytest.raises(SourceError, match=message):
        await read_source("a.txt", limits=LIMITS)


async def test_a_markdown_file_of_nothing_but_code(folder):
    (folder / "a.md").write_text("```\nall of this is code and nothing else\n```\n")
    with pytest.raises(SourceError, match=r"'a.md' holds only 0 words of text"):
        await read_source("a.md")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read(folder):
    (folder / "a.txt").write_text(SENTENCE)
    (folder / "a.txt").chmod(0)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        await read_source("a.txt")


async def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(SourceError, match="'pipe' is no ordinary file"):
        await read_source("pipe")


async def test_a_folder_is_no_source(folder):
    with pytest.raises(SourceError, match="is a folder; give the files in it"):
        await read_source(str(folder))


@pytest.mark.parametrize(
    ("text", "kind", "title", "language"),
    [
        (SENTENCE, "text", "The wind turned the blades of the mill all night…", "en"),
        (f"At the mill\n\n{SENTENCE}", "text", "At the mill", "en"),
        (f"# At the mill\n\n{SENTENCE}", "markdown", "At the mill", "en"),
        (KOREAN, "text", "바람이 밤새 날개를 돌렸고 날씨는 추웠습니다", "ko"),
        (
            "Kubernetes PostgreSQL Redis Prefect Coqui",
            "text",
            "Kubernetes PostgreSQL Redis Prefect Coqui",
            "ko",
        ),
    ],
)
async def test_texts(text, kind, title, language):
    document = await read_source(text, language_hint="ko")
    assert (document.kind, document.origin, document.title, document.language) == (
        kind,
        "text",
        title,
        language,
    )


@dataclass(frozen=True)
class Heard:
    text: str
    language: str


async def transcribe(path: Path) -> Heard:
    return Heard(f"{SENTENCE}\n\n{path.name} was heard.", "en")


async def test_sound_files_are_transcribed(folder):
    (folder / "my-talk.mp3").write_bytes(b"sound")
    document = await read_source("my-talk.mp3", transcribe=transcribe)
    assert (document.kind, document.title, document.language) == ("audio", "my talk", "en")
    assert document.text == f"{SENTENCE}\n\nmy-talk.mp3 was heard."


async def test_sound_files_need_the_extra(folder):
    (folder / "talk.wav").write_bytes(b"sound")
    with pytest.raises(
        MissingDependencyError, match=r"'talk.wav' is a sound file; pip install 'podloom\[stt\]'"
    ):
        await read_source("talk.wav")


async def test_sources_keep_their_order(server, folder):
    (folder / "notes.txt").write_text("The notes say that it was warm and dry.")
    sources = [f"{server.address}/page", "notes.txt", KOREAN]
    documents = await read_sources(sources, limits=LIMITS)
    assert [document.origin for document in documents] == [f"{server.address}/page", "notes.txt", "text"]


async def test_the_same_text_twice_is_one_document(server, folder):
    notes: list[str] = []
    (folder / "a.txt").write_text(SENTENCE)
    documents = await read_sources(["a.txt", f"{server.address}/page", "a.txt", SENTENCE], note=notes.append)
    assert [document.origin for document in documents] == ["a.txt"]
    assert notes == [
        f"'{server.address}/page' has the same text as 'a.txt' and is used once",
        "'text' has the same text as 'a.txt' and is used once",
    ]


async def test_all_sources_that_fail_are_named(server):
    sources = ["missing.txt", SENTENCE, f"{server.address}/gone"]
    with pytest.raises(SourceError, match=r"2 of 3 sources .*\(1\) .*'missing.txt'.*\(2\) .*410 Gone"):
        await read_sources(sources, limits=LIMITS)


async def test_one_failure_is_raised_as_it_is():
    with pytest.raises(SourceError, match=r"^no such file: 'missing.txt'"):
        await read_sources([SENTENCE, "missing.txt"])


async def test_no_sources_at_all():
    with pytest.raises(SourceError, match="there are no sources"):
        await read_sources([])


async def test_a_missing_extra_is_no_source_error(folder):
    (folder / "talk.wav").write_bytes(b"sound")
    with pytest.raises(MissingDependencyError):
        await read_sources(["missing.txt", "talk.wav"])


async def test_reading_can_be_cancelled(server):
    server.reached.clear()
    task = asyncio.create_task(read_sources([f"{server.address}/silent"]))
    await asyncio.to_thread(server.reached.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

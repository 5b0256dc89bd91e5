"""The rehearsal server, asked by the real SDK."""

import asyncio
import json
import re
import subprocess
import sys
from contextlib import closing

import httpx
import openai
import pytest
from httpx2 import TransportError

from podloom.rehearsal import Chaos, Fault, RehearsalServer, Scenario
from podloom.script.chapters import chapter_schema
from podloom.tts.wave import read_audio

SPEAKERS = ["Ada", "Ben"]
SYSTEM = {"en": "Everything is in English.", "ko": "대본은 모두 한국어로 씁니다."}
ORDER = {
    "en": '<source passage="1" title="T">\nx\n</source>\nAbout 120 spoken words.\nWrite chapter 2 of 4: X',
    "ko": '<source passage="1" title="T">\nx\n</source>\n약 120어절.\n전체 4개 가운데 2번 챕터를 쓰세요: X',
}
FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "chapter", "strict": True, "schema": chapter_schema(SPEAKERS)},
}


@pytest.fixture
def connect():
    """Clients that do not retry, closed in the end."""
    clients = []

    def connect(server, *, key: str = "any", retries: int = 0, timeout_s: float = 10.0):
        clients.append(
            openai.OpenAI(base_url=server.base_url, api_key=key, max_retries=retries, timeout=timeout_s)
        )
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def ask(client, *, language: str = "en", **parameters):
    messages = [{"role": "system", "content": SYSTEM[language]}, {"role": "user", "content": ORDER[language]}]
    given = {"response_format": FORMAT} | parameters
    return client.chat.completions.create(model="rehearsal", messages=messages, **given)


def collect(client, **parameters) -> tuple[str, str | None]:
    """Text and finish reason of a streamed answer."""
    text, finish = "", None
    with closing(ask(client, stream=True, **parameters)) as chunks:
        for chunk in chunks:
            for choice in chunk.choices:
                text += choice.delta.content or ""
                finish = choice.finish_reason or finish
    return text, finish


def say(client, text: str = "One line to be spoken, no more than that.", form: str = "wav") -> bytes:
    return client.audio.speech.create(model="m", voice="nova", input=text, response_format=form).content


@pytest.mark.parametrize("language", ["en", "ko"])
def test_streamed_answer_is_the_whole_one_in_pieces(rehearsal, connect, language):
    client = connect(rehearsal())
    text, finish = collect(client, language=language)
    assert finish == "stop"
    assert text == ask(client, language=language).choices[0].message.content
    assert {line["speaker"] for line in json.loads(text)["lines"]} == set(SPEAKERS)


def test_usage_comes_last_and_knows_the_repeated_beginning(rehearsal, connect):
    server = rehearsal()
    client = connect(server)
    messages = [{"role": "system", "content": "The same long beginning. " * 400}]
    for number in (1, 2):
        chunks = client.chat.completions.create(
            model="m",
            messages=[*messages, {"role": "user", "content": f"Chapter {number}"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        *_, last = chunks
    assert last.choices == []
    assert last.usage.completion_tokens > 0
    assert last.usage.prompt_tokens_details.cached_tokens == 2432
    assert [call.cached_tokens for call in server.calls] == [0, 2432]


def test_without_a_shape_the_answer_is_prose(rehearsal, connect):
    content = ask(connect(rehearsal()), response_format=openai.NOT_GIVEN).choices[0].message.content
    with pytest.raises(json.JSONDecodeError):
        json.loads(content)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400", openai.BadRequestError),
        ("401", openai.AuthenticationError),
        ("404", openai.NotFoundError),
        ("429", openai.RateLimitError),
        ("500", openai.InternalServerError),
        ("503", openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("route", ["chat", "speech"])
def test_error_statuses(rehearsal, connect, route, status, error):
    server = rehearsal(faults=[Fault(status, route)])
    client = connect(server)
    with pytest.raises(error):
        ask(client) if route == "chat" else say(client)
    assert [(call.status, call.outcome) for call in server.calls] == [(int(status), "refused")]
    assert ask(client) if route == "chat" else say(client)


def test_sdk_waits_as_told_and_tries_again(rehearsal, connect):
    server = rehearsal(faults=[Fault("429", times=2, retry_after_s=0.01)])
    assert collect(connect(server, retries=2))[1] == "stop"
    assert [call.status for call in server.calls] == [429, 429, 200]


def test_model_list_can_fail_too(rehearsal, connect):
    client = connect(rehearsal(faults=[Fault("503", "models")]))
    with pytest.raises(openai.InternalServerError):
        client.models.list()
    assert "rehearsal" in {model.id for model in client.models.list()}


@pytest.mark.parametrize(
    ("kind", "finish"), [("cut", None), ("length", "length"), ("filter", "content_filter")]
)
def test_answers_that_stop_early(rehearsal, connect, kind, finish):
    client = connect(rehearsal(faults=[Fault(kind, at=0.5)]))
    part, reason = collect(client)
    whole, _ = collect(client)
    assert reason == finish
    assert whole.startswith(part)
    assert len(part) == pytest.approx(len(whole) / 2, rel=0.1)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("malformed", json.JSONDecodeError),
        ("disconnect", openai.APIConnectionError),
        ("stall", openai.APITimeoutError),
    ],
)
def test_streams_that_break(rehearsal, connect, kind, error):
    server = rehearsal(faults=[Fault(kind)])
    with pytest.raises(error):
        collect(connect(server, timeout_s=0.3))
    assert server.calls.of("chat")[0].fault == kind


@pytest.mark.parametrize("kind", ["malformed", "disconnect"])
def test_whole_answers_that_break(rehearsal, connect, kind):
    with pytest.raises((openai.APIConnectionError, json.JSONDecodeError)):
        ask(connect(rehearsal(faults=[Fault(kind)])))


def spoiled_lines(rehearsal, connect, kind: str) -> list[dict]:
    return json.loads(collect(connect(rehearsal(faults=[Fault(kind)])))[0])["lines"]


@pytest.mark.parametrize(
    ("kind", "is_wrong"),
    [
        ("wrong_speaker", lambda line, _: line["speaker"] not in SPEAKERS),
        ("empty_line", lambda line, _: not line["text"]),
        ("stage_direction", lambda line, _: "[" in line["text"]),
        ("wrong_language", lambda line, _: re.search("[가-힣]", line["text"])),
        ("repeated", lambda line, lines: line is not lines[0] and line["text"] == lines[0]["text"]),
    ],
)
def test_one_line_is_no_good(rehearsal, connect, kind, is_wrong):
    lines = spoiled_lines(rehearsal, connect, kind)
    assert len([line for line in lines if is_wrong(line, lines)]) == 1


def test_a_chapter_that_is_too_short(rehearsal, connect):
    assert len(spoiled_lines(rehearsal, connect, "short")) == 1


def test_prose_instead_of_json(rehearsal, connect):
    text, finish = collect(connect(rehearsal(faults=[Fault("prose")])))
    assert (text[0], finish) == ("O", "stop")


def test_json_lines_are_spoiled_as_well(rehearsal, connect):
    client = connect(rehearsal(faults=[Fault("wrong_speaker")]))
    element = json.dumps(chapter_schema(SPEAKERS)["properties"]["lines"]["items"])
    text = client.chat.completions.create(
        model="m",
        messages=[{"role": "system", "content": f"JSON Lines. It follows this JSON schema:\n{element}"}],
    )
    rows = [json.loads(row) for row in text.choices[0].message.content.splitlines()]
    assert [row["speaker"] for row in rows].count("Nobody") == 1


def test_a_slow_answer_outlasts_patience(rehearsal, connect):
    server = rehearsal(faults=[Fault("slow", "speech", delay_s=30)])
    with pytest.raises(openai.APITimeoutError):
        say(connect(server, timeout_s=0.2))


def test_speech_comes_as_wav_and_as_bare_samples(rehearsal, connect):
    client = connect(rehearsal())
    wav = read_audio(say(client, form="wav"), "audio/wav")
    pcm = read_audio(say(client, form="pcm"), "audio/pcm")
    assert (wav.samples == pcm.samples).all()
    assert wav.duration_s > 2


@pytest.mark.parametrize("kind", ["cut", "empty", "silent", "clipped"])
def test_damaged_speech(rehearsal, connect, kind):
    client = connect(rehearsal(faults=[Fault(kind, "speech")]))
    assert say(client) != say(client)


@pytest.mark.parametrize(("kind", "error"), [("disconnect", "Protocol"), ("stall", "Timeout")])
def test_speech_that_breaks(rehearsal, connect, kind, error):
    client = connect(rehearsal(faults=[Fault(kind, "speech")]), timeout_s=0.3)
    with pytest.raises((openai.APIError, TransportError)) as caught:
        say(client, "A line that is long enough for several parts. " * 6)
    assert any(error in type(each).__name__ for each in (caught.value, caught.value.__cause__))


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/audio/speech", {"input": "Words", "voice": "nova"}, "response_format"),
        ("/audio/speech", {"input": " ", "voice": "nova", "response_format": "wav"}, "'input'"),
        ("/audio/speech", {"input": "x" * 4097, "voice": "v", "response_format": "wav"}, "4097"),
        ("/audio/speech", {"input": "Words", "response_format": "wav"}, "'voice'"),
        ("/chat/completions", {"messages": []}, "'messages'"),
        ("/chat/completions", {"messages": [{"content": "x"}], "n": 2}, "'n'"),
        (
            "/chat/completions",
            {"messages": [{"content": "x"}], "response_format": {"type": "json_schema"}},
            "json_schema.name",
        ),
        ("/chat/completions", ["no", "object"], "JSON body"),
    ],
)
def test_calls_that_are_not_as_they_should_be(rehearsal, path, body, said):
    answer = httpx.post(rehearsal().base_url + path, json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


def test_only_the_key_is_accepted(rehearsal, connect):
    server = rehearsal(api_key="sk-right")
    assert connect(server, key="sk-right").models.list().data
    for call in (ask, say, lambda client: client.models.list()):
        with pytest.raises(openai.AuthenticationError) as caught:
            call(connect(server, key="sk-wrong"))
        assert "sk-" not in str(caught.value)


async def test_record_tells_how_many_calls_ran_at_once(rehearsal):
    server = rehearsal(Scenario(speech_s=0.2))
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="any") as client:
        limit = asyncio.Semaphore(3)

        async def one(number: int) -> None:
            async with limit:
                await client.audio.speech.create(
                    model="m", voice="v", input=f"Line {number}", response_format="wav"
                )

        await asyncio.gather(*(one(number) for number in range(6)))
    assert server.calls.count("speech") == 6
    assert server.calls.max_concurrency("speech") == 3
    assert server.calls.paid_twice() == []
    assert {call.prompt for call in server.calls} == {f"Line {number}" for number in range(6)}


def test_what_is_paid_twice_is_known(rehearsal, connect):
    server = rehearsal()
    for _ in range(2):
        say(connect(server))
    assert [call.route for call in server.calls.paid_twice()] == ["speech"]


def test_record_can_be_read_and_cleared_over_http(rehearsal, connect):
    server = rehearsal()
    ask(connect(server))
    told = httpx.get(f"{server.url}/rehearsal/calls").json()
    assert told["counts"] == {"chat": 1}
    assert (told["calls"][0]["schema_name"], told["calls"][0]["chapter"]) == ("chapter", 2)
    assert "body" in httpx.get(f"{server.url}/rehearsal/calls?bodies").json()["calls"][0]
    assert httpx.delete(f"{server.url}/rehearsal/calls").json()["counts"] == {}


def test_retries_of_the_sdk_outlast_chaos(rehearsal, connect):
    server = rehearsal(chaos=Chaos(rates={"429": 0.3, "500": 0.1}, retry_after_s=0.001))
    client = connect(server, retries=8)
    assert all(say(client, f"Line {number}") for number in range(12))
    assert server.calls.count("speech") > 12


def test_server_stops_in_the_middle_of_an_answer(connect):
    with RehearsalServer(Scenario(chapter_s=60.0)) as server:
        chunks = ask(connect(server), stream=True)
        next(iter(chunks))
    chunks.close()
    assert server.calls.of("chat")[0].outcome != "answered"


def test_server_as_a_process_of_its_own(tmp_path):
    faults = tmp_path / "faults.json"
    faults.write_text('[{"kind": "503", "route": "speech", "nth": 1}]', "utf-8")
    command = [sys.executable, "-m", "podloom.rehearsal", "--port", "0", "--errors", "0.2", "--key", "k"]
    command += ["--faults", str(faults)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline()
            url = re.match(r"http://127\.0\.0\.1:\d+", first).group()
            assert httpx.get(f"{url}/health").json() == {"status": "ok"}
            line = {"model": "any", "voice": "nova", "input": "Hello.", "response_format": "wav"}
            with httpx.Client(base_url=url, headers={"Authorization": "Bearer k"}) as client:
                said = [client.post("/v1/audio/speech", json=line).status_code for _ in range(2)]
            assert said == [503, 200]
        finally:
            process.terminate()

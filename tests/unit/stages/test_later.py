"""What is imported when the first paid call leaves, and what is not until then."""

import json
import os
import subprocess
import sys
from pathlib import Path

from podloom.domain import EpisodeRequest
from podloom.stages.later import load_later

TESTS = Path(__file__).parents[2]
FIRST_CALL = """
import asyncio, json, os, sys
sys.path.insert(0, sys.argv[1])
from fixtures.llm_server import Reply, llm_server
from podloom import build_request, load_settings
from podloom.flows.inline import make_inline
from podloom.telemetry import Telemetry

class Asked(asyncio.Event):
    def set(self):
        print(json.dumps(sorted(sys.modules)), flush=True)
        os._exit(0)

async def main():
    async with llm_server(Reply(body='{"object": "list", "data": []}', kind="application/json")) as server:
        for group in ("LLM", "SPEECH"):
            os.environ[f"PODLOOM_{group}_BASE_URL"] = server.base_url
        text = "The town has planted trees along every street, because summers have become too hot. " * 20
        request = build_request(text, engine="openai", writer="openai", out=sys.argv[2])
        await make_inline(request, load_settings(), Telemetry(asked=Asked()))

asyncio.run(main())
"""
LATER = {
    *("sqlalchemy", "alembic", "numpy", "PIL", "lxml", "httpx", "rich", "markdown_it", "charset_normalizer"),
    *(
        "soxr",
        "soundfile",
        "pyebur128",
        "lameenc",
        "pydub",
        "prefect",
        "redis",
        "prometheus_client",
        "psutil",
    ),
    *(
        "opentelemetry",
        "trafilatura",
        "podloom.text.english",
        "podloom.text.korean",
        "podloom.script.offline",
    ),
    *("podloom.stages.chapter", "podloom.stages.publish", "podloom.stages.assembly", "podloom.stages.record"),
}


def test_the_first_call_waits_for_no_library_that_it_does_not_need(tmp_path):
    code = [sys.executable, "-c", FIRST_CALL, str(TESTS), str(tmp_path / "out")]
    home = {"PODLOOM_HOME": str(tmp_path / "home")}
    done = subprocess.run(code, capture_output=True, text=True, check=True, env=os.environ | home)
    loaded = set(json.loads(done.stdout))
    assert "openai.resources.chat" in loaded
    assert sorted(LATER & loaded) == []


def test_what_follows_is_loaded_then():
    load_later(EpisodeRequest(sources=("-",), language="ko"))
    assert {"podloom.stages.chapter", "podloom.text.korean", "podloom.stages.publish"} <= set(sys.modules)

"""Which Coqui models speak several lines in one go, how many then gather, and what each line gets.

No model is loaded: a reader of words stands in for it, in real worker processes. With a real, tiny model:
tests/integration/test_coqui_batches.py.
"""

import asyncio
import json

import pytest

from fixtures.readers import WordOpener
from podloom.domain import Voice
from podloom.errors import SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import coqui
from podloom.tts.coqui import CoquiEngine
from podloom.tts.coqui_models import find_model
from podloom.tts.engine import PLAIN, BatchingEngine, speak
from podloom.tts.workers import Workers

VOICE = Voice(engine="coqui", id="Ana", language="en")


@pytest.fixture
def build(monkeypatch, tmp_path):
    """Engines of models of a kind, by what their config says."""
    monkeypatch.setattr(coqui, "missing_packages", list)
    monkeypatch.setattr(coqui, "version", lambda package: "2.13.0+cpu")

    def build(kind: str, model_args: dict | None = None, **speech: int) -> CoquiEngine:
        config = {"model": kind, "speakers": ["Ana"], "model_args": model_args}
        (tmp_path / "config.json").write_text(json.dumps(config))
        (tmp_path / "model.pth").write_bytes(b"weights")
        path = tmp_path if kind == "xtts" else tmp_path / "model.pth"
        chosen = SpeechSettings(coqui_model=str(path), coqui_accept_licence=True, **speech)
        return CoquiEngine(Settings(speech=chosen))

    return build


@pytest.fixture
async def engine(build, tmp_path):
    engine = build("vits", coqui_batch=3)
    engine._workers = Workers(WordOpener(tmp_path), most=1, threads=1)
    yield engine
    await engine.close()


@pytest.mark.parametrize(
    ("kind", "asked", "batch", "concurrency"),
    [("vits", {}, 1, 2), ("vits", {"coqui_batch": 8}, 8, 16), ("xtts", {"coqui_batch": 8}, 1, 2)],
)
def test_only_vits_speaks_batches_and_only_when_it_is_told_to(build, kind, asked, batch, concurrency):
    engine = build(kind, coqui_workers=2, **asked)
    assert isinstance(engine, BatchingEngine)
    assert (engine.batch_size, engine.concurrency) == (batch, concurrency)


def test_mms_is_vits_and_glow_is_not(build):
    speech = SpeechSettings(coqui_model="tts_models/kor/fairseq/vits", coqui_batch=4)
    assert coqui.batch_for(speech, find_model(speech)) == 4
    assert build("glow_tts", coqui_batch=4).batch_size == 1


def test_vits_that_widens_its_frames_speaks_line_by_line(build):
    assert build("vits", {"encoder_sample_rate": None}, coqui_batch=4).batch_size == 4
    assert build("vits", {"encoder_sample_rate": 11_025}, coqui_batch=4).batch_size == 1


def test_one_worker_speaks_the_batches_unless_more_are_set(build):
    assert build("vits", coqui_batch=8)._most_workers == 1
    assert build("vits", coqui_batch=8, coqui_workers=2)._most_workers == 2


async def test_each_line_gets_its_own_words_in_the_order_of_the_lines(engine, tmp_path):
    lines = [("ab c", 1), ("def", 2), ("g hi", 3)]
    made = await asyncio.gather(*(speak(engine, text, VOICE, PLAIN, seed=seed) for text, seed in lines))
    assert [audio.samples.tolist() for audio in made] == [[1] * 3, [2] * 3, [3] * 3]
    assert len(list(tmp_path.glob("loaded-*"))) == 1


async def test_a_faulty_and_an_empty_line_cost_the_others_nothing(engine):
    texts = ["ab", "a fault", "  ", "cd"]
    spoken = [speak(engine, text, VOICE, PLAIN, seed=1) for text in texts]
    first, faulty, empty, last = await asyncio.gather(*spoken, return_exceptions=True)
    assert first.samples.tolist() == last.samples.tolist() == [1, 1]
    assert "a fault in 'a fault'" in str(faulty)
    assert "nothing to speak" in str(empty)


async def test_a_batch_whose_worker_dies_is_spoken_once_more(engine, tmp_path, caplog):
    texts = ["ab", "c die-once", "def"]
    made = await engine.speak_batch(texts, VOICE, PLAIN, seeds=[1, 2, 3])
    assert [len(audio.samples) for audio in made] == [2, 9, 3]
    assert "ended with status 3" in caplog.text


async def test_a_batch_that_nobody_waits_for_ends_its_worker(engine, tmp_path):
    lines = [asyncio.create_task(speak(engine, text, VOICE, PLAIN)) for text in ("a", "sleep")]
    while not (tmp_path / "asleep").exists():  # noqa: ASYNC110 - a worker's sign of life
        await asyncio.sleep(0.01)
    for line in lines:
        line.cancel()
    await asyncio.gather(*lines, return_exceptions=True)
    assert (await speak(engine, "ab", VOICE, PLAIN, seed=4)).samples.tolist() == [4, 4]
    assert len(list(tmp_path.glob("loaded-*"))) == 2


async def test_a_line_that_dies_again_and_again_is_the_only_one_that_fails(engine):
    spoken = [speak(engine, text, VOICE, PLAIN, seed=1) for text in ("ab", "die")]
    first, dead = await asyncio.gather(*spoken, return_exceptions=True)
    assert len(first.samples) == 2
    assert isinstance(dead, SpeechError)

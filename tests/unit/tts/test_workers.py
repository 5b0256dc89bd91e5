"""Processes that speak: replaced when they die, killed when nobody waits, gone in the end."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from fixtures.readers import WordOpener
from podloom.domain import Voice
from podloom.errors import SpeechError
from podloom.tts.threaded import Line, Order
from podloom.tts.workers import WorkerLostError, Workers

VOICE = Voice(engine="words", id="v", language="en")


@pytest.fixture
def children():
    """Those of our processes that this test has started; servers of the session are children, too."""
    known = set(psutil.Process().children())
    return lambda: set(psutil.Process().children()) - known


@pytest.fixture
def workers(children, tmp_path):
    workers = Workers(WordOpener(tmp_path), most=2, threads=1)
    yield workers
    workers.close()


def line(text: str, seed: int = 1) -> Line:
    return Line(Order(text, VOICE, seed=seed))


def said(workers: Workers, text: str) -> list[int]:
    return [len(sound.samples) for sound in workers.sounds(line(text))]


def loads(folder: Path) -> int:
    return len(list(folder.glob("loaded-*")))


def asleep(folder: Path) -> None:
    while not (folder / "asleep").exists():
        time.sleep(0.01)


def test_one_worker_speaks_line_after_line_and_says_what_it_is_about(workers, tmp_path):
    assert workers.about() == ["Ana"]
    assert said(workers, "a bc") == [1, 2]
    assert said(workers, "def") == [3]
    assert loads(tmp_path) == 1


def test_workers_speak_at_once_and_each_loads_once(workers, tmp_path):
    workers.start()
    with ThreadPoolExecutor(2) as pool:
        sounds = list(pool.map(lambda text: list(workers.sounds(line(text))), ["pid"] * 8))
    assert len({float(made.samples[0]) for (made,) in sounds}) <= loads(tmp_path) == 2


def test_errors_cross_as_they_are_and_the_worker_goes_on(workers, tmp_path):
    with pytest.raises(SpeechError, match="a fault in 'a fault'"):
        said(workers, "a fault")
    assert said(workers, "a") == [1]
    assert loads(tmp_path) == 1


def test_a_model_that_cannot_be_loaded_is_said_every_time(tmp_path):
    workers = Workers(WordOpener(tmp_path, fault="damaged"), most=1, threads=1)
    for _ in range(2):
        with pytest.raises(SpeechError, match="damaged"):
            workers.start()
    workers.close()


def test_a_line_whose_worker_dies_is_spoken_once_more_without_repeating_itself(workers, tmp_path, caplog):
    assert said(workers, "ab die-once cde") == [2, 8, 3]
    assert loads(tmp_path) == 2
    assert "ended with status 3" in caplog.text


@pytest.mark.parametrize("text", ["a die", "a crash"])
def test_a_line_that_kills_two_workers_is_an_error(workers, tmp_path, text):
    with pytest.raises(SpeechError, match=rf"'{text}'.*COQUI_WORKERS=1"):
        said(workers, text)
    assert loads(tmp_path) == 2
    assert said(workers, "ab") == [2]


def test_stopping_a_line_kills_its_worker_in_the_middle_of_a_sound(workers, tmp_path):
    sleeping = line("sleep")
    with ThreadPoolExecutor(1) as pool:
        spoken = pool.submit(lambda: list(workers.sounds(sleeping)))
        asleep(tmp_path)
        sleeping.stop()
        with pytest.raises(WorkerLostError, match="signal 9"):
            spoken.result(timeout=10)
    assert said(workers, "ab") == [2]


def test_a_line_that_was_stopped_before_it_began_costs_no_line(workers):
    stopped = line("sleep")
    stopped.stop()
    with pytest.raises(WorkerLostError):
        list(workers.sounds(stopped))


def test_sounds_that_nobody_takes_end_their_worker(workers, children):
    sounds = workers.sounds(line("a sleep"))
    next(sounds)
    sounds.close()
    assert children() == set()


def test_closing_leaves_no_process_and_fails_what_is_spoken(workers, children, tmp_path):
    workers.start()
    with ThreadPoolExecutor(1) as pool:
        spoken = pool.submit(lambda: list(workers.sounds(line("sleep"))))
        asleep(tmp_path)
        workers.close()
        with pytest.raises(SpeechError, match="closed while"):
            spoken.result(timeout=10)
    assert children() == set()


def test_closing_fails_a_line_of_which_a_sound_was_taken(workers, children):
    sounds = workers.sounds(line("a sleep"))
    next(sounds)
    workers.close()
    with pytest.raises(SpeechError, match="closed while"):
        next(sounds)
    assert children() == set()


SCRIPT = """
import sys
from pathlib import Path
from fixtures.readers import WordOpener
from podloom.tts.workers import Workers
workers = Workers(WordOpener(Path(sys.argv[1])), most=1, threads=1)
workers.start()
print(*(worker._process.pid for worker in workers._all), flush=True)
{end}
"""


@pytest.mark.parametrize("end", ["", "import os; os._exit(1)"])
def test_workers_end_with_the_process_that_forgot_to_close_them(tmp_path, end):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(end=end))  # without `if __name__ == "__main__"`
    paths = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, script, tmp_path], check=False, env=paths, stdout=subprocess.PIPE, text=True
    )
    for pid in map(int, done.stdout.split()):
        if psutil.pid_exists(pid):
            psutil.Process(pid).wait(timeout=10)
    assert loads(tmp_path) == 1


def test_a_worker_that_died_while_idle_is_replaced(workers, children):
    workers.about()
    for child in children():
        child.kill()
        child.wait()
    assert said(workers, "ab") == [2]

"""Processes that speak, each with the model in its memory: for models whose computing cannot share a process.

They are fresh interpreters rather than copies of this one, and rather than multiprocessing's, which would run
the caller's script again. A worker that dies is replaced, and its line is spoken once more.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from podloom.errors import PodloomError, SpeechError
from podloom.tts.threaded import Line, Order, Sound
from podloom.tts.worker import Opener

_LOG = logging.getLogger(__name__)
_EXIT_S = 2.0
"""A worker whose output has ended is given so long to end itself."""


class WorkerLostError(SpeechError):
    """Raised when a worker ended in the middle of its work."""


class Worker:
    """One process; used by one thread at a time, killed from any."""

    def __init__(self, opener: Opener, threads: int) -> None:
        self.busy = False
        self._told: Any = None
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "podloom.tts.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(threads),
        )
        self._order(opener)

    def about(self) -> Any:
        """What its model is about; waits until it is loaded.

        Raises:
            PodloomError: It cannot be loaded.
        """
        if not self._ready:
            self._told = self._answer()
            if isinstance(self._told, PodloomError):
                raise self._told
            self._ready = True
        return self._told

    def sounds(self, order: Order) -> Iterator[Sound]:
        """What the order becomes, sound by sound.

        Raises:
            WorkerLostError: The process ended.
            PodloomError: The order cannot be spoken.
        """
        self.busy = True
        self.about()
        self._order(order)
        while isinstance(answer := self._answer(), Sound):
            yield answer
        self.busy = False
        if answer is not None:
            raise answer

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once; does not wait."""
        self._process.kill()

    def end(self) -> None:
        """End it and wait for its end; a thread that reads from it finds no more there."""
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """End it and close its pipes; only for the thread that uses it, or when none does."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # what was still to be sent

    def _order(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._lost() from error

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 - from our own worker
        except (EOFError, pickle.UnpicklingError) as error:
            raise self._lost() from error

    def _lost(self) -> WorkerLostError:
        try:
            status = self._process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return WorkerLostError(f"a process that speaks {how}")


class Workers:
    """At most `most` workers of one model; as many threads may ask for sounds at once."""

    def __init__(self, opener: Opener, *, most: int, threads: int) -> None:
        self._opener = opener
        self._most = most
        self._threads = threads
        self._lock = Lock()
        self._all: set[Worker] = set()
        self._idle: list[Worker] = []
        self._closed = False
        self._end = weakref.finalize(self, _end_all, self._all, self._idle)

    def start(self) -> Any:
        """Let all workers load at the same time; returns when one has, with what its model is about.

        Raises:
            PodloomError: The model cannot be loaded.
        """
        with self._lock:
            while len(self._all) < self._most and not self._closed:
                self._idle.append(self._new())
        return self.about()

    def about(self) -> Any:
        """What the model is about; starts a worker if none is idle.

        Raises:
            PodloomError: It cannot be loaded.
        """
        worker = self._take()
        worker.busy = True
        try:
            told = worker.about()
            worker.busy = False
        finally:
            self._give(worker)
        return told

    def sounds(self, line: Line) -> Iterator[Sound]:
        """What the line becomes, sound by sound; spoken once more where a worker dies.

        Raises:
            SpeechError: Two workers died of it, or it cannot be spoken.
        """
        given = 0
        try:
            for sound in self._once(line):
                given += 1
                yield sound
        except WorkerLostError as error:
            if line.stopped:
                raise
            _LOG.warning("%s; another one speaks it now", error)
        else:
            return
        yield from islice(self._once(line), given, None)  # the same seed gives the same sounds

    def _once(self, line: Line) -> Iterator[Sound]:
        worker = self._take()
        try:
            with line.ended_by(worker.kill):
                yield from worker.sounds(line.order)
        except WorkerLostError as error:
            raise WorkerLostError(
                f"{error} while it spoke {line.order.text[:60]!r}; see its messages above, and if memory is "
                "short set PODLOOM_SPEECH_COQUI_WORKERS=1"
            ) from error
        finally:
            self._give(worker)

    def close(self) -> None:
        """End all of them; what waits for one of them fails."""
        with self._lock:
            self._closed = True
        self._end()

    def _take(self) -> Worker:
        with self._lock:
            if self._closed:
                raise SpeechError("the voices were closed while a line was being spoken; run it again")
            return self._idle.pop(0) if self._idle else self._new()

    def _give(self, worker: Worker) -> None:
        """Back to the others, if it is fit for another line."""
        with self._lock:
            if worker.alive and not worker.busy and not self._closed:
                self._idle.append(worker)
                return
            self._all.discard(worker)
        worker.forget()

    def _new(self) -> Worker:
        worker = Worker(self._opener, self._threads)
        self._all.add(worker)
        return worker


def _end_all(workers: set[Worker], idle: list[Worker]) -> None:
    """A thread that still uses one forgets it: a pipe must not be closed while another thread reads it."""
    for worker in list(workers):
        worker.end()
    while idle:
        idle.pop().forget()


def _environment(threads: int) -> dict[str, str]:
    """This process's, with its import paths and a bound on native threads."""
    paths = [path or str(Path.cwd()) for path in sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": str(threads)}

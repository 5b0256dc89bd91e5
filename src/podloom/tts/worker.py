"""A process that speaks: it loads a model once, then takes orders. `python -m podloom.tts.worker`.

    parent to worker   an opener: a picklable call that loads the model and returns a Reader; then orders
    worker to parent   what the Reader is about, or a PodloomError; for each order its sounds, then None or
                       a PodloomError

Both ways are pickles on standard input and output, between processes of one program. The worker ends when its
input does, so it does not outlive its parent. Anything but a PodloomError ends it as well.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Protocol

from podloom.errors import PodloomError
from podloom.tts.threaded import Order, Sound


class Reader(Protocol):
    """A model in a worker's memory."""

    def about(self) -> Any:
        """What its engine wants to know of it; picklable."""
        ...

    def sounds(self, order: Order) -> Iterator[Sound]:
        """What the order becomes, sound by sound.

        Raises:
            PodloomError: It cannot be spoken.
        """
        ...


Opener = Callable[[], Reader]


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Load what the first message opens, then speak until there are no more orders."""

    def tell(answer: object) -> None:
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()

    try:
        reader: Reader = pickle.load(orders)()  # noqa: S301 - from the parent process
    except PodloomError as error:
        tell(error)
        return
    tell(reader.about())
    while (order := _next(orders)) is not None:
        try:
            for sound in reader.sounds(order):
                tell(sound)
            tell(None)
        except PodloomError as error:
            tell(error)


def _next(orders: BinaryIO) -> Order | None:
    """None when there are no more."""
    try:
        order: Order = pickle.load(orders)  # noqa: S301 - from the parent process
    except EOFError:
        return None
    return order


def main() -> None:
    """Serve on standard input and output; what libraries print goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):  # the parent is gone
        serve(sys.stdin.buffer, answers)
    sys.stderr.flush()
    os._exit(0)  # nothing to save, and native libraries take their time to end


if __name__ == "__main__":
    main()

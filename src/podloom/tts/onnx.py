"""Networks on onnxruntime: one session for all threads, and a run that ends at once with its line."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from podloom.errors import SpeechError
from podloom.tts.threaded import Line


def open_network(path: str, threads: int) -> Any:
    """The network of a file, on the processor; `threads` within one run."""
    import onnxruntime  # noqa: PLC0415 - only when such an engine is built

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class NetworkOfLine:
    """A session as one line uses it: stopping the line ends the run that computes for it, in milliseconds.

    Otherwise a sentence would be computed to its end, up to some ten seconds, and a process waits for its
    threads when it exits.
    """

    session: Any
    line: Line

    def run(self, outputs: list[str] | None, inputs: dict[str, Any]) -> Any:
        """As InferenceSession.run.

        Raises:
            SpeechError: Nobody waits for the line any more.
        """
        options = import_module("onnxruntime").RunOptions()
        failed = import_module("onnxruntime.capi.onnxruntime_pybind11_state").Fail
        with self.line.ended_by(lambda: setattr(options, "terminate", True)):
            try:
                return self.session.run(outputs, inputs, options)
            except failed as error:
                if self.line.stopped:
                    raise SpeechError("nobody waits for this line any more") from error
                raise

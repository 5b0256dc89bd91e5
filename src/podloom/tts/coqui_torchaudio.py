"""Make the torchaudio of PyPI importable on a CPU build of torch, in its pure-Python mode.

PyPI's torchaudio 2.11 for Linux links libc10_cuda, so with a CPU torch its import raises OSError. "No
extension" is a state torchaudio knows; this gives it that. Not needed where both come from PyTorch's index.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
import types
from collections.abc import Callable
from typing import NoReturn

_EXTENSION = "torchaudio._extension"


def ensure_torchaudio() -> None:
    """Import torchaudio, without its native extension if that cannot be loaded."""
    try:
        importlib.import_module("torchaudio")
    except OSError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]  # half-imported
        sys.modules[_EXTENSION] = _without_extension()
        importlib.import_module("torchaudio")


def _without_extension() -> types.ModuleType:
    """What torchaudio reads from its `_extension`, in the state without one."""

    def fail_if_no_align(_function: Callable[..., object]) -> Callable[..., NoReturn]:
        def missing(*_args: object, **_kwargs: object) -> NoReturn:
            raise RuntimeError("torchaudio's native extension is not loaded")

        return missing

    module = types.ModuleType(_EXTENSION)
    module.__spec__ = importlib.machinery.ModuleSpec(_EXTENSION, None)
    vars(module).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False,
        _IS_ALIGN_AVAILABLE=False,
        _check_cuda_version=lambda: None,
        fail_if_no_align=fail_if_no_align,
    )
    return module

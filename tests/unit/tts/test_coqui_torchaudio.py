"""Importing a torchaudio whose native extension cannot be loaded."""

import importlib
import sys

import pytest

from podloom.tts.coqui_torchaudio import ensure_torchaudio

BROKEN = "raise OSError('libc10_cuda.so: cannot open shared object file')"
PACKAGE = """
from torchaudio import _extension
_extension._check_cuda_version()

@_extension.fail_if_no_align
def forced_align(): ...
"""


@pytest.mark.parametrize(
    "extension", [BROKEN, "def _check_cuda_version(): ...\nfail_if_no_align = lambda f: f"]
)
def test_torchaudio_is_imported_without_its_extension_if_it_must(tmp_path, monkeypatch, extension):
    (tmp_path / "torchaudio").mkdir()
    (tmp_path / "torchaudio" / "__init__.py").write_text(PACKAGE)
    (tmp_path / "torchaudio" / "_extension.py").write_text(extension)
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "torchaudio"}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    try:
        ensure_torchaudio()
        import torchaudio

        if extension == BROKEN:
            assert sys.modules["torchaudio._extension"]._IS_ALIGN_AVAILABLE is False
            with pytest.raises(RuntimeError, match="not loaded"):
                torchaudio.forced_align()
        else:
            torchaudio.forced_align()
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]

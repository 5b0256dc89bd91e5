"""Voices cloned from recordings: what XTTS makes of the sound files in a folder.

A voice belongs to a person. Podloom cannot see whether they agreed; whoever sets the folder answers for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from podloom.errors import SettingsError, SpeechError

_SOUND = {".wav", ".flac", ".mp3", ".ogg", ".m4a"}
_CLONE_ERRORS = (RuntimeError, ValueError, OSError, ImportError)
"""What torchaudio and torchcodec raise on files, and torchcodec on missing FFmpeg libraries."""


def find_clones(folder: str, *, can_clone: bool) -> list[Path]:
    """The recordings of the folder in a setting, one a voice, by file name; none when it is empty.

    Raises:
        SettingsError: There are none, or the model cannot clone.
    """
    if not folder:
        return []
    found = sorted(path for path in Path(folder).expanduser().glob("*") if path.suffix.lower() in _SOUND)
    if not found:
        raise SettingsError(
            f"PODLOOM_SPEECH_COQUI_CLONES is {folder!r}, where no sound file is; put one recording of 6 to "
            f"30 seconds a voice there ({', '.join(sorted(_SOUND))})"
        )
    if not can_clone:
        raise SettingsError(
            "PODLOOM_SPEECH_COQUI_CLONES is set, and only XTTS clones voices; set PODLOOM_SPEECH_COQUI_MODEL "
            "to tts_models/multilingual/multi-dataset/xtts_v2"
        )
    return found


def digest(clones: Sequence[Path]) -> str:
    """Of the recordings' bytes and names, "" for none; part of the engine's version."""
    made = hashlib.sha256()
    for path in clones:
        made.update(path.stem.encode() + hashlib.sha256(path.read_bytes()).digest())
    return f"-{made.hexdigest()[:12]}" if clones else ""


def add_clones(model: Any, clones: Sequence[Path]) -> None:
    """Give an XTTS model a speaker for each recording, by the name of its file.

    Raises:
        SpeechError: A recording cannot be used.
    """
    if not clones:
        return
    if model.speaker_manager is None:  # no speakers_xtts.pth beside the model
        model.speaker_manager = SimpleNamespace(speakers={})
    config = model.config
    options = {
        "gpt_cond_len": config.gpt_cond_len,
        "gpt_cond_chunk_len": config.gpt_cond_chunk_len,
        "max_ref_length": config.max_ref_len,
        "sound_norm_refs": config.sound_norm_refs,
    }
    for path in clones:
        try:
            voice = model.clone_voice(str(path), None, None, **options)
        except _CLONE_ERRORS as error:
            raise SpeechError(
                f"the voice of {str(path)!r} cannot be cloned ({type(error).__name__}: {str(error)[:200]}); "
                "give a recording of 6 to 30 seconds as WAV, and see that FFmpeg's libraries are installed"
            ) from error
        model.speaker_manager.speakers[path.stem] = {
            "gpt_cond_latent": voice["gpt_conditioning_latents"],
            "speaker_embedding": voice["speaker_embedding"],
        }

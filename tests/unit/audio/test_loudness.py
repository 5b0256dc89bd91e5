from __future__ import annotations

import math

import numpy as np
import pyebur128
import pytest

from podloom.audio.loudness import HopPowers, Hops, LoudnessMeter, clip_energies, gated_loudness, loudness_of
from podloom.audio.voices import VoiceLevels


def reference(samples: np.ndarray, rate: int) -> float:
    state = pyebur128.R128State(1, rate, pyebur128.MeasurementMode.MODE_I)
    state.add_frames(samples, len(samples))
    return pyebur128.get_loudness_global(state)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_agrees_with_libebur128(speech, rate: int) -> None:
    samples = np.concatenate([speech(1), np.zeros(rate, np.float32), speech(2, level_db=-33)])
    assert loudness_of(samples, rate) == pytest.approx(reference(samples, rate), abs=0.05)


def test_reads_the_standard_tone() -> None:
    tone = (0.1 * np.sin(2 * np.pi * 997 * np.arange(48_000 * 5) / 48_000)).astype(np.float32)
    assert loudness_of(tone, 48_000) == pytest.approx(-23.0, abs=0.05)


def test_blocks_of_any_length_give_the_same(speech) -> None:
    samples = speech(3)
    whole, pieces = LoudnessMeter(24_000), LoudnessMeter(24_000)
    whole.add(samples)
    for start in range(0, len(samples), 1013):
        pieces.add(samples[start : start + 1013])
    assert pieces.integrated_lufs() == pytest.approx(whole.integrated_lufs(), abs=1e-9)


def test_energies_scale_with_gain_squared(speech) -> None:
    energies = clip_energies(speech(4), 24_000)
    assert gated_loudness(energies * 4) - gated_loudness(energies) == pytest.approx(20 * math.log10(2))


def test_silence_and_nothing_are_minus_infinity() -> None:
    assert loudness_of(np.zeros(48_000, np.float32), 48_000) == -math.inf
    assert LoudnessMeter(48_000).integrated_lufs() == -math.inf


def test_a_tenth_of_a_second_has_a_loudness(speech) -> None:
    syllable = speech(5, padding_s=0)[:2400]
    assert math.isfinite(gated_loudness(clip_energies(syllable, 24_000)))


def test_the_last_hop_may_be_short() -> None:
    hops, powers = Hops(100), HopPowers()
    powers.add(hops.add(np.sqrt(np.arange(25.0))))
    powers.add(hops.close())
    assert powers.values() == pytest.approx([4.5, 14.5, 22.0])
    powers.add(hops.close())  # nothing is left
    assert powers.values() == pytest.approx([4.5, 14.5, 22.0])


def heard_lufs(levels: VoiceLevels, energies: np.ndarray) -> float:
    return gated_loudness(energies * 10 ** (levels.gain_db("Anna", energies) / 10)) + 10 * math.log10(2)


@pytest.mark.parametrize("level_db", [-40, -20, 0])
def test_a_voice_comes_to_the_target_whatever_its_level(speech, level_db: float) -> None:
    levels = VoiceLevels(-16.0)
    energies = clip_energies(speech(6, level_db=level_db), 24_000)
    levels.hear("Anna", energies)
    assert heard_lufs(levels, energies) == pytest.approx(-16.0, abs=0.01)


@pytest.mark.parametrize(("deviation_db", "left_db"), [(3.0, 1.2), (-3.0, -1.2), (12.0, 8.0)])
def test_part_of_a_clips_own_deviation_stays(speech, deviation_db: float, left_db: float) -> None:
    levels = VoiceLevels(-16.0)
    usual = clip_energies(speech(7), 24_000)
    for _ in range(200):
        levels.hear("Anna", usual)
    assert heard_lufs(levels, usual * 10 ** (deviation_db / 10)) == pytest.approx(-16.0 + left_db, abs=0.05)


def test_a_short_clip_follows_its_speaker(speech) -> None:
    levels = VoiceLevels(-16.0)
    usual = clip_energies(speech(8), 24_000)
    levels.hear("Anna", usual)
    short = clip_energies(speech(8, length_s=0.5, level_db=-12, padding_s=0), 24_000)
    assert levels.gain_db("Anna", short) == levels.gain_db("Anna", usual)


def test_an_inaudible_clip_is_not_blown_up(speech) -> None:
    levels = VoiceLevels(-16.0)
    silence = np.zeros(50)
    levels.hear("Anna", silence)
    assert levels.gain_db("Anna", silence) == 0


def test_a_speakers_level_forgets(speech) -> None:
    levels = VoiceLevels(-16.0)
    loud, quiet = (clip_energies(speech(9, level_db=level), 24_000) for level in (-10, -30))
    for energies in [loud] * 100 + [quiet] * 200:
        levels.hear("Anna", energies)
    assert heard_lufs(levels, quiet) == pytest.approx(-16.0, abs=0.1)

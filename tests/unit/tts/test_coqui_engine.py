"""How the coqui engine treats kinds of models that are too big for a test; a stand-in plays the library.

The library itself, with a real model, is used in tests/integration/test_coqui.py.
"""

import json
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from podloom.errors import MissingDependencyError, SettingsError, SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import coqui
from podloom.tts.coqui import XTTS_CHARACTERS, CoquiEngine

RATE = 22_050


class Library:
    """Stands in for torch and TTS: records what is asked of a model and answers with a tone."""

    def __init__(self) -> None:
        self.seeds: list[int] = []
        self.loads: list[tuple] = []
        self.calls: list[tuple[str, dict]] = []
        self.speakers: list[str] | None = ["Ana\n", "Damien Black"]
        self.languages: list[str] | None = None
        self.vocoder: object = None
        self.fault: Exception | None = None
        self.has_gpu = False
        self.devices: list[str] = []

    def TTS(self, *args: str, **kwargs: object) -> SimpleNamespace:  # noqa: N802 - the library's name
        self.loads.append((args, kwargs))
        if self.fault and not self.calls:
            raise self.fault
        synthesizer = SimpleNamespace(
            tts_model=SimpleNamespace(synthesize=self.synthesize),
            vocoder_model=self.vocoder,
            output_sample_rate=RATE,
            voice_dir="voices",
            _run_vocoder=lambda spectrogram, device: np.full(500, 0.25, np.float32),
        )
        return SimpleNamespace(
            synthesizer=synthesizer,
            speakers=self.speakers,
            languages=self.languages,
            to=self.devices.append,
            download_model_by_name=lambda name: self.loads.append((name,)),
        )

    def synthesize(self, text: str, **arguments: object) -> dict:
        self.calls.append((text, arguments))
        if "fault" in text:
            raise IndexError("tensor of no elements")
        return {"wav": [0.5] * 1000, "outputs": {"model_outputs": ["spectrogram"]}}


@pytest.fixture
def library(monkeypatch) -> Library:
    library = Library()
    torch, package, api = ModuleType("torch"), ModuleType("TTS"), ModuleType("TTS.api")
    package.__spec__ = ModuleSpec("TTS", None)  # so that it can be looked for
    torch.manual_seed = library.seeds.append
    torch.set_num_threads = lambda n: None
    torch.cuda = SimpleNamespace(is_available=lambda: library.has_gpu)
    api.TTS = library.TTS
    for name, module in {"torch": torch, "TTS": package, "TTS.api": api}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(coqui, "missing_packages", list)
    monkeypatch.setattr(coqui, "ensure_torchaudio", lambda: None)
    monkeypatch.setenv("COQUI_TOS_AGREED", "")
    return library


@pytest.fixture
def make(library, tmp_path):
    def make(**config: object) -> CoquiEngine:
        (tmp_path / "config.json").write_text(json.dumps({"speakers": ["Ana\n", "Damien Black"], **config}))
        (tmp_path / "model.pth").write_bytes(b"weights")
        path = tmp_path if config.get("model") == "xtts" else tmp_path / "model.pth"
        return CoquiEngine(Settings(speech=SpeechSettings(coqui_model=str(path), coqui_accept_licence=True)))

    return make


@pytest.mark.parametrize(("has_gpu", "devices"), [(False, []), (True, ["cuda"])])
async def test_a_gpu_is_used_where_there_is_one(make, library, has_gpu, devices):
    library.has_gpu = has_gpu
    await make().load()
    assert library.devices == devices


async def test_xtts_gets_language_voices_and_pieces_below_its_limit(make, library):
    library.languages = ["en", "ko"]
    engine = make(model="xtts")
    voice = engine.voices("ko")[0]
    sentence = (
        "그래서 연구자들은 호숫가를 따라 열두 곳에서 물을 떠서 작년에 얻은 표본과 하나씩 비교해 보았고, " * 2
    )
    await engine.synthesize(sentence, voice)
    texts = [text for text, _ in library.calls]
    assert len(texts) > 1
    assert max(map(len, texts)) <= XTTS_CHARACTERS["ko"]
    assert "".join(texts).replace(" ", "") == sentence.replace(" ", "")
    expected = {"speaker": "Damien Black", "language": "ko", "voice_dir": "voices"}
    assert all(arguments == expected for _, arguments in library.calls)
    assert os.environ["COQUI_TOS_AGREED"] == "1"


async def test_other_models_are_not_told_a_language(make, library):
    engine = make()
    await engine.synthesize("One. Two.", engine.voices("en")[1], seed=9)
    expected = {"speaker": "Ana\n", "language": None, "use_griffin_lim": True}
    assert library.calls == [("One.", expected), ("Two.", expected)]
    assert library.seeds == [9]
    assert "COQUI_TOS_AGREED" not in os.environ or os.environ["COQUI_TOS_AGREED"] == ""


async def test_pauses_are_the_engines_own(make):
    engine = make()
    audio = await engine.synthesize("One. Two.", engine.voices("en")[0])
    assert len(audio.samples) == 2 * 1000 + round(0.22 * RATE)


async def test_two_stage_models_go_through_their_vocoder(make, library):
    library.vocoder = SimpleNamespace(parameters=lambda: iter([SimpleNamespace(device="cpu")]))
    engine = make()
    audio = await engine.synthesize("One.", engine.voices("en")[0])
    assert audio.samples.tolist() == [0.25] * 500
    assert library.calls[0][1]["use_griffin_lim"] is False


async def test_model_with_one_voice_is_given_no_speaker(make, library):
    library.speakers = None
    engine = make(speakers=[])
    (voice,) = engine.voices("en")
    assert voice.id == "default"
    await engine.synthesize("One.", voice)
    assert library.calls[0][1]["speaker"] is None


def test_recommended_speakers_come_first(make):
    assert [(voice.id, voice.gender) for voice in make().voices("en")] == [
        ("Damien Black", "male"),
        ("Ana", "unknown"),
    ]


async def test_what_the_model_raises_becomes_an_error_that_names_the_text(make):
    engine = make()
    with pytest.raises(SpeechError, match=r"cannot speak 'A fault\.': IndexError"):
        await engine.synthesize("A fault.", engine.voices("en")[0])


async def test_model_that_cannot_be_loaded(make, library):
    library.fault = EOFError("ran out of input")
    with pytest.raises(SpeechError, match=r"cannot be loaded.*EOFError"):
        await make().load()


async def test_model_is_loaded_once(make, library):
    engine = make()
    await engine.load()
    await engine.load()
    await engine.synthesize("One.", engine.voices("en")[0])
    assert len(library.loads) == 1
    await engine.close()


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(coqui, "missing_packages", lambda: ["TTS", "torch"])
    for use in (CoquiEngine, coqui.download):
        with pytest.raises(MissingDependencyError, match=r"TTS, torch.*pip install 'podloom\[coqui\]'"):
            use(Settings())


def test_download_fetches_the_model_of_the_settings(library, monkeypatch, tmp_path):
    monkeypatch.setenv("TTS_HOME", str(tmp_path))
    assert coqui.download(Settings()) == str(tmp_path / "tts" / "tts_models--en--vctk--vits")
    assert library.loads[-1] == ("tts_models/en/vctk/vits",)


@pytest.mark.parametrize("model", ["tts_models/multilingual/multi-dataset/xtts_v2", "/some/where/model.pth"])
def test_download_refuses_what_it_must_not_fetch(library, model):
    with pytest.raises(SettingsError, match="COQUI"):
        coqui.download(Settings(speech=SpeechSettings(coqui_model=model)))
    assert not library.loads

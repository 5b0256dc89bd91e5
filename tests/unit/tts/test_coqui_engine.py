"""How Coqui's kinds of models are treated that are too big for a test; a stand-in plays the library.

The library itself, with a real model, is used in tests/integration/test_coqui.py.
"""

import json
import os
import pickle
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from podloom.domain import Delivery, Voice
from podloom.errors import MissingDependencyError, SettingsError, SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import coqui, coqui_reader
from podloom.tts.coqui import CoquiEngine
from podloom.tts.coqui_models import find_model
from podloom.tts.coqui_reader import XTTS_CHARACTERS, CoquiOpener, CoquiReader
from podloom.tts.threaded import Order

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
        self.speak_fault: Exception = IndexError("tensor of no elements")
        self.has_gpu = False
        self.devices: list[str] = []
        self.threads = 0
        self.model = SimpleNamespace(synthesize=self.synthesize)

    def TTS(self, *args: str, **kwargs: object) -> SimpleNamespace:  # noqa: N802 - the library's name
        self.loads.append((args, kwargs))
        if self.fault and not self.calls:
            raise self.fault
        synthesizer = SimpleNamespace(
            tts_model=self.model,
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
            raise self.speak_fault
        return {"wav": [0.5] * 1000, "outputs": {"model_outputs": ["spectrogram"]}}


@pytest.fixture
def library(monkeypatch) -> Library:
    library = Library()
    torch, package, api = ModuleType("torch"), ModuleType("TTS"), ModuleType("TTS.api")
    package.__spec__ = ModuleSpec("TTS", None)  # so that it can be looked for
    torch.manual_seed = library.seeds.append
    torch.set_num_threads = lambda number: setattr(library, "threads", number)
    torch.cuda = SimpleNamespace(is_available=lambda: library.has_gpu)
    api.TTS = library.TTS
    for name, module in {"torch": torch, "TTS": package, "TTS.api": api}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(coqui, "missing_packages", list)
    monkeypatch.setattr(coqui, "version", lambda package: "2.13.0+cpu")
    monkeypatch.setattr(coqui_reader, "ensure_torchaudio", lambda: None)
    monkeypatch.setenv("COQUI_TOS_AGREED", "")
    return library


@pytest.fixture
def settings(library, tmp_path):
    def settings(**config: object) -> Settings:
        (tmp_path / "config.json").write_text(json.dumps({"speakers": ["Ana\n", "Damien Black"], **config}))
        (tmp_path / "model.pth").write_bytes(b"weights")
        path = tmp_path if config.get("model") == "xtts" else tmp_path / "model.pth"
        return Settings(speech=SpeechSettings(coqui_model=str(path), coqui_accept_licence=True))

    return settings


@pytest.fixture
def make(settings):
    """The model as a worker has it in memory, in this process."""

    def make(**config: object) -> CoquiReader:
        return CoquiOpener(find_model(settings(**config).speech), clones=(), threads=2)()

    return make


def spoken(reader: CoquiReader, text: str, voice: str = "Damien Black", **order: object) -> list:
    language = order.pop("language", "en")
    voice_ = Voice(engine="coqui", id=voice, language=language)
    return list(reader.sounds(Order(text, voice_, **order)))


@pytest.mark.parametrize(("has_gpu", "devices"), [(False, []), (True, ["cuda"])])
def test_a_gpu_is_used_where_there_is_one(make, library, has_gpu, devices):
    library.has_gpu = has_gpu
    make()
    assert library.devices == devices
    assert library.threads == 2


def test_xtts_gets_language_voices_and_pieces_below_its_limit(make, library):
    library.languages = ["en", "ko"]
    sentence = (
        "그래서 연구자들은 호숫가를 따라 열두 곳에서 물을 떠서 작년에 얻은 표본과 하나씩 비교해 보았고, " * 2
    )
    spoken(make(model="xtts"), sentence, language="ko")
    texts = [text for text, _ in library.calls]
    assert len(texts) > 1
    assert max(map(len, texts)) <= XTTS_CHARACTERS["ko"]
    assert "".join(texts).replace(" ", "") == sentence.replace(" ", "")
    expected = {"speaker": "Damien Black", "language": "ko", "voice_dir": "voices"}
    assert all(arguments == expected for _, arguments in library.calls)
    assert os.environ["COQUI_TOS_AGREED"] == "1"


def test_other_models_are_not_told_a_language(make, library):
    spoken(make(), "One. Two.", voice="Ana", seed=9)
    expected = {"speaker": "Ana\n", "language": None, "use_griffin_lim": True}
    assert library.calls == [("One.", expected), ("Two.", expected)]
    assert library.seeds == [9]
    assert "COQUI_TOS_AGREED" not in os.environ or os.environ["COQUI_TOS_AGREED"] == ""


def test_mood_becomes_a_tempo_and_is_over_with_its_line(make, library):
    library.model.length_scale = 1.5
    reader = make(model="vits")
    spoken(reader, "One.", delivery=Delivery(mood="serious"))
    assert library.model.length_scale == pytest.approx(1.5 / 0.95)
    spoken(reader, "One.")
    assert library.model.length_scale == 1.5
    spoken(make(model="xtts"), "One.", delivery=Delivery(mood="cheerful"))
    assert library.calls[-1][1]["speed"] == 1.04


@pytest.mark.parametrize(
    ("model", "direction"), [("vits", "tempo 0.94"), ("xtts", "tempo 0.94"), ("tacotron2", "")]
)
def test_only_models_that_can_are_asked_for_a_tempo(settings, model, direction):
    engine = CoquiEngine(settings(model=model))
    assert engine.direction(Delivery(emphasis="strong")) == direction


def test_pauses_are_the_engines_own(make):
    assert [(len(sound.samples), sound.pause_s) for sound in spoken(make(), "One. Two?")] == [
        (1000, 0.22),
        (1000, 0.35),
    ]


def test_two_stage_models_go_through_their_vocoder(make, library):
    library.vocoder = SimpleNamespace(parameters=lambda: iter([SimpleNamespace(device="cpu")]))
    (sound,) = spoken(make(), "One.")
    assert sound.samples.tolist() == [0.25] * 500
    assert library.calls[0][1]["use_griffin_lim"] is False


def test_model_with_one_voice_is_given_no_speaker(settings, make, library):
    library.speakers = None
    (voice,) = CoquiEngine(settings(speakers=[])).voices("en")
    assert voice.id == "default"
    spoken(make(speakers=[]), "One.", voice=voice.id)
    assert library.calls[0][1]["speaker"] is None


def test_recommended_speakers_come_first(settings):
    assert [(voice.id, voice.gender) for voice in CoquiEngine(settings()).voices("en")] == [
        ("Damien Black", "male"),
        ("Ana", "unknown"),
    ]


@pytest.mark.parametrize("fault", [IndexError("no elements"), AttributeError("no attribute 'get'")])
def test_what_the_model_raises_becomes_an_error_that_names_the_text(make, library, fault):
    library.speak_fault = fault
    with pytest.raises(SpeechError, match=rf"cannot speak 'A fault\.': {type(fault).__name__}"):
        spoken(make(), "A fault.")


@pytest.mark.parametrize(
    "fault", [EOFError("ran out"), TypeError("unexpected keyword"), ModuleNotFoundError("no config")]
)
def test_model_that_cannot_be_loaded(make, library, fault):
    library.fault = fault
    with pytest.raises(SpeechError, match=rf"cannot be loaded.*{type(fault).__name__}"):
        make()


def test_what_a_worker_is_sent_can_be_sent(settings):
    model = find_model(settings().speech)
    assert model.config  # read before it is sent
    opener = CoquiOpener(model, clones=(), threads=1)
    assert pickle.loads(pickle.dumps(opener)) == opener


@pytest.mark.parametrize(
    ("asked", "gpu", "memory_mb", "workers"),
    [(3, True, 100, 3), (0, True, 99_000, 1), (0, False, 99_000, 2), (0, False, 1300, 1), (0, False, 0, 1)],
)
def test_workers_by_setting_gpu_cores_and_memory(monkeypatch, asked, gpu, memory_mb, workers):
    monkeypatch.setattr(coqui, "_has_gpu", lambda: gpu)
    memory = SimpleNamespace(available=memory_mb << 20)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    speech = SpeechSettings(coqui_workers=asked, local_concurrency=2)
    assert coqui.workers_for(speech, find_model(speech)) == workers


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

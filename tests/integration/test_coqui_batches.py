"""Lines that a real, tiny VITS speaks in one go: each is what it is alone, whatever it is spoken with."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from podloom.domain import Delivery, Voice
from podloom.errors import SpeechError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.coqui_models import find_model, missing_packages
from podloom.tts.coqui_reader import CoquiOpener, CoquiReader
from podloom.tts.engine import PLAIN, speak
from podloom.tts.threaded import Order

missing = missing_packages()
pytestmark = [
    pytest.mark.coqui,
    pytest.mark.usefixtures("nobody_called"),
    pytest.mark.skipif(bool(missing), reason=f"podloom[coqui] is not installed: {', '.join(missing)}"),
    # Warnings of Coqui and torch about themselves.
    pytest.mark.filterwarnings("ignore"),
]

ROUNDING = 1e-6
"""Sums of other lengths are added up in another order; the loudest sample of this model is about 0.03."""

ANN, BEN = (Voice(engine="coqui", id=name, language="en") for name in ("p225", "p226"))
ORDERS = (
    Order("The lake was warm. Nobody knew why, and nobody asked.", ANN, seed=3),
    Order("Yes.", BEN, seed=4),
    Order("It was a long and slow day by the water.", BEN, Delivery(emphasis="strong"), seed=5),
    Order("Why? Because it was. Nobody asked. Nobody!", ANN, Delivery(mood="cheerful"), seed=3),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    from fixtures.tiny_vits import build

    kinds = {"fixed": False, "drawn": True}
    return {
        kind: build(tmp_path_factory.mktemp(kind), stochastic=stochastic)
        for kind, stochastic in kinds.items()
    }


def settings(folder: Path) -> Settings:
    return Settings(speech=SpeechSettings(coqui_model=str(folder / "model.pth"), coqui_batch=4))


@pytest.fixture(scope="module", params=["fixed", "drawn"])
def reader(request, folders) -> CoquiReader:
    """The model as a worker has it in memory, in this process; its durations fixed, or drawn by the seed."""
    model = find_model(settings(folders[request.param]).speech)
    return CoquiOpener(model, clones=(), threads=1)()


@pytest.fixture(scope="module")
def engine(folders):
    from podloom.tts.coqui import CoquiEngine

    engine = CoquiEngine(settings(folders["drawn"]))
    yield engine
    asyncio.run(engine.close())


def alone(reader: CoquiReader) -> list[list[np.ndarray]]:
    return [[sound.samples for sound in reader.sounds(order)] for order in ORDERS]


def together(reader: CoquiReader, *numbers: int) -> dict[int, list[np.ndarray]]:
    """By line, in the order in which they came: sentence after sentence."""
    first, *mates = [ORDERS[number] for number in numbers]
    made = {number: [] for number in numbers}
    asked = Order(first.text, first.voice, first.delivery, first.seed, mates=tuple(mates))
    for sound in reader.sounds(asked):
        made[numbers[sound.number]].append(sound.samples)
    return made


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (3, 1), (2, 0, 3)])
def test_every_line_is_what_it_is_alone(reader, numbers):
    expected, made = alone(reader), together(reader, *numbers)
    for number in numbers:
        assert [len(samples) for samples in made[number]] == [len(samples) for samples in expected[number]]
        for sentence, single in zip(made[number], expected[number], strict=True):
            assert sentence.dtype == np.float32
            assert single.size
            np.testing.assert_allclose(sentence, single, rtol=0, atol=ROUNDING)


def test_the_ends_of_short_lines_are_not_touched_by_the_padding(reader):
    """Untrimmed: the padding's trace would lie in the last samples, a third as loud as the line."""
    import torch

    from podloom.tts.coqui_vits import LineNoise, Part, speak_together

    model = reader._synthesizer.tts_model

    def part(order: Order) -> Part:
        return Part(order.text, order.voice.id, None, model.length_scale, LineNoise(order.seed))

    made = speak_together(model, [part(order) for order in ORDERS])
    for order, samples in zip(ORDERS, made, strict=True):
        torch.manual_seed(order.seed)
        single = model.synthesize(order.text, speaker=order.voice.id)["wav"]
        np.testing.assert_allclose(samples, single, rtol=0, atol=ROUNDING)
        only = speak_together(model, [part(order)])
        assert np.array_equal(only[0], single)  # to the bit where nobody else is


def test_a_batch_leaves_no_trace_in_the_model(reader):
    before = alone(reader)
    together(reader, 0, 1, 2, 3)
    with pytest.raises(SpeechError):
        together_with_a_fault(reader)
    for first, second in zip(before, alone(reader), strict=True):
        assert [samples.tobytes() for samples in first] == [samples.tobytes() for samples in second]


def together_with_a_fault(reader: CoquiReader) -> None:
    korean = Order("안녕하세요, 반갑습니다.", BEN)
    list(reader.sounds(Order("The lake was warm.", ANN, mates=(korean,))))


def test_unknown_speakers_are_refused(reader):
    nobody = Voice(engine="coqui", id="p999", language="en")
    with pytest.raises(VoiceError, match="p999"):
        list(reader.sounds(Order("One.", ANN, mates=(Order("Two.", nobody),))))


async def test_one_bad_line_costs_the_others_nothing(engine):
    texts = ["The lake was warm.", "안녕하세요, 반갑습니다.", "Nobody knew why. Nobody asked.", "..."]
    spoken = [speak(engine, text, ANN, PLAIN, seed=7) for text in texts]
    first, korean, third, dots = await asyncio.gather(*spoken, return_exceptions=True)
    assert "speaks the language" in str(korean)
    for text, audio in ((texts[0], first), (texts[2], third), (texts[3], dots)):
        single = await engine.synthesize(text, ANN, seed=7)
        np.testing.assert_allclose(audio.samples, single.samples, rtol=0, atol=ROUNDING)


async def test_a_batch_that_nobody_waits_for_ends_and_the_next_is_spoken(engine):
    await engine.load()
    lines = [asyncio.create_task(speak(engine, "Nobody knew why. " * 200, ANN, PLAIN)) for _ in range(3)]
    for _ in range(5):
        await asyncio.sleep(0)
    for line in lines:
        line.cancel()
    assert all(
        isinstance(end, asyncio.CancelledError)
        for end in await asyncio.gather(*lines, return_exceptions=True)
    )
    made = await asyncio.gather(*(speak(engine, text, ANN, PLAIN) for text in ("Yes.", "No. Why?")))
    assert all(audio.samples.any() for audio in made)

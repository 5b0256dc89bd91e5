"""The mix is the same whichever clip is made first, and is found again whole."""

import random

import pytest

from fixtures.dictated import DETAILS, PLAN, Voices, spoken, upcoming
from podloom.pipeline import _together
from podloom.stages import assembly
from podloom.stages.assembly import assemble_episode
from podloom.stages.chapter import write_chapter
from podloom.stages.outline import write_outline
from podloom.tts.queue import SpeechQueue

TEXTS = (
    ("Reefs recover.", "Some of them take years.", "Others never do."),
    ("Depth decides.", "Shade helps young corals.", "So do fish that graze."),
    ("Divers count them.", "They come every second year.", "Next year it is time again."),
)


@pytest.fixture
def make(make_run, clock):
    """Makes the mix; how long a text takes to be spoken is drawn by lot."""

    async def made(home="home", lot=0):
        run = make_run(home)
        run.queue = SpeechQueue(99)
        run.engine = Voices(clock)
        run.writer.tell(PLAN, *DETAILS, None)
        chance, lines = random.Random(lot), {}
        for number, texts in enumerate(TEXTS):
            first, *others = spoken(run, *texts, chapter=number)
            run.engine.seconds |= {text: chance.uniform(1, 60) for text in texts}
            # The first line is late, so that the others begin early.
            lines[number] = [*map(upcoming, others), 0.1, first, *others]
        run.writer.lines = lines
        outline = await write_outline(run, ())
        chapters = (write_chapter(run, (), outline, chapter) for chapter in outline.chapters)
        mix, *_ = await _together(assemble_episode(run, outline), *chapters)
        return run, mix

    return made


async def test_the_order_in_which_clips_are_made_changes_nothing(make):
    made = [await make(f"home {lot}", lot) for lot in range(3)]
    orders = {tuple(run.engine.made) for run, _ in made}
    assert len(orders) == len(made)
    assert len({(run.partial / "raw.mp3").read_bytes() for run, _ in made}) == 1
    assert len({mix.model_dump_json() for _, mix in made}) == 1
    assert len({run.mix_key for run, _ in made}) == 1


async def test_a_mix_that_is_found_is_waited_for_however_long_its_copy_takes(make, clock, monkeypatch):
    """A new one would be written to the same files meanwhile."""
    first, mix = await make()
    recall = assembly.recall_mix

    def slowly(run, key):
        clock.now_s += 100 * assembly.PATIENCE_S
        return recall(run, key)

    monkeypatch.setattr(assembly, "recall_mix", slowly)
    monkeypatch.setattr(assembly, "_mix", None)
    again, found = await make()
    assert again.telemetry.counters["cache.mix.hit"] == 1
    assert found == mix
    assert (again.partial / "raw.mp3").read_bytes() == (first.partial / "raw.mp3").read_bytes()

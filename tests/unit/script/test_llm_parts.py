import asyncio
from itertools import permutations

import pytest

from fixtures.briefs import brief, document
from fixtures.plans import lines, outline, writer
from podloom.domain import Segment
from podloom.errors import ScriptError
from podloom.llm.scripted import ScriptedClient
from podloom.script.writer import Withdrawn

PARTS = [
    [
        ("Alex", "So depth decides whether a reef comes back at all after such a year?"),
        ("Sam", "It does. Reefs below 6.6 meters recovered within 12 years, all of them."),
    ],
    [
        ("Sam", "Young corals need shade, and deep water gives it to them all day long."),
        ("Alex", "While the shallow ones are covered by algae, which take their light and space."),
    ],
]


def in_two_parts(words=60):
    plan = outline(words=words)
    return plan, plan.chapters[1].model_copy(update={"key_points": ("Depth decides.", "Shade helps.")})


async def write_parts(client, **settings):
    plan, long = in_two_parts()
    writing = writer(client, beat_words=30, **settings)
    return [line async for line in writing.write_chapter(brief(), [document()], plan, long)]


def spoken_of(written):
    """Speaker and text of the lines that were not withdrawn, which are numbered."""
    withdrawals = [at for at, line in enumerate(written) if isinstance(line, Withdrawn)]
    lasting = written[withdrawals[-1] + 1 :] if withdrawals else written
    segments = [line for line in lasting if isinstance(line, Segment)]
    assert [line.index for line in segments] == list(range(len(segments)))
    return [(line.speaker, line.text) for line in segments]


def by_part(first, second):
    """Answers by the part that a prompt asks for; each part's in order."""
    answers = {"Write part 1": list(first), "Write part 2": list(second)}
    return lambda prompt: next(left for key, left in answers.items() if key in prompt.user).pop(0)


async def test_a_long_chapter_is_written_in_parts_and_comes_in_order():
    written = await write_parts(ScriptedClient(by_part([lines(*PARTS[0])], [lines(*PARTS[1])])))
    segments = [line for line in written if isinstance(line, Segment)]
    assert [(s.speaker, s.text) for s in segments] == [*PARTS[0], *PARTS[1]]
    assert [s.index for s in segments] == [0, 1, 2, 3]


async def test_each_part_knows_what_the_others_tell():
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(*PARTS[1])]))
    await write_parts(client)
    first, second = (prompt.user for prompt in client.prompts)
    for prompt in (first, second):
        assert "Part 1 tells:\n- Depth decides.\nPart 2 tells:\n- Shade helps." in prompt
        assert "About 30 spoken words for your part" in prompt
    assert "Sam has the first line. Alex begins the next part" in first
    assert "Alex has the first line." in second
    assert second.splitlines()[-1] == "Write part 2 of 2 of chapter 2 of 3: Part 1"


@pytest.mark.parametrize(
    ("index", "part", "said"),
    [
        (0, 1, "It opens the episode"),
        (0, 2, "already running"),
        (1, 1, "already running"),
        (2, 1, "already running"),
        (2, 2, "It closes the episode"),
    ],
)
async def test_only_the_first_part_greets_and_only_the_last_says_goodbye(index, part, said):
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(*PARTS[1])]))
    plan, long = in_two_parts()
    long = long.model_copy(update={"index": index})
    pieces = writer(client, beat_words=30).write_chapter(brief(), [document()], plan, long)
    async for _ in pieces:
        pass
    assert said in client.prompts[part - 1].user


REPEATED = ("Alex", "As we know, reefs below 6.6 meters recovered within 12 years, all of them.")


async def test_a_line_that_another_part_has_said_is_asked_for_again():
    client = ScriptedClient(
        by_part([lines(*PARTS[0])], [lines(PARTS[1][0], REPEATED), lines(PARTS[1][1])]), chunk=500
    )
    written = await write_parts(client)
    assert spoken_of(written) == [*PARTS[0], *PARTS[1]]
    run = "'reefs below 6 6 meters recovered within 12'"
    fault = f"a line repeats what is said elsewhere in the chapter ({run}): {REPEATED[1]!r}"
    assert [line.reason for line in written if isinstance(line, Withdrawn)] == [fault]
    assert fault in client.prompts[2].user
    assert "These lines of the part are done" in client.prompts[2].user
    assert PARTS[1][0][1] in client.prompts[2].user
    assert f"Alex: {REPEATED[1]}" not in client.prompts[2].user


async def test_what_comes_after_a_repeated_line_is_written_again():
    other = ("Sam", "And what follows stands on a line that nobody says any more.")
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(REPEATED, other), lines(*PARTS[1])]))
    assert spoken_of(await write_parts(client)) == [*PARTS[0], *PARTS[1]]
    assert len(client.prompts) == 3


async def test_what_comes_instead_may_be_like_what_it_replaces():
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(REPEATED, PARTS[1][1]), lines(*PARTS[1])]))
    assert spoken_of(await write_parts(client)) == [*PARTS[0], *PARTS[1]]


async def test_what_comes_instead_is_held_against_the_earlier_part_too():
    answers = [lines(REPEATED, PARTS[1][1]), lines(PARTS[1][0], REPEATED), lines(PARTS[1][1])]
    client = ScriptedClient(by_part([lines(*PARTS[0])], answers))
    written = await write_parts(client)
    assert spoken_of(written) == [*PARTS[0], *PARTS[1]]
    assert sum(isinstance(line, Withdrawn) for line in written) == 1
    assert len({prompt.seed for prompt in client.prompts if "part 2 of 2" in prompt.user}) == 3


async def test_nothing_is_withdrawn_where_nothing_is_repeated():
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(*PARTS[1])]))
    assert not any(isinstance(line, Withdrawn) for line in await write_parts(client))


class Ordered(ScriptedClient):
    """Answers the first calls for the parts in the order given, each when the one before is complete."""

    def __init__(self, answers, order):
        super().__init__(answers, chunk=500)
        self._left = list(order)
        self._moved = asyncio.Condition()

    async def stream(self, prompt):
        part = int(prompt.user.partition("Write part ")[2][0])
        async with self._moved:
            await self._moved.wait_for(lambda: part not in self._left[1:])
        async for piece in super().stream(prompt):
            yield piece
        async with self._moved:
            self._left = [number for number in self._left if number != part]
            self._moved.notify_all()


COUNTED = [
    ("Alex", "Divers count them each autumn, which takes a boat and two long weeks at sea."),
    ("Sam", "And nobody has found a quicker way to do it, as far as they know."),
]
SHADE = ("Sam", "Once more then: young corals need shade, and deep water gives it to them.")


@pytest.mark.parametrize("order", tuple(permutations((1, 2, 3))))
async def test_the_later_part_gives_way_whoever_was_first(order):
    plan = outline(words=90)
    points = ("Depth decides.", "Shade helps.", "Divers count.")
    long = plan.chapters[1].model_copy(update={"key_points": points})
    # The third part repeats what the second says only when that has given way to the first.
    answers = {
        1: [PARTS[0]],
        2: [[REPEATED, PARTS[1][1]], PARTS[1]],
        3: [[COUNTED[0], SHADE], [COUNTED[1]]],
    }
    client = Ordered(
        lambda prompt: lines(*answers[int(prompt.user.partition("Write part ")[2][0])].pop(0)), order
    )
    pieces = writer(client, beat_words=30).write_chapter(brief(), [document()], plan, long)
    assert spoken_of([piece async for piece in pieces]) == [*PARTS[0], *PARTS[1], *COUNTED]
    first = [int(prompt.user.partition("Write part ")[2][0]) for prompt in client.prompts[:3]]
    assert first == list(order)


async def test_who_repeats_to_the_end_is_let_through():
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(*PARTS[0])] * 2), chunk=500)
    written = await write_parts(client, repairs=1)
    assert spoken_of(written) == [*PARTS[0], *PARTS[0]]


async def test_a_part_that_stays_unusable_is_named():
    client = ScriptedClient(by_part([lines(*PARTS[0])], ["Nothing."]))
    with pytest.raises(ScriptError, match=r"chapter 2 \('Part 1'\), part 2, stayed unusable"):
        await write_parts(client, repairs=0)

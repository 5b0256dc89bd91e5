import pytest

from fixtures.briefs import brief, document
from fixtures.plans import lines, outline, writer
from podloom.domain import Segment
from podloom.errors import ScriptError
from podloom.llm.scripted import ScriptedClient

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


async def test_a_line_that_another_part_has_said_is_asked_for_again():
    repeated = ("Alex", "As we know, reefs below 6.6 meters recovered within 12 years, all of them.")
    client = ScriptedClient(
        by_part([lines(*PARTS[0])], [lines(PARTS[1][0], repeated), lines(PARTS[1][1])]), chunk=500
    )
    written = await write_parts(client)
    assert [(s.speaker, s.text) for s in written if isinstance(s, Segment)] == [*PARTS[0], *PARTS[1]]
    assert "repeats what is said elsewhere in the chapter" in client.prompts[2].user
    assert "These lines of the part are done" in client.prompts[2].user


async def test_who_repeats_to_the_end_is_let_through():
    client = ScriptedClient(by_part([lines(*PARTS[0])], [lines(*PARTS[0])] * 2), chunk=500)
    written = await write_parts(client, repairs=1)
    assert len([line for line in written if isinstance(line, Segment)]) == 4


async def test_a_part_that_stays_unusable_is_named():
    client = ScriptedClient(by_part([lines(*PARTS[0])], ["Nothing."]))
    with pytest.raises(ScriptError, match=r"chapter 2 \('Part 1'\), part 2, stayed unusable"):
        await write_parts(client, repairs=0)

"""What the speech queue's order promises for any mix of episodes: one slot, a clock moved by the lines."""

import asyncio
import math
from dataclasses import dataclass, replace
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from podloom.tts.lanes import AGING_S, HORIZON_S
from podloom.tts.queue import SpeechQueue

CLASS = {"breaking": 0, "normal": 1, "backfill": 2}


@dataclass(frozen=True)
class Asked:
    """An episode whose lines all wait from the beginning."""

    priority: str
    lines: int
    deadline_s: float = math.inf


DEADLINES = st.one_of(st.just(math.inf), st.floats(-60, HORIZON_S - 600))
EPISODES = st.lists(
    st.builds(Asked, st.sampled_from(sorted(CLASS)), st.integers(1, 6), DEADLINES), min_size=1, max_size=5
)


def spoken(episodes, line_s):
    """Whose line is spoken, one after the other; a line takes `line_s`."""
    now_s, order = 0.0, []

    async def speak(number):
        nonlocal now_s
        order.append(number)
        now_s += line_s

    async def work():
        queue = SpeechQueue(1, clock=lambda: now_s)
        # Holds the only slot until all others wait.
        first = queue.submit(lambda: asyncio.sleep(0), priority="breaking")
        jobs = [
            queue.submit(
                lambda number=number: speak(number),
                priority=episode.priority,
                position=line,
                episode=str(number),
                deadline_s=episode.deadline_s,
            )
            for number, episode in enumerate(episodes)
            for line in range(episode.lines)
        ]
        await asyncio.gather(first, *jobs)

    asyncio.run(work())
    return order


@settings(derandomize=True, deadline=None, max_examples=50)
@given(EPISODES)
def test_classes_in_order_and_in_a_class_the_nearest_deadline_first(episodes):
    order = spoken(episodes, line_s=0.1)  # nobody waits long enough to move up
    ranks = [(CLASS[episodes[number].priority], episodes[number].deadline_s) for number in order]
    assert ranks == sorted(ranks)
    assert len(ranks) == sum(episode.lines for episode in episodes)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data())
def test_deadlines_that_can_be_met_are_met(lengths, data):
    # In some order of the episodes everybody is done in time, with as little to spare as is drawn.
    spare = data.draw(st.lists(st.floats(0, 3), min_size=len(lengths), max_size=len(lengths)))
    ends = [end + more for end, more in zip(accumulate(lengths), spare, strict=True)]
    in_time = [Asked("normal", lines, end) for lines, end in zip(lengths, ends, strict=True)]
    episodes = data.draw(st.permutations([*in_time, Asked("normal", 2), Asked("backfill", 2, 1.0)]))
    done_s = {number: float(place) for place, number in enumerate(spoken(episodes, line_s=1.0), start=1)}
    for number, episode in enumerate(episodes):
        if episode in in_time:
            assert done_s[number] <= episode.deadline_s + 1e-9


@settings(derandomize=True, deadline=None, max_examples=50)
@given(EPISODES, st.sampled_from([1.0, 7.0, AGING_S]))
def test_nobody_waits_longer_than_the_class_allows(episodes, line_s):
    episodes = [*episodes, Asked("breaking", 60, 1.0)]
    order = spoken(episodes, line_s)
    for number, episode in enumerate(episodes[:-1]):
        places = [place for place, spoke in enumerate(order) if spoke == number]
        waits_s = [(after - before) * line_s for before, after in zip([0, *places], places, strict=False)]
        # All lanes may have become as urgent in the same moment: each is served once before the next.
        assert max(waits_s) <= (CLASS[episode.priority] + 1) * AGING_S + (len(episodes) + 1) * line_s


@settings(derandomize=True, deadline=None, max_examples=25)
@given(EPISODES, st.floats(HORIZON_S + 600, 1e9))
def test_a_deadline_that_is_far_away_changes_nothing(episodes, far_s):
    none = [replace(episode, deadline_s=math.inf) for episode in episodes]
    far = [replace(episode, deadline_s=far_s + number) for number, episode in enumerate(episodes)]
    assert spoken(far, line_s=1.0) == spoken(none, line_s=1.0)


def test_without_deadlines_episodes_of_a_class_take_turns():
    assert spoken([Asked("normal", 3), Asked("normal", 3)], line_s=1.0) == [0, 1] * 3

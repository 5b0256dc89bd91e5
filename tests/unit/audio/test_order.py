from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podloom.audio.order import OrderedFeed


@given(st.permutations(range(12)))
def test_any_arrival_gives_the_order(arrival: list[int]) -> None:
    feed: OrderedFeed[int] = OrderedFeed()
    assert list(chain.from_iterable(feed.add(position, position) for position in arrival)) == list(range(12))
    assert len(feed) == 0


def test_an_item_is_given_as_soon_as_it_can_be() -> None:
    feed: OrderedFeed[str] = OrderedFeed()
    assert feed.add(1, "b") == []
    assert len(feed) == 1
    assert feed.add(0, "a") == ["a", "b"]


@pytest.mark.parametrize("again", [0, 2])
def test_a_position_is_taken_once(again: int) -> None:
    feed: OrderedFeed[str] = OrderedFeed()
    feed.add(0, "a")
    feed.add(2, "c")
    with pytest.raises(ValueError, match=f"position {again}"):
        feed.add(again, "x")

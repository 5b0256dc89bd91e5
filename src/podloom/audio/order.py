"""Puts what arrives in any order back in order."""

from __future__ import annotations

from typing import Generic, TypeVar

Item = TypeVar("Item")


class OrderedFeed(Generic[Item]):
    """Takes (position, item) in any order, gives the items in order, from 0 on, as soon as it can.

    for item in feed.add(position, item):
        ...
    """

    def __init__(self) -> None:
        self._waiting: dict[int, Item] = {}
        self._next = 0

    def __len__(self) -> int:
        """Items that wait for an earlier one."""
        return len(self._waiting)

    def add(self, position: int, item: Item) -> list[Item]:
        """Take one in; returns those whose turn it now is, possibly none.

        Raises:
            ValueError: The position was already taken.
        """
        if position < self._next or position in self._waiting:
            raise ValueError(f"position {position} was already taken")
        self._waiting[position] = item
        ready = []
        while self._next in self._waiting:
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready

"""Takes the objects out of a streamed answer one by one, so that the first line can be spoken at once.

Servers differ in how closely they hold to the shape that was asked for, so three are read without being
told which one comes: `{"lines": [{...}, {...}]}`, a bare array, and one object a line (JSON Lines, also
between Markdown fences).
"""

from __future__ import annotations

import re
from typing import Literal

_TOKEN = re.compile(r'["\\{}\[\]]')
_KEY_ROOM = 200
"""Characters before a bracket in which its key is looked for; keeps the work in proportion to the text."""


class ObjectSplitter:
    """Raw JSON of every object of a list, as soon as its closing brace has arrived.

    One pass over the text, whatever the size of the pieces; what is done is forgotten. Arrays of other keys
    and objects inside of elements are not given out.
    """

    def __init__(self, key: str) -> None:
        self._opener = re.compile(rf'"{re.escape(key)}"\s*:\s*$')
        self._buffer = ""
        self._next = 0
        """Where reading goes on in the buffer."""
        self._start = -1
        """Where the element that is being read begins; -1 between elements."""
        self._stack: list[str] = []
        self._level: int | None = None
        """How many brackets are open around an element; None until the list has begun."""
        self._in_string = self._escaped = False
        self._closed = False
        self.shape: Literal["unknown", "object", "array", "lines"] = "unknown"

    @property
    def closed(self) -> bool:
        """Whether the list has ended; JSON Lines never say so."""
        return self._closed

    @property
    def pending(self) -> bool:
        """Whether an element has begun and not ended: the answer was cut inside of it."""
        return self._start >= 0

    def feed(self, piece: str) -> list[str]:
        """The elements completed by `piece`."""
        found: list[str] = []
        self._buffer += piece
        while self._next < len(self._buffer):
            if self._escaped:
                self._escaped = False
                self._next += 1
                continue
            match = _TOKEN.search(self._buffer, self._next)
            if match is None:
                self._next = len(self._buffer)
                break
            self._next = match.end()
            if (element := self._take(match.group(), match.start())) is not None:
                found.append(element)
        self._forget()
        return found

    def _take(self, char: str, at: int) -> str | None:
        """Follow one character that means something; the element if this one ends it."""
        if self._in_string or char == '"':
            self._escaped = char == "\\"
            self._in_string ^= char == '"'
        elif char in "{[":
            self._open(char, at)
        elif char in "}]" and self._stack:
            return self._close(at)
        return None

    def _open(self, char: str, at: int) -> None:
        self._stack.append(char)
        depth = len(self._stack)
        if self._level is None and not self._closed:
            if char == "[" and (depth == 1 or self._opener.search(self._buffer, max(0, at - _KEY_ROOM), at)):
                self._level = depth
                self.shape = "array" if depth == 1 else "object"
                self._start = -1
                return
            if char == "{" and depth == 1:
                # Perhaps an element by itself (JSON Lines): known when it ends, or when the list begins.
                self._start = at
        elif char == "{" and self._level is not None and depth == self._level + 1:
            self._start = at

    def _close(self, at: int) -> str | None:
        self._stack.pop()
        depth = len(self._stack)
        if self._level is None:
            return self._end_line(at) if depth == 0 else None
        if depth == self._level and self._start >= 0:
            element, self._start = self._buffer[self._start : at + 1], -1
            return element
        if depth < self._level:
            self._level, self._closed = None, True
        return None

    def _end_line(self, at: int) -> str | None:
        """An object that stands by itself is an element, unless it was the one around the list."""
        if self._start < 0 or self._closed:
            return None
        self.shape = "lines"
        element, self._start = self._buffer[self._start : at + 1], -1
        return element

    def _forget(self) -> None:
        """Drop what is read; between elements keep enough to recognise the list's key."""
        keep = self._start if self._start >= 0 else max(0, self._next - _KEY_ROOM)
        self._buffer, self._next = self._buffer[keep:], self._next - keep
        self._start = min(self._start, 0)

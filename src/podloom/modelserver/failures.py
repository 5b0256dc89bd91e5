"""How calls of a model server fail, and whether and when one is worth another try."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz

from podloom.errors import ProviderError

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
LONGEST_ASKED_S = 120.0
"""A server that asks for a longer pause is not asked again."""
TEMPORARY = {408, 409, 429}
"""Statuses below 500 that another try may mend."""


class CallError(ProviderError):
    """Raised when a call failed; whoever called raises what a person can act on instead."""

    body: object = None
    """What the server said: the inner object of an error in JSON, else text."""

    @property
    def code(self) -> object:
        """The server's own name of the reason, if it has one."""
        return self.body.get("code") if isinstance(self.body, dict) else None


class RefusedError(CallError):
    """Raised when the server answered with an error."""

    status = 0
    pause_s: float | None = None
    """Until the next try, if the server asks for one."""
    hopeless = False
    """The server says that another try is of no use."""


class UnreachableError(CallError):
    """Raised when no answer began."""

    retryable = True


class BrokenOffError(CallError):
    """Raised when an answer began and did not come to its end."""

    retryable = True


class SilentError(UnreachableError):
    """Raised when no answer began in time."""


class FellSilentError(BrokenOffError):
    """Raised when an answer began and its next part did not come in time."""


class GarbledError(CallError):
    """Raised when an answer, or a part of it, is not JSON."""


def refused(status: int, headers: Mapping[str, str], text: str) -> RefusedError:
    """The error for an answer with that status."""
    body = _read(text)
    said = body.get("message") if isinstance(body, dict) else None
    error = RefusedError(str(said or text or "no reason given"))
    error.status, error.body, error.pause_s = status, body, asked_pause_s(headers)
    wish = headers.get("x-should-retry", "")
    error.retryable = wish == "true" or status in TEMPORARY or status >= 500
    error.hopeless = wish == "false" or (error.pause_s or 0.0) > LONGEST_ASKED_S
    return error


def pause_s(error: CallError, tries: int) -> float | None:
    """Seconds until the next try, after so many; None where there should be none."""
    if not error.retryable:
        return None
    if isinstance(error, RefusedError):
        if error.hopeless:
            return None
        if error.pause_s:
            return error.pause_s
    # Those who failed together do not come back together.
    return float(min(FIRST_PAUSE_S * 2 ** min(tries - 1, 9), LONGEST_PAUSE_S) * random.uniform(0.75, 1.0))


def asked_pause_s(headers: Mapping[str, str]) -> float | None:
    """The pause that a server asks for; None if it asks for none that can be read."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit_s)
        except (KeyError, ValueError):
            continue
    date = parsedate_tz(headers.get("retry-after", ""))
    return max(0.0, mktime_tz(date) - time.time()) if date else None


def _read(text: str) -> object:
    """The error's own object, where the answer is JSON that has one."""
    try:
        body = json.loads(text)
    except ValueError:
        return text
    return body.get("error", body) if isinstance(body, dict) else body

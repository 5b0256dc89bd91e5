"""In which form a speech server is asked for sound: WAV, else raw PCM, else MP3."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from openai import APIStatusError

Form = Literal["wav", "pcm", "mp3"]

_LOG = logging.getLogger(__name__)
_ORDER: tuple[Form, ...] = ("wav", "pcm", "mp3")
"""WAV tells its rate, PCM is taken to have OpenAI's, MP3 is lossy."""
_OF_FORMS = re.compile(r"format|wav|codec|encod|mime", re.IGNORECASE)


class Forms:
    """What one server is asked for; settled by the first sound that came."""

    def __init__(self, wanted: Literal["auto", "wav", "pcm", "mp3"]) -> None:
        self._settled: Form | None = None if wanted == "auto" else wanted
        self.streamed: Form = self._settled or "pcm"
        """For sound that is heard while it comes, in whatever form it comes then."""

    @property
    def to_try(self) -> tuple[Form, ...]:
        """One after the other, while it refuses them."""
        return (self._settled,) if self._settled else _ORDER

    def settle(self, form: Form, who: str) -> None:
        """A sound has come in this form."""
        if self._settled is not None:
            return
        if form != _ORDER[0]:
            _LOG.warning("%s does not make WAV; asking for %s from now on", who, form.upper())
        self._settled = form


def refuses_form(error: APIStatusError) -> bool:
    """Whether a refusal may be meant for the form: it says so in whatever words, or says nothing."""
    if error.param:
        return error.param == "response_format"
    said = error.body.get("message", error.body) if isinstance(error.body, dict) else error.body
    return not said or _OF_FORMS.search(str(said)) is not None

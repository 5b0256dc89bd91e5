"""POST /v1/chat/completions: the answer, its faults, and its pieces on the wire."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from podloom.domain import Language
from podloom.rehearsal.calls import Call
from podloom.rehearsal.faults import BREAKS, Fault
from podloom.rehearsal.reading import Reading
from podloom.rehearsal.sentences import sentence
from podloom.rehearsal.stream import Ending

_OTHER: dict[Language, Language] = {"en": "ko", "ko": "en"}
_TOKEN = re.compile(r"\s*[^\s]{1,4}|\s+")
MALFORMED = b'data: {"id": "chatcmpl-rehearsal", "choices": [{"delta": {"content": "\n\n'
FINISH = {"length": "length", "filter": "content_filter"}


@dataclass(frozen=True)
class ChatAnswer:
    """One answer, before it is cut into what goes over the wire."""

    call: Call
    text: str
    fault: Fault | None = None

    @property
    def tokens(self) -> list[str]:
        """Pieces of up to four letters, as models write; cut short where the fault says so."""
        tokens = _TOKEN.findall(self.text)
        if self.fault is not None and self.fault.kind in BREAKS:
            return tokens[: round(self.fault.at * len(tokens))]
        return tokens

    @property
    def whole_length(self) -> int:
        """Tokens of the answer if nothing cuts it short."""
        return len(_TOKEN.findall(self.text))

    @property
    def ending(self) -> Ending:
        """How the connection ends."""
        kind = self.fault.kind if self.fault else ""
        if kind not in BREAKS:
            return Ending()
        return Ending("broken", stall=kind == "stall", hang_up=kind == "disconnect")

    def events(self, *, usage: bool, tokens_each: int = 1) -> list[bytes]:
        """Server-sent events of a streamed answer: its tokens, then the end, usage and the last word."""
        kind = self.fault.kind if self.fault else ""
        events = [self._event({"content": "".join(some)}) for some in _batched(self.tokens, tokens_each)]
        if kind in {"cut", "stall", "disconnect"}:
            return events
        if kind == "malformed":
            return [*events, MALFORMED]
        if events:
            events[-1] += self._event({}, FINISH.get(kind, "stop"))
        else:
            events = [self._event({}, FINISH.get(kind, "stop"))]
        if usage:
            events[-1] += _data(self._head("chat.completion.chunk") | {"choices": [], "usage": self.usage})
        events[-1] += b"data: [DONE]\n\n"
        return events

    def whole(self) -> bytes:
        """The body of an answer that is not streamed."""
        kind = self.fault.kind if self.fault else ""
        if kind == "malformed":
            return b'{"id": "chatcmpl-rehearsal", "choices": ['
        message = {"role": "assistant", "content": "".join(self.tokens), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": FINISH.get(kind, "stop"), "logprobs": None}
        body = json.dumps(
            self._head("chat.completion") | {"choices": [choice], "usage": self.usage}, ensure_ascii=False
        ).encode()
        return body[: len(body) // 2] if kind in {"cut", "stall", "disconnect"} else body

    @property
    def usage(self) -> dict[str, Any]:
        """Tokens as counted for the call."""
        prompt, completion = self.call.prompt_tokens, self.call.completion_tokens
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": self.call.cached_tokens},
        }

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data(self._head("chat.completion.chunk") | {"choices": [choice]})

    def _head(self, kind: str) -> dict[str, Any]:
        model = self.call.body.get("model", "")
        return {"id": f"chatcmpl-{self.call.number}", "object": kind, "created": 0, "model": model}


def _batched(tokens: list[str], size: int) -> list[list[str]]:
    return [tokens[start : start + size] for start in range(0, len(tokens), size)]


def _data(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def spoiled(text: str, reading: Reading, fault: Fault | None) -> str:
    """What the fault makes of an answer."""
    kind = fault.kind if fault else ""
    if kind == "prose":
        return f"Of course, here is what you asked for. {sentence(1, reading.language)}"
    if kind not in _SPOILERS or reading.schema_name != "chapter":
        return text
    if reading.shape == "lines":
        rows = _spoil([json.loads(row) for row in text.splitlines()], kind, reading)
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    value = json.loads(text)
    return json.dumps(value | {"lines": _spoil(value["lines"], kind, reading)}, ensure_ascii=False)


_SPOILERS = {"wrong_speaker", "empty_line", "stage_direction", "wrong_language", "short", "repeated"}


def _spoil(rows: list[dict[str, Any]], kind: str, reading: Reading) -> list[dict[str, Any]]:
    """The chapter's lines with one that is no good: in the middle, so that good ones come before."""
    if not rows:
        return rows
    middle = len(rows) // 2
    bad = dict(rows[middle])
    if kind == "short":
        return [{**rows[0], "text": " ".join(str(rows[0]["text"]).split()[:3]) + "."}]
    if kind == "wrong_speaker":
        bad["speaker"] = "Nobody"
    elif kind == "empty_line":
        bad["text"] = ""
    elif kind == "stage_direction":
        bad["text"] = f"[laughs] {bad['text']} (pauses)"
    elif kind == "repeated":
        bad["text"] = rows[0]["text"]
    else:
        bad["text"] = " ".join(sentence(number, _OTHER[reading.language]) for number in range(3))
    return [*rows[:middle], bad, *rows[middle + 1 :]]


def count_tokens(text: str) -> int:
    """About what a model would count."""
    return -(-len(text.encode()) // 4)

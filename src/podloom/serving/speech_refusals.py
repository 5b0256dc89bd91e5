"""Refusals of the speech server, in the shape of OpenAI's errors."""

from __future__ import annotations

import math

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_KINDS = {401: "authentication_error", 429: "rate_limit_error"}


class RefusedError(HTTPException):
    """Raised when a call is answered with an error; `headers` are the answer's."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(status, message)
        self.param, self.code = param, code


class BusyError(RefusedError):
    """Raised when a call can be repeated, here or at another server, after `retry_after_s`."""

    def __init__(self, status: int, message: str, *, code: str, retry_after_s: float) -> None:
        super().__init__(status, message, code=code)
        self.headers = {"retry-after": str(max(1, math.ceil(retry_after_s)))}


async def answer(_: Request, error: Exception) -> Response:
    """The error as an answer; Starlette's handler of HTTPException."""
    if not isinstance(error, HTTPException):
        raise error
    kind = "server_error" if error.status_code >= 500 else "invalid_request_error"
    body = {
        "message": error.detail,
        "type": _KINDS.get(error.status_code, kind),
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", None),
    }
    return JSONResponse({"error": body}, error.status_code, error.headers)

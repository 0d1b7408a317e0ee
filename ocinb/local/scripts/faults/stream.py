"""Streams that break off, and streams that report an error."""

from __future__ import annotations

from typing import Any, Final

from ocinb.local.scripts.faults.kind import HALF, TEXT, Fault, half
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import (
    Body,
    Close,
    Done,
    Event,
    Finish,
    Headers,
    Json,
    Reset,
    Step,
    Wait,
)

__all__ = ["STREAM"]

_OOPS: Final = "EngineCore encountered an issue."
_TYPES: Final = {500: "InternalServerError", 503: "ServiceUnavailableError"}
_NOT_JSON: Final = "this line is not JSON"


def _broken(*steps: Step, plain: Script | None = None) -> Script:
    """Say half of the text, then do something."""
    return Script([*half(), *steps], plain.steps if plain else None)


def _stall(seconds: float) -> Script:
    said, steps = half(), Script.answer(TEXT).steps
    return Script([*said, Wait(seconds), *steps[len(said) :]])


def _error(code: int) -> dict[str, Any]:
    return {"message": _OOPS, "type": _TYPES[code], "param": None, "code": code}


def _reported(body: dict[str, Any]) -> Script:
    """Report an error as an event after half of the text."""
    return _broken(Event(Json(body).text), Done(), plain=Script.error(500, body))


def _plain(body: bytes) -> Script:
    """Answer a request without `stream` with bytes that claim to be JSON."""
    return Script([Headers({"content-type": "application/json"}), Body(body)])


_SHORT: Final = Script([Headers({"content-length": "100000"}), *half(), Close()])
_CUT: Final = _broken(
    Body(b'data: {"id":"chatcmpl-1","object":"chat.comp'),
    plain=_plain(b'{"id":"chatcmpl-1","choices":[{"ind'),
)
_NO_DONE: Final = Script(Script.answer(TEXT).steps[:-1])
_LENGTH: Final = Script.answer(TEXT, finish="length")
_OLD: Final = {"object": "error", **_error(500)}
_ERROR_EVENT: Final = _broken(Event(_OOPS, "error"), plain=Script.error(500, _OLD))
_FIRST: Final = {"error": _error(503)}
_ERROR_FIRST: Final = Script(
    [Event(Json(_FIRST).text), Done()], Script.error(503, _FIRST).steps
)
_NOT_JSON_MID: Final = _broken(
    Event(_NOT_JSON), Finish("stop"), Done(), plain=_plain(_NOT_JSON.encode())
)

STREAM: Final = (
    Fault("stall", "stream", "no", _stall, HALF, 3600),
    Fault("truncated_chunked", "stream", "no", _broken(Close()), HALF),
    Fault("truncated_length", "stream", "no", _SHORT, HALF),
    Fault("rst_mid", "stream", "no", _broken(Wait(0.05), Reset()), HALF),
    Fault("cut_mid_line", "stream", "no", _CUT, HALF),
    Fault("eof_no_finish", "stream", "no", _broken(), HALF),
    Fault("eof_no_done", "stream", "no", _NO_DONE, TEXT),
    Fault("finish_length", "stream", "no", _LENGTH, TEXT),
    Fault("error_mid", "stream", "no", _reported({"error": _error(500)}), HALF),
    Fault("error_mid_old", "stream", "no", _reported(_OLD), HALF),
    Fault("error_event", "stream", "no", _ERROR_EVENT, HALF),
    Fault("error_first", "stream", "yes", _ERROR_FIRST),
    Fault("not_json_mid", "stream", "no", _NOT_JSON_MID, HALF),
)

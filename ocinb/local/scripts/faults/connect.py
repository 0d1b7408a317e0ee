"""Answers that are good, and connections that give none."""

from __future__ import annotations

from typing import Final

from ocinb.local.scripts.faults.kind import TEXT, Fault
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import Await, Close, End, Headers, Raw, Reset, Step, Wait

__all__ = ["CONNECT", "GOOD"]

_GARBAGE: Final = b"\x15\x03\x03\x00\x02\x02F this is not HTTP\r\n\r\n"


def _after(*steps: Step) -> Script:
    return Script([*steps, *Script.answer(TEXT).steps])


def _drip(delay_s: float) -> Script:
    return Script.answer(TEXT, delay_s=delay_s)


def _long(tokens: float) -> Script:
    return Script.answer("word " * int(tokens), tokens=int(tokens))


def _slow_headers(seconds: float) -> Script:
    return _after(Wait(seconds))


def _stale(late: float) -> Script:
    """Drop the connection after the answer: at once, or when it is used again."""
    waits = [Await()] if late else []
    return Script([*Script.answer(TEXT).steps, End(), *waits, Close()])


_TOOL: Final = Script.tool_calls([("get_weather", {"city": "Paris"})])
_HUGE: Final = _after(Headers({"x-huge": "x" * 100_000}))

GOOD: Final = (
    Fault("ok", "good", "no", _after(), TEXT),
    Fault("drip", "good", "no", _drip, TEXT, 0.05),
    Fault("long", "good", "no", _long, None, 5000),
    Fault("tool", "good", "no", _TOOL),
)

CONNECT: Final = (
    Fault("accept_close", "connect", "yes", Script([Close()])),
    Fault("accept_rst", "connect", "yes", Script([Reset()])),
    Fault("slow_headers", "connect", "yes", _slow_headers, arg=3600),
    Fault("garbage", "connect", "no", Script([Raw(_GARBAGE)])),
    Fault("stale_keepalive", "connect", "once", _stale, TEXT),
    Fault("huge_header", "connect", "no", _HUGE),
)

"""Answers whose JSON has another shape than a chat completion, or odd content."""

from __future__ import annotations

from math import inf, nan
from typing import Any, Final

from ocinb.local.scripts.completion import Asked, completion
from ocinb.local.scripts.faults.kind import TEXT, Fault
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import (
    Body,
    Delta,
    Done,
    Event,
    Finish,
    Headers,
    Json,
    Logprob,
    Step,
    Usage,
)

__all__ = ["CONTENT", "SHAPE"]

_HTML: Final = """\
Hello <script>alert(1)</script><img src=x onerror=alert(2)> there.

[a link](javascript:alert(3)) and [data](data:text/html,<script>alert(4)</script>)

![an image](http://attacker.invalid/pixel.png)

<iframe srcdoc="<script>alert(5)</script>"></iframe>
<svg onload=alert(6)></svg><style>@import "http://attacker.invalid/x.css";</style>
"""
_DEPTH: Final = 2000


def _json(value: Any) -> Script:
    return Script([Json(value)])


def _with(**changes: Any) -> Script:
    """Answer with a completion that has other members."""
    return _json(completion(Script.answer(TEXT).steps, Asked()) | changes)


def _ended(*steps: Step) -> Script:
    return Script([*steps, Finish("stop"), Usage(12, len(steps)), Done()])


def _content_parts() -> Script:
    parts = [{"type": "text", "text": TEXT[:9]}, {"type": "text", "text": TEXT[9:]}]
    choice: dict[str, Any] = {"index": 0, "logprobs": None, "finish_reason": "stop"}
    said = {"role": "assistant", "content": parts}
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}
    chunk |= {"model": "odsc-llm", "choices": [choice | {"delta": said}]}
    plain = _with(choices=[choice | {"message": said}])
    return Script([Event(Json(chunk).text), Done()], plain.steps)


def _not_a_number() -> Script:
    odd = (("no", nan), ("yes", inf))
    return _ended(
        Delta(TEXT[:9], logprobs=(Logprob(TEXT[:9], nan, odd),)),
        Delta(TEXT[9:], logprobs=(Logprob(TEXT[9:], -inf, odd),)),
    )


def _duplicates() -> Script:
    """Answer with JSON that parsers disagree about, or fail on."""
    deep = b"[" * _DEPTH + b"]" * _DEPTH
    body = (
        b'{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant",'
        b'"content":"first","content":"second"},"finish_reason":"stop"}],'
        b'"created":1e999,"deep":%b}' % deep
    )
    return Script([Headers({"content-type": "application/json"}), Body(body)])


def _interleaved() -> Script:
    words = [Delta(w, i) for w in ("one", " two", " three") for i in range(3)]
    ends = [Finish("stop", index=i) for i in (2, 0, 1)]
    return Script([*words, *ends, Usage(12, len(words)), Done()])


_NULLS: Final = _ended(Delta(None), Delta(None))
_NO_CHOICES: Final = _json({"id": "chatcmpl-1", "object": "chat.completion"})
_FAILED: Final = _json({"error": {"message": "out of memory", "code": 500}})

SHAPE: Final = (
    Fault("shape_list", "shape", "no", _json([1, 2, {"choices": []}])),
    Fault("shape_string", "shape", "no", _json("a string")),
    Fault("shape_null", "shape", "no", _json(None)),
    Fault("shape_no_choices", "shape", "no", _NO_CHOICES),
    Fault("shape_choices_empty", "shape", "no", _with(choices=[])),
    Fault("shape_choices_null", "shape", "no", _with(choices=None)),
    Fault("shape_choice_str", "shape", "no", _with(choices=["x"])),
    Fault("shape_predict", "shape", "no", _json({"prediction": ["a text"]})),
    Fault("shape_error200", "shape", "no", _FAILED),
    Fault("content_null", "shape", "no", _NULLS),
    Fault("content_parts", "shape", "no", _content_parts(), TEXT),
    Fault("nan", "shape", "no", _not_a_number(), TEXT),
    Fault("dup_key", "shape", "no", _duplicates(), None),
    Fault("n_interleaved", "shape", "no", _interleaved(), "one two three"),
)

CONTENT: Final = (Fault("html_content", "content", "no", Script.answer(_HTML), _HTML),)

"""Bad input: refused in one line, before a byte goes to the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import HumanMessage

from ocinb.errors import OcinbError
from ocinb.local import Script
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TWINS = [{"type": "function", "function": {"name": "x", "description": "y"}}] * 2


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


CALLS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no messages": ([], {}, "messages is empty: nothing to send"),
    "surrogate": ("a\ud800", {}, "prompt has an invalid character at 1"),
    "ten megabytes": ("x" * 10_485_760, {}, "the service takes 10,485,760"),
    "image": (
        [HumanMessage([{"type": "image", "source_type": "id", "id": "x"}])],
        {},
        "a content block of type image cannot be sent",
    ),
    "temperature": ("hi", {"temperature": -0.1}, "temperature must be a number in [0"),
    "top_p": ("hi", {"top_p": 1.01}, "top_p must be a number in (0, 1]"),
    "top_k": ("hi", {"top_k": 1.5}, "top_k must be -1 or 0 (off), or an integer >= 1"),
    "max_tokens": ("hi", {"max_tokens": 0}, "max_tokens must be an integer >= 1"),
    "n": ("hi", {"n": 2, "temperature": 0}, "n must be 1 when temperature is 0"),
    "stop": ("hi", {"stop": [""]}, "stop must be non-empty strings"),
    "seed": ("hi", {"seed": 2**70}, "seed must be a 64-bit integer (-1 = none)"),
    "format": ("hi", {"response_format": {"a": {1}}}, "response_format must be a dict"),
    "tool": ("hi", {"tools": [{"type": "function"}]}, "a tool cannot be sent"),
    "twins": ("hi", {"tools": TWINS}, "two tools have the name x"),
    "choice": (
        "hi",
        {"tools": TWINS[:1], "tool_choice": "y"},
        "tool_choice 'y' is no tool (tools: x)",
    ),
}
"""Prompt and arguments, and what the line says."""

WAYS: dict[str, Callable[..., Any]] = {
    "invoke": lambda m, prompt, **more: m.invoke(prompt, **more),
    "stream": lambda m, prompt, **more: list(m.stream(prompt, **more)),
    "ainvoke": lambda m, prompt, **more: asyncio.run(m.ainvoke(prompt, **more)),
    "bind": lambda m, prompt, **more: m.bind(**more).invoke(prompt),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CALLS)
def test_a_bad_call_is_refused_before_any_request(case: str, way: str, stage: Stage):
    prompt, more, says = CALLS[case]
    with stage.playing(Script.answer("never")) as model:
        with pytest.raises(OcinbError) as caught:
            WAYS[way](model, prompt, **more)

        assert stage.connections == 0

    line = str(caught.value)
    assert says in line
    assert line.isprintable()
    assert caught.value.attempts == 0


def test_what_only_the_server_can_judge_is_sent(stage: Stage):
    refusal = Script.error(400, message="max_tokens is too large")
    with stage.playing(refusal) as model:
        with pytest.raises(OcinbError, match="max_tokens is too large"):
            model.invoke("hi", max_tokens=10**9)

        assert len(stage.requests) == 1

"""Tools in a real kernel: shown, asked about, run in the cell, and answered from."""

from __future__ import annotations

import time
from contextlib import suppress
from queue import Empty
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.magic_kernel import SERVING, WITHIN_S, Kernel, Ran, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOLS = """
from langchain_core.tools import tool

ran = []

def weather(city: str) -> str:
    '''Tell the weather in a city.'''
    ran.append(city)
    print(f"looking at {city}")
    return f"11 degrees in {city}"

def fail(city: str) -> str:
    '''Fail.'''
    raise OSError("no network")

@tool
def clock() -> str:
    '''Tell the time.'''
    return "noon"

def asks(*calls, say="It is 11."):
    serve(Script.tool_calls(calls), Script.answer(say))

not_a_tool = 3
"""
OSLO = 'asks(("weather", {"city": "Oslo"}))'


@pytest.fixture(scope="module")
def started() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        assert not kernel.run(SERVING + TOOLS).error_lines
        yield kernel


@pytest.fixture
def kernel(started: Kernel) -> Iterator[Kernel]:
    started.run("%ocichat reset\nran.clear()")
    yield started
    started.run("server.stop()")


def answering(kernel: Kernel, code: str, *typed: str) -> tuple[Ran, list[str]]:
    """Run a cell and type a line at each of its questions; return these too."""
    lines, questions = iter(typed), []
    messages: list[dict[str, Any]] = []
    sent, due_s = kernel.send(code), time.monotonic() + WITHIN_S
    while time.monotonic() < due_s:
        with suppress(Empty):
            asked = kernel.client.get_stdin_msg(timeout=0.02)
            questions.append(asked["content"]["prompt"])
            kernel.client.input(next(lines))
        with suppress(Empty):
            messages.append(kernel.client.get_iopub_msg(timeout=0.02))
            if messages[-1]["content"].get("execution_state") == "idle":
                break
    return kernel.collect(sent, tuple(messages)), questions


def ask(kernel: Kernel, *typed: str, flags: str = "--tool weather") -> Any:
    return answering(kernel, f"%%ocichat {flags}\nWeather?", *typed)


def test_a_call_is_shown_then_asked_about_then_run_and_answered_from(kernel: Kernel):
    kernel.run(OSLO)
    ran, questions = ask(kernel, "y")

    assert [q.partition("?")[0] for q in questions] == ["Run weather"]
    card, answer = ran.shown
    assert card["text/plain"] == (
        'weather: done\n{\n  "city": "Oslo"\n}\n11 degrees in Oslo'
    )
    assert answer["text/plain"] == "It is 11."
    assert kernel.value("ran") == ["Oslo"]
    assert not ran.error_lines


def test_the_arguments_are_on_the_screen_before_the_question(kernel: Kernel):
    kernel.run(OSLO)
    ran, _ = ask(kernel, "n")
    first = next(d for d in ran.of("update_display_data"))
    assert "asks to be run" in first["data"]["text/html"]
    assert "Oslo" in first["data"]["text/html"]


def test_what_a_tool_prints_lands_in_the_cell(kernel: Kernel):
    kernel.run(OSLO)
    ran, _ = ask(kernel, "y")
    assert "looking at Oslo\n" in ran.stream("stdout")


def test_the_next_request_carries_the_call_and_its_result(kernel: Kernel):
    kernel.run(OSLO)
    ask(kernel, "y")
    kernel.run("%%ocichat\nAnd now?")
    assert kernel.value(
        "[m['role'] for m in server.requests[-1].json['messages']]"
    ) == [*("user", "assistant", "tool", "assistant", "user")]


def test_a_rejected_call_does_not_run_and_the_model_is_told_why(kernel: Kernel):
    kernel.run(OSLO)
    ran, _ = ask(kernel, "n too hot today")
    assert kernel.value("ran") == []
    told = kernel.value("server.requests[-1].json['messages'][-1]['content']")
    assert "too hot today" in told
    assert "weather: not run" in ran.shown[0]["text/plain"]


def test_edited_arguments_run(kernel: Kernel):
    kernel.run(OSLO)
    ask(kernel, 'e {"city": "Rome"}')
    assert kernel.value("ran") == ["Rome"]


def test_several_calls_are_asked_about_one_by_one(kernel: Kernel):
    kernel.run('asks(("weather", {"city": "Oslo"}), ("clock", {}))')
    ran, questions = ask(kernel, "y", "n", flags="--tool weather,clock")
    assert len(questions) == 2
    assert "weather: done" in ran.shown[0]["text/plain"]
    assert "clock: not run" in ran.shown[0]["text/plain"]


def test_a_tool_that_fails_is_told_in_one_line(kernel: Kernel):
    kernel.run('asks(("fail", {"city": "Oslo"}))')
    ran, _ = ask(kernel, "y", flags="--tool fail")
    assert "OSError: no network" in ran.shown[0]["text/plain"]
    assert "Traceback" not in str(ran.messages)
    assert ran.shown[-1]["text/plain"] == "It is 11."


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ('("format_disk", {})', "there is no tool format_disk"),
        ('("weather", {"town": "Oslo"})', "city"),
        ('("weather", \'{"city": \')', "cannot run"),
    ],
)
def test_a_call_that_cannot_be_right_is_shown_and_never_asked_about(
    call: str, why: str, kernel: Kernel
):
    kernel.run(f"asks({call})")
    ran, questions = ask(kernel)
    assert questions == []
    assert why in ran.shown[0]["text/plain"]
    assert kernel.value("ran") == []


def test_a_named_safe_tool_runs_without_a_question(kernel: Kernel):
    kernel.run(OSLO)
    _, questions = ask(kernel, flags="--tool-auto weather")
    assert questions == []
    assert kernel.value("ran") == ["Oslo"]


class TestUnattended:
    def test_nothing_runs_where_nobody_can_answer(self, kernel: Kernel):
        kernel.run(OSLO)
        ran = kernel.run("%%ocichat --tool weather\nWeather?", stdin=False)
        assert kernel.value("ran") == []
        (stored,) = ran.shown
        assert "weather: not run" in stored["text/plain"]
        assert stored["text/plain"].endswith("It is 11.")
        assert not ran.error_lines

    def test_what_is_named_runs_and_all_is_one_display(self, kernel: Kernel):
        kernel.run(OSLO)
        ran = kernel.run("%%ocichat --tool-auto weather\nWeather?", stdin=False)
        assert kernel.value("ran") == ["Oslo"]
        (stored,) = ran.shown
        assert "11 degrees in Oslo" in stored["text/html"]
        assert "It is 11." in stored["text/html"]


def test_five_rounds_are_the_most(kernel: Kernel):
    kernel.run('serve(Script.tool_calls([("weather", {"city": "Oslo"})]))')
    ran, questions = ask(kernel, *["y"] * 9)
    assert len(questions) == 4
    assert kernel.value("len(server.requests)") == 5
    assert "limit of 5 rounds" in ran.shown[-1]["text/plain"]


def test_an_interrupt_at_the_question_runs_nothing_and_the_next_cell_works(
    kernel: Kernel,
):
    kernel.run(OSLO)
    sent = kernel.send("%%ocichat --tool weather\nWeather?")
    assert "Run weather" in kernel.client.get_stdin_msg(timeout=10)["content"]["prompt"]
    kernel.manager.interrupt_kernel()
    ran = kernel.collect(sent)

    assert kernel.value("ran") == []
    assert "stopped by you" in ran.shown[-1]["text/html"]
    kernel.run("server.stop()\nserve(Script.answer('fine'))")
    assert kernel.run("%%ocichat\nhello").shown[-1]["text/plain"] == "fine"


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ("--tool weathr", "no such variable; did you mean weather?"),
        ("--tool not_a_tool", "is a int, not a function with types"),
        ("--tool-auto", "--tool-auto needs a value"),
    ],
)
def test_what_is_no_tool_is_refused_before_anything_is_sent(
    flags: str, line: str, kernel: Kernel
):
    kernel.run(OSLO)
    ran = kernel.run(f"%%ocichat {flags}\nWeather?")
    assert line in "".join(ran.error_lines)
    assert len(ran.error_lines) == 1
    assert kernel.value("len(server.requests)") == 0


def test_a_dry_run_shows_the_tools(kernel: Kernel):
    kernel.run(OSLO)
    ran = kernel.run("%%ocichat --tool weather --dry-run\nWeather?")
    assert '"name": "weather"' in ran.stream("stdout")
    assert kernel.value("len(server.requests)") == 0

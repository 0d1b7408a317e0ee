"""The question in the cell: nothing runs before somebody said yes to this call."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage

from ocinb.conversation.toolbox import Toolbox
from ocinb.magic.shown.approval import Approval, Reply, read_reply

if TYPE_CHECKING:
    from ocinb.conversation import ToolRequest

ran: list[Any] = []


def weather(city: str) -> str:
    """Tell the weather in a city."""
    ran.append((city, threading.current_thread()))
    return f"11 in {city}"


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


def request(name: str = "weather", **args: Any) -> ToolRequest:
    call = {"name": name, "args": args or {"city": "Oslo"}, "id": "1"}
    (made,) = Toolbox([weather]).requests(AIMessage("", tool_calls=[call]))
    return made


class Typing:
    """A user who types these lines, and what was shown meanwhile."""

    def __init__(self, *lines: str) -> None:
        self._lines = iter(lines)
        self.asked: list[str] = []
        self.said: list[str] = []

    def approval(self, **how: Any) -> Approval:
        return Approval(self._next, self.said.append, **how)

    def _next(self, question: str) -> str:
        self.asked.append(question)
        return next(self._lines)


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("y", Reply("run")),
        (" YES ", Reply("run")),
        ("a", Reply("always")),
        ("n", Reply("reject")),
        ("no, too hot", Reply("reject", "too hot")),
        ('e {"city": "Rome"}', Reply("edit", '{"city": "Rome"}')),
        *[(typed, Reply("again")) for typed in ("", "  ", "why", "yn", "ja")],
    ],
)
def test_what_was_typed_is_read(typed: str, reply: Reply) -> None:
    assert read_reply(typed).verb == reply.verb
    assert reply.verb == "again" or read_reply(typed) == reply


def test_yes_runs_the_call_on_the_thread_that_asked() -> None:
    user = Typing("y")
    result = user.approval().decide(request())

    assert result is not None
    assert result.text == "11 in Oslo"
    assert [("Oslo", threading.current_thread())] == ran
    assert user.asked == [
        "Run weather? y = yes, n = no (and why), e = edit, a = always this tool: "
    ]


def test_enter_alone_is_no_yes() -> None:
    user = Typing("", "maybe", "n")
    asked = request()
    assert user.approval().decide(asked) is None

    assert (asked.decision, ran) == ("rejected", [])
    assert len(user.asked) == 3
    assert user.said[0].startswith("please answer: y = yes")


def test_always_is_for_this_tool_and_asks_once() -> None:
    user = Typing("a")
    approval = user.approval()
    approval.decide(request())
    approval.decide(request(city="Rome"))
    assert [city for city, _ in ran] == ["Oslo", "Rome"]
    assert len(user.asked) == 1


@pytest.mark.parametrize("lines", [['e {"city": "Rome"}'], ["e", '{"city": "Rome"}']])
def test_edited_arguments_are_what_runs(lines: list[str]) -> None:
    result = Typing(*lines).approval().decide(request())
    assert [city for city, _ in ran] == ["Rome"]
    assert result is not None
    assert "11 in Rome" in result.text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("{city", "these arguments are no JSON"),
        ("[1]", "a JSON object, not a list"),
        ('{"town": "Rome"}', "city: Field required"),
    ],
)
def test_arguments_that_cannot_be_right_are_asked_for_again(
    typed: str, why: str
) -> None:
    user = Typing(f"e {typed}", "n")
    assert user.approval().decide(request()) is None
    assert why in user.said[0]
    assert ran == []


def test_where_nobody_can_answer_nothing_runs_and_the_model_is_told() -> None:
    asked = request()
    assert Typing().approval(interactive=False).decide(asked) is None
    assert (asked.decision, ran) == ("rejected", [])


def test_a_call_that_can_never_run_is_not_asked_about() -> None:
    user = Typing()
    assert user.approval().decide(request("format_disk")) is None
    assert user.asked == ran == []


def test_an_interrupt_at_the_question_runs_nothing() -> None:
    def interrupted(_: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Approval(interrupted, print).decide(request())
    assert ran == []


def test_the_question_shows_a_hostile_name_as_inert_text() -> None:
    user = Typing("n")
    hostile = request()
    hostile.name = "weather\x1b[2J\n? y"
    user.approval().decide(hostile)
    assert user.asked[0].isprintable()

"""A tool call on its own: how it shows itself, and what becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import StructuredTool, tool

from ocinb.conversation.requests import ToolRequest
from ocinb.conversation.tools import Tool, tools_by_name
from ocinb.errors import ParameterError


def look(city: str) -> list[dict[str, str]]:
    """Look."""
    return [{"type": "text", "text": f"seen {city}"}]


def request_for(given: Any, **args: Any) -> ToolRequest:
    (made,) = tools_by_name([given]).values()
    return ToolRequest({"name": made.name, "args": args, "id": "1"}, made)


def test_it_shows_the_call_and_what_became_of_it():
    request = request_for(look, city="Bern")
    assert repr(request) == "<ToolRequest look(city='Bern'): waiting>"
    request.reject()
    assert repr(request).endswith(": rejected>")


def test_what_a_model_wrote_is_one_inert_line():
    call = {"name": "x\n\x1b[31m", "args": "{\n", "id": "1"}
    request = ToolRequest(call, problem="no tool", raw="{\n")
    assert repr(request) == "<ToolRequest x [31m({ ): refused>"


def test_it_has_a_result_once_it_ran():
    request = request_for(look, city="Bern")
    assert request.result is None
    result = request.run_here()
    assert request.result is result
    assert (result.text, result.ok) == ("seen Bern", True)


def test_what_is_decided_does_not_run_here():
    request = request_for(look, city="Bern")
    request.reject()
    with pytest.raises(ParameterError, match="the call of look is decided: rejected"):
        request.run_here()


def test_the_model_is_told_of_edited_arguments_beside_parts_too():
    result = request_for(look, city="Bern").run_here({"city": "Chur"})
    assert result.message.content == [
        {
            "type": "text",
            "text": '[the user changed the arguments to {"city": "Chur"}]',
        },
        {"type": "text", "text": "seen Chur"},
    ]


def test_arguments_edited_to_the_same_are_not_worth_a_word():
    result = request_for(look, city="Bern").run_here({"city": "Bern"})
    assert result.text == "seen Bern"


def test_the_arguments_of_the_answer_are_not_those_of_the_tool():
    def spoil(cities: list[str]) -> str:
        """Change what it is given."""
        cities.clear()
        return "gone"

    args = {"cities": ["Bern"]}
    (made,) = tools_by_name([spoil]).values()
    ToolRequest({"name": "spoil", "args": args, "id": "1"}, made).run_here()
    assert args == {"cities": ["Bern"]}


def raising(error: type[BaseException]) -> Any:
    def raised() -> None:
        """Raise."""
        raise error

    return raised


async def settled(request: ToolRequest) -> ToolMessage:
    request.approve()
    return (await request.settle()).message


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
async def test_what_a_tool_raises_away_from_the_main_thread_is_its_result(
    error: type[BaseException],
):
    message = await settled(request_for(raising(error)))
    assert (message.text, message.status) == (error.__name__, "error")


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
async def test_a_coroutine_cannot_end_the_event_loop(error: type[BaseException]):
    @tool
    async def leave() -> None:
        """Leave."""
        raise error

    for given in (leave, leave.coroutine):
        message = await settled(request_for(given))
        assert message.text == f"RuntimeError: it raised {error.__name__}"


async def test_stopping_does_not_wait_for_a_tool():
    began = asyncio.Event()

    async def slow() -> str:
        """Wait."""
        began.set()
        await asyncio.sleep(30)
        return "late"

    request = request_for(slow)
    running = asyncio.ensure_future(settled(request))
    await asyncio.wait_for(began.wait(), 5)
    assert request.stop().text == "stopped by the user while it ran"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_a_tool_that_returns_messages_is_told_as_text():
    def several() -> list[ToolMessage]:
        """Return what is no single result."""
        return [ToolMessage("a", tool_call_id="1"), ToolMessage("b", tool_call_id="1")]

    result = request_for(several).run_here()
    assert "content='a'" in result.text


def test_a_tool_may_return_the_message_itself():
    def itself() -> ToolMessage:
        """Return a message."""
        return ToolMessage("done", tool_call_id="another", status="error")

    message = request_for(itself).run_here().message
    assert (message.text, message.name, message.tool_call_id, message.status) == (
        *("done", "itself", "1", "error"),
    )


def test_a_description_that_is_run_says_that_it_cannot():
    message = Tool("x", {}, None).run({}, "1")
    assert message.status == "error"
    assert "x cannot be run" in message.text


def test_a_tool_with_a_schema_of_its_own_is_checked_by_it():
    schema = {
        "title": "find",
        "type": "object",
        "properties": {"what": {"type": "string"}},
        "required": ["what"],
    }
    find = StructuredTool(
        name="find",
        description="Find.",
        args_schema=schema,
        func=lambda what: f"found {what}",
    )
    (made,) = tools_by_name([find]).values()
    assert made.problem_with({"what": 3}) == "what: must be string"
    assert made.run({"what": "it"}, "1").text == "found it"


def test_methods_and_functions_without_a_word_of_help_are_tools():
    class Store:
        def get(self, name: str) -> str:
            return name

    def silent(n: int) -> int:
        return n

    tools = tools_by_name([Store().get, silent])
    assert tools["get"].run({"name": "x"}, "1").text == "x"
    assert tools["silent"].run({"n": 2}, "1").text == "2"

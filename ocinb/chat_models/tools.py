"""Tools and tool choice in the forms that vLLM takes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_core.utils.json import parse_partial_json

from ocinb.chat_models.convert import made_up_id
from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ocinb.wire.payload import Choice, Payload, ToolCallPart

__all__ = ["ToolCallIndexes", "refuse_twins", "tool_choice_to_wire", "tools_to_wire"]

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WORDS: Final = frozenset({"none", "auto", "required"})


def tools_to_wire(
    tools: Iterable[Any], *, strict: bool | None = None
) -> list[dict[str, Any]]:
    """Return tools as the `tools` field of a request.

    Args:
        tools: functions, LangChain tools, pydantic classes or dicts.
        strict: True makes the server enforce each tool's schema; without it vLLM may
            return arguments that are no object. None leaves a tool's own choice and
            is True where it has none.

    Raises:
        ParameterError: a name is not valid.
    """
    wire = [_tool(tool, strict=strict) for tool in tools]
    for name in map(_name_of, wire):
        if not _NAME.fullmatch(name):
            got = one_line(repr(name), 80)
            msg = f"tool name must match [A-Za-z0-9_-]{{1,64}} (got {got})"
            raise ParameterError(msg)
    return wire


def refuse_twins(tools: Sequence[dict[str, Any]]) -> None:
    """Refuse two tools of one name, which no answer could tell apart.

    Raises:
        ParameterError: a name stands twice.
    """
    names = [_name_of(tool) for tool in tools]
    for name in names:
        if names.count(name) > 1:
            msg = f"two tools have the name {name}"
            raise ParameterError(msg)


def _tool(tool: Any, *, strict: bool | None) -> dict[str, Any]:
    try:
        wire = convert_to_openai_tool(tool)
    except (TypeError, ValueError) as error:
        msg = f"a tool cannot be sent: {one_line(str(error), 200)}"
        raise ParameterError(msg) from error
    if not isinstance(wire.get("function"), dict):
        msg = "a tool cannot be sent: only functions can be called"
        raise ParameterError(msg)
    function = dict(wire["function"])
    if strict is not None:
        function["strict"] = strict
    function.setdefault("strict", True)
    return {**wire, "function": function}


def _name_of(tool: dict[str, Any]) -> str:
    return str((tool.get("function") or {}).get("name", ""))


def tool_choice_to_wire(choice: Any, tools: Sequence[dict[str, Any]]) -> Any:
    """Return a tool choice in the wire's own form, or None to send none.

    Args:
        choice: none, auto, required, "any" or True (both mean required), False, a
            tool's name, or the wire's dict.
        tools: what `tools_to_wire` returned.

    Raises:
        ParameterError: no tool has that name.
    """
    if not tools or choice is None or choice is False:
        return None
    if choice is True or choice == "any":
        return "required"
    if isinstance(choice, dict) or choice in _WORDS:
        return choice
    names = [_name_of(tool) for tool in tools]
    if choice not in names:
        msg = f"tool_choice {one_line(repr(choice), 80)} is no tool (tools: {', '.join(names)})"
        raise ParameterError(msg)
    return {"type": "function", "function": {"name": choice}}


class ToolCallIndexes:
    """Give each tool call of a stream one index and an id.

    LangChain joins pieces by index, so two calls that share one would be glued. It
    completes arguments that are cut, which would run a tool with half of them: where an
    answer ends so, a closing bracket is added that makes the call an invalid one.
    """

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}  # by the index that LangChain sees
        self._seen_as: dict[int, int] = {}  # by the server's index
        self._arguments: dict[int, str] = {}

    def settle(self, payload: Payload) -> None:
        """Correct the tool calls in an event of the stream, in place."""
        for choice in payload["choices"]:
            said = choice.get("delta") or choice.get("message")
            if said and (calls := said.get("tool_calls")):
                for call in calls:
                    self._settle(call)
            if self._arguments and choice.get("finish_reason") is not None:
                self._spoil_cut_calls(choice)

    def _settle(self, call: ToolCallPart) -> None:
        given = call.get("index") or 0
        index = self._seen_as.get(given)
        call_id = call.get("id")
        is_new = index is None or (call_id and call_id != self._ids[index])
        if index is None or is_new:
            index = (
                max(self._ids, default=-1) + 1
                if index is not None
                else self._free(given)
            )
            self._seen_as[given] = index
            self._ids[index] = call["id"] = call_id or made_up_id()
        call["index"] = index
        arguments = (call.get("function") or {}).get("arguments") or ""
        self._arguments[index] = self._arguments.get(index, "") + arguments

    def _spoil_cut_calls(self, choice: Choice) -> None:
        said = choice.get("delta") or choice.get("message") or {}
        calls = list(said.get("tool_calls") or ())
        for index, arguments in self._arguments.items():
            end = _spoiling_end(arguments)
            here = [call for call in calls if end and call["index"] == index]
            for call in here[-1:]:
                function = call["function"] or {}
                piece = (function.get("arguments") or "") + end
                call["function"] = {**function, "arguments": piece}
            if end and not here:
                calls.append({"index": index, "function": {"arguments": end}})
        self._arguments = {}
        if calls:
            said["tool_calls"] = calls
            choice["message" if "message" in choice else "delta"] = said

    def _free(self, given: int) -> int:
        return given if given not in self._ids else max(self._ids) + 1


def _spoiling_end(arguments: str) -> str:
    """Return what keeps LangChain from completing cut arguments; mostly nothing."""
    try:
        json.loads(arguments or "{}", strict=False)
    except (ValueError, RecursionError):
        ends = ("", "]", "}", '"]', '"}', '""]', '""}')
        return next((end for end in ends if not _is_completed(arguments + end)), "")
    return ""


def _is_completed(arguments: str) -> bool:
    try:
        return isinstance(parse_partial_json(arguments), dict)
    except (ValueError, RecursionError):
        return False

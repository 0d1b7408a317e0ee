"""Tools and tool choice in the forms that vLLM takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from langchain_core.utils.function_calling import convert_to_openai_tool

from ocinb.chat_models.convert import made_up_id
from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ocinb.wire.payload import Payload, ToolCallPart

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
    if wire.get("type") != "function":
        return wire
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

    LangChain joins pieces by index, so two calls that share one would be glued.
    """

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}  # by the index that LangChain sees
        self._seen_as: dict[int, int] = {}  # by the server's index

    def settle(self, payload: Payload) -> None:
        """Correct the indexes in an event of the stream, in place."""
        for choice in payload["choices"]:
            delta = choice.get("delta")
            if delta and (calls := delta.get("tool_calls")):
                for call in calls:
                    self._settle(call)

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

    def _free(self, given: int) -> int:
        return given if given not in self._ids else max(self._ids) + 1

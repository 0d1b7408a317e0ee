"""A tool call that must be made: its schema, and reading it from growing JSON.

llama.cpp does not force tool calls. The model is made to write
`{"name": ..., "arguments": ...}` and nothing else, which is then answered as a call.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ocinb.local.vllm.request_body import ChatBody

__all__ = ["CallPiece", "CallReader", "ForcedCall", "forced_call"]

_HEAD: Final = re.compile(
    r'\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"arguments"\s*:\s*'
)
_NO_ARGUMENTS: Final = {"type": "object", "additionalProperties": False}


@dataclass(frozen=True)
class ForcedCall:
    """A call that the request insists on.

    Attributes:
        schema: JSON schema of what the model must write.
        finish_reason: what vLLM ends such an answer with.
    """

    schema: dict[str, Any]
    finish_reason: str


def forced_call(body: ChatBody, *, strict: bool = True) -> ForcedCall | None:
    """Return the call a request insists on; None if it leaves the model free.

    Args:
        body: the request.
        strict: False takes any object for arguments, as vLLM does with a tool whose
            schema cannot be enforced.
    """
    choice, tools = body.tool_choice, body.tools or []
    if isinstance(choice, dict):
        name = choice["function"]["name"]
        tool = next(tool for tool in tools if tool["function"]["name"] == name)
        return ForcedCall(_schema_of(tool, "#", strict=strict), "stop")
    if choice != "required":
        return None
    schemas = [
        _schema_of(tool, f"#/anyOf/{i}", strict=strict) for i, tool in enumerate(tools)
    ]
    return ForcedCall({"anyOf": schemas}, "tool_calls")


def _schema_of(tool: dict[str, Any], place: str, *, strict: bool) -> dict[str, Any]:
    function = tool["function"]
    arguments = function.get("parameters") or _NO_ARGUMENTS
    arguments = arguments if strict else {"type": "object"}
    moved = _with_moved_references(arguments, f"{place}/properties/arguments")
    return {
        "type": "object",
        "properties": {"name": {"const": function["name"]}, "arguments": moved},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def _with_moved_references(schema: Any, place: str) -> Any:
    """Let references inside a schema point to where the schema now is."""
    if isinstance(schema, list):
        return [_with_moved_references(item, place) for item in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {key: _with_moved_references(item, place) for key, item in schema.items()}
    target = moved.get("$ref")
    if isinstance(target, str) and target.startswith("#"):
        moved["$ref"] = place + target.removeprefix("#")
    return moved


@dataclass(frozen=True)
class CallPiece:
    """What new text says about a call.

    Attributes:
        name: the tool's name, once, when it is known.
        arguments: text to add to the arguments.
    """

    name: str = ""
    arguments: str = ""


class CallReader:
    """Read a forced call from the model's text while it grows."""

    def __init__(self) -> None:
        self._head = ""
        self._in_arguments = False
        self._scan = _ValueScan()

    @property
    def whole(self) -> bool:
        """True when the arguments are complete."""
        return self._scan.ended

    def feed(self, text: str) -> CallPiece:
        """Take more text and return what it adds."""
        if self._in_arguments:
            return CallPiece(arguments=self._scan.take(text))
        self._head += text
        match = _HEAD.match(self._head)
        # The value itself must have begun: whitespace may still be on its way.
        if match is None or match.end() == len(self._head):
            return CallPiece()
        self._in_arguments = True
        rest = self._head[match.end() :]
        return CallPiece(json.loads(match[1]), self._scan.take(rest))


class _ValueScan:
    """Find the end of one JSON value in text that comes in pieces."""

    def __init__(self) -> None:
        self.ended = False
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def take(self, text: str) -> str:
        """Return the part of `text` that belongs to the value."""
        for position, character in enumerate(text):
            if self.ended:
                return text[:position]
            if self._depth == 0 and not self._in_string and character in "},":
                self.ended = True
                return text[:position].rstrip()
            self._step(character)
        return text

    def _step(self, character: str) -> None:
        if self._in_string:
            self._step_in_string(character)
        elif character == '"':
            self._in_string = True
        elif character in "{[":
            self._depth += 1
        elif character in "}]":
            self._depth -= 1
            self.ended = self._depth == 0

    def _step_in_string(self, character: str) -> None:
        if self._escaped:
            self._escaped = False
        elif character == "\\":
            self._escaped = True
        elif character == '"':
            self._in_string = False
            self.ended = self._depth == 0

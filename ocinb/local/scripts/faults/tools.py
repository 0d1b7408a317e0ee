"""Tool calls that are not what they should be."""

from __future__ import annotations

from typing import Final

from ocinb.local.scripts.faults.kind import TEXT, Fault
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import Done, Finish, Step, ToolCallDelta, Usage

__all__ = ["TOOLS"]

_NAME: Final = "get_weather"
_PARIS: Final = '{"city": "Paris"}'
_WIEN: Final = '{"city": "Wien"}'


def _calls(*steps: Step) -> Script:
    usage = Usage(12, len(steps))
    return Script([*steps, Finish("tool_calls"), usage, Done()])


def _begin(index: int | None, number: int, name: str = _NAME) -> ToolCallDelta:
    return ToolCallDelta(index, f"chatcmpl-tool-{number:016x}", name)


def _two() -> Script:
    pieces = zip(_halves(_PARIS), _halves(_WIEN), strict=True)
    arguments = [
        ToolCallDelta(index, arguments=part)
        for parts in pieces
        for index, part in enumerate(parts)
    ]
    return _calls(_begin(0, 1), _begin(1, 2), *arguments)


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _one(arguments: str, name: str = _NAME) -> Script:
    return _calls(_begin(0, 1, name), ToolCallDelta(0, arguments=arguments))


_DUP_INDEX: Final = _calls(
    _begin(0, 1),
    ToolCallDelta(0, arguments=_PARIS),
    _begin(0, 2, "get_time"),
    ToolCallDelta(0, arguments=_WIEN),
)
_NO_INDEX: Final = _calls(_begin(None, 1), ToolCallDelta(None, arguments=_PARIS))
_NO_ID: Final = _calls(ToolCallDelta(0, name=_NAME), ToolCallDelta(0, arguments=_PARIS))
_NULL_NAME: Final = _calls(
    _begin(0, 1), *(ToolCallDelta(0, arguments=a, nulls=True) for a in _halves(_PARIS))
)
_BOTH: Final = Script.tool_calls([(_NAME, _PARIS)], text=TEXT)

TOOLS: Final = (
    Fault("tool_bad_json", "tools", "no", _one('{"city": ')),
    Fault("tool_args_list", "tools", "no", _one("[1]")),
    Fault("tool_args_empty", "tools", "no", _one("")),
    Fault("tool_two", "tools", "no", _two()),
    Fault("tool_dup_index", "tools", "no", _DUP_INDEX),
    Fault("tool_no_index", "tools", "no", _NO_INDEX),
    Fault("tool_no_id", "tools", "no", _NO_ID),
    Fault("tool_unknown", "tools", "no", _one(_PARIS, "delete_everything")),
    Fault("tool_null_name", "tools", "no", _NULL_NAME),
    Fault("tool_text_and_call", "tools", "no", _BOTH, TEXT),
)

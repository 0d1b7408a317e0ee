"""What the model server can do beside plain answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ocinb.doctor.outcome import Outcome, broken, failed, passed, said, skipped
from ocinb.errors import OcinbError

if TYPE_CHECKING:
    from ocinb.doctor.visit import Visit
    from ocinb.wire.exchange import Answer

__all__ = [
    "context",
    "judge_context",
    "judge_logprobs",
    "judge_tools",
    "logprobs",
    "tools",
]

_TOOL: Final = {
    "type": "function",
    "function": {
        "name": "get_time",
        "description": "Tell the time in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
_TOOL_TOKENS: Final = 8

_NO_PARSER: Final = "enable-auto-tool-choice"
"""What vLLM's message names where it was started without a tool parser."""

_PARSER: Final = (
    "add to the deployment's PARAMS (or its command), then update it: "
    "--enable-auto-tool-choice --tool-call-parser NAME, where NAME suits the model: "
    "llama3_json, hermes (also for Qwen 2.5), mistral"
)
_TOOLS: Final = "serve the model with vLLM and a chat template that knows tools"
_LOGPROBS: Final = (
    "take --max-logprobs 0 out of the deployment's PARAMS, or serve the model with vLLM"
)
_LENGTH: Final = re.compile(
    r"maximum context length is (\d+)|max_model_len\D{0,3}(\d+)", re.IGNORECASE
)


def tools(visit: Visit) -> Outcome:
    """Look whether the model may call tools when it likes."""
    fields = {"tools": [_TOOL], "tool_choice": "auto", "max_tokens": _TOOL_TOKENS}
    return judge_tools(visit.ask(**fields))


def judge_tools(came: Answer | OcinbError) -> Outcome:
    """Judge the answer to a request that offers a tool."""
    if not isinstance(came, OcinbError):
        return passed("a request with a tool and tool_choice auto is answered")
    if _NO_PARSER in came.server_message:
        return failed(said(came), _PARSER)
    return broken(came, _TOOLS)


def logprobs(visit: Visit) -> Outcome:
    """Look whether tokens come with their log probabilities."""
    return judge_logprobs(visit.ask(max_tokens=1, logprobs=True, top_logprobs=1))


def judge_logprobs(came: Answer | OcinbError) -> Outcome:
    """Judge the answer to a request for log probabilities."""
    if isinstance(came, OcinbError):
        return broken(came, _LOGPROBS)
    choices: Any = came.whole["choices"]
    found = choices[0].get("logprobs")
    entries = found.get("content") if isinstance(found, dict) else None
    if entries:
        return passed("come with the tokens that were asked for")
    return failed("asked for, and none came", _LOGPROBS)


def context(visit: Visit) -> Outcome:
    """Look how many tokens prompt and answer may have together."""
    return judge_context(visit.ask_too_much())


def judge_context(came: OcinbError | None) -> Outcome:
    """Judge what a server says to a request for more tokens than fit.

    Args:
        came: its refusal; None if it takes the request.
    """
    if came is None:
        return skipped("the server does not say how long its context is")
    found = _LENGTH.search(came.server_message)
    if found is None:
        return skipped(f"the server does not say how long its context is: {said(came)}")
    return passed(f"{int(found[1] or found[2]):,} tokens, prompt and answer together")

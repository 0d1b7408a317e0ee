"""The JSON of chat completions: its types, and how it is read without trust.

The types name what ocinb reads of vLLM's answers; servers send more, and null for
what they do not have.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import orjson

from ocinb.errors import AnswerError, one_line

if TYPE_CHECKING:
    from ocinb.errors import Phase

__all__ = [
    "Choice",
    "Delta",
    "Fault",
    "FunctionPart",
    "Message",
    "Payload",
    "ToolCallPart",
    "Usage",
    "check_completion",
    "fault_in",
    "fault_in_trailer",
    "parse",
    "text_of",
    "unexpected",
]

SHOWN = 200
"""Characters of an answer that an error line quotes."""


class FunctionPart(TypedDict, total=False):
    """Name and arguments of a tool call, or pieces of them in a stream."""

    name: str | None
    arguments: str | None


class ToolCallPart(TypedDict, total=False):
    """A tool call, or a piece of one in a stream."""

    index: int
    id: str | None
    type: str
    function: FunctionPart


class Message(TypedDict, total=False):
    """An answer's message; a stream's delta has the same fields."""

    role: str | None
    content: str | list[dict[str, Any]] | None
    tool_calls: list[ToolCallPart] | None
    reasoning: str | None
    reasoning_content: str | None
    refusal: str | None


Delta = Message


class Choice(TypedDict, total=False):
    """One of the n answers."""

    index: int
    message: Message
    delta: Delta
    finish_reason: str | None
    stop_reason: str | int | None
    logprobs: dict[str, Any] | None
    token_ids: list[int] | None


class Usage(TypedDict, total=False):
    """Tokens counted by the server."""

    prompt_tokens: int
    completion_tokens: int | None
    total_tokens: int
    prompt_tokens_details: dict[str, int] | None
    completion_tokens_details: dict[str, int] | None


class Payload(TypedDict, total=False):
    """A chat completion, or one chunk of a streamed one."""

    id: str
    model: str
    created: int
    choices: list[Choice]
    usage: Usage | None
    system_fingerprint: str | None
    metrics: dict[str, Any] | None
    prompt_logprobs: list[Any] | None
    prompt_token_ids: list[int] | None
    prompt_text: str | None


class Fault(NamedTuple):
    """What a server says went wrong, in whichever of the known shapes."""

    message: str
    code: str
    status: int | None


def parse(text: str | bytes) -> Any:
    """Read JSON; NaN, Infinity and numbers out of range are taken as Python does.

    Raises:
        AnswerError: the text is not JSON.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        return json.loads(shown)
    except (ValueError, RecursionError) as error:
        msg = f"the server sent something that is not JSON: {one_line(shown, SHOWN)}"
        raise AnswerError(msg) from error


def fault_in(value: Any) -> Fault | None:
    """Find an error in an answer: OCI's shape, vLLM's, its older one, FastAPI's."""
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if isinstance(error, dict):
        return _fault(error)
    if isinstance(error, str):
        return Fault(error, "", None)
    if value.get("object") == "error" or ("message" in value and "code" in value):
        return _fault(value)
    if "detail" in value and "choices" not in value:
        return Fault(_text(value["detail"]), "", None)
    return None


def fault_in_trailer(text: str) -> Fault:
    """Read what Oracle says in the trailer `StreamFailure` of a broken stream.

    It is JSON with `ErrorCode`, `HttpCode` and a message (Oracle's documentation,
    "Predict with Response Streaming Endpoint"); anything else is taken as it is.
    """
    try:
        value = parse(text)
    except AnswerError:
        return Fault(text, "", None)
    if not isinstance(value, dict):
        return Fault(text, "", None)
    known = {str(name).lower(): member for name, member in value.items()}
    message = known.get("errormessage") or known.get("message")
    code, status = known.get("errorcode"), str(known.get("httpcode", ""))
    return Fault(
        _text(message), _text(code), int(status) if status.isdecimal() else None
    )


def _fault(error: dict[str, Any]) -> Fault:
    code = error.get("code")
    number = code if isinstance(code, int) else None
    status = number if number is not None and 400 <= number <= 599 else None  # noqa: PLR2004 - HTTP's error statuses
    kind = error.get("type") or (code if isinstance(code, str) else "")
    return Fault(_text(error.get("message")), _text(kind), status)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def check_completion(value: Any) -> Payload:
    """Return a whole answer that has the shape of a chat completion.

    Raises:
        AnswerError: it has not; the message says what came instead.
    """
    choices = value.get("choices") if isinstance(value, dict) else None
    if isinstance(choices, list) and choices and all(map(_is_choice, choices)):
        payload: Payload = value
        return payload
    if isinstance(value, dict) and "prediction" in value:
        msg = "this deployment does not speak the chat API"
        hint = "it answered with a prediction: is it deployed with vLLM?"
        raise AnswerError(msg, phase="answer", hint=hint)
    if choices == []:
        msg = "the model returned no choice"
        raise AnswerError(msg, phase="answer")
    raise unexpected(value)


def unexpected(value: Any, *, phase: Phase = "answer") -> AnswerError:
    """Make the error for an answer that cannot be read; shows its beginning."""
    shown = one_line(_text(value) or "null", SHOWN)
    return AnswerError(f"the answer has an unexpected shape: {shown}", phase=phase)


def _is_choice(choice: Any) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("message"), dict)


def text_of(content: Any) -> str:
    """Return message content as text: a string, a list of text parts, or null."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(
            part["text"]
            for part in content
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return ""

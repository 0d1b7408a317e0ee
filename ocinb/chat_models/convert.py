"""LangChain messages -> the wire's JSON, and the wire's answers -> LangChain."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    InvalidToolCall,
    SystemMessage,
    ToolCall,
    ToolMessage,
    convert_to_openai_data_block,
    is_data_content_block,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk

from ocinb.chat_models.chunks import text_chunk
from ocinb.errors import ParameterError
from ocinb.wire.payload import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages.tool import ToolCallChunk

    from ocinb.wire.payload import Choice, Message, Payload, ToolCallPart, Usage

__all__ = ["chunk_of", "chunk_of_choices", "message_of", "to_wire", "usage_of"]

_NOT_SENT = frozenset(
    {"reasoning", "thinking", "tool_call", "tool_use", "non_standard"}
)
"""Content blocks of an earlier answer that a chat template has no place for."""


def to_wire(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Return messages as the `messages` field of a request.

    Raises:
        ParameterError: there is nothing to send, or a kind of message that the chat
            API has no role for.
    """
    if not messages:
        msg = "messages is empty: nothing to send"
        raise ParameterError(msg)
    last = messages[-1]
    if isinstance(last, HumanMessage) and _is_blank(last.content):
        msg = "the prompt is empty: nothing to send"
        raise ParameterError(msg)
    return [_message_to_wire(message) for message in messages]


def _is_blank(content: str | list[Any]) -> bool:
    return not (content.strip() if isinstance(content, str) else content)


def _message_to_wire(message: BaseMessage) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": _role(message), "content": _content(message)}
    if message.name:
        wire["name"] = message.name
    if isinstance(message, AIMessage):
        calls = _calls_to_wire(message)
        if calls:
            wire["tool_calls"] = calls
    elif isinstance(message, ToolMessage):
        if not message.tool_call_id:
            msg = "a tool message has no tool_call_id: it must name the call it answers"
            raise ParameterError(msg)
        wire["tool_call_id"] = message.tool_call_id
    return wire


def _role(message: BaseMessage) -> str:
    match message:
        case HumanMessage():
            return "user"
        case AIMessage():
            return "assistant"
        case SystemMessage():
            return str(message.additional_kwargs.get("__openai_role__", "system"))
        case ToolMessage():
            return "tool"
        case FunctionMessage():
            return "function"
        case ChatMessage():
            return message.role
    msg = f"a {type(message).__name__} has no role in the chat API"
    raise ParameterError(msg)


def _content(message: BaseMessage) -> str | list[dict[str, Any]]:
    content = message.content
    if isinstance(content, str):
        return content
    parts = [_part(part) for part in content if _is_sent(part)]
    if isinstance(message, AIMessage) or not parts:
        return text_of(parts)
    return parts


def _is_sent(part: str | dict[str, Any]) -> bool:
    return isinstance(part, str) or part.get("type") not in _NOT_SENT


def _part(part: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if part.get("type") == "text":
        return {"type": "text", "text": part.get("text", "")}
    if is_data_content_block(part):
        try:
            return convert_to_openai_data_block(part)
        except (KeyError, ValueError) as error:
            msg = f"a content block of type {part.get('type')} cannot be sent: {error}"
            raise ParameterError(msg) from error
    return part


def _calls_to_wire(message: AIMessage) -> list[dict[str, Any]]:
    calls = [
        (call["id"], call["name"], json.dumps(call["args"], ensure_ascii=False))
        for call in message.tool_calls
    ]
    calls += [
        (bad["id"], bad["name"] or "", bad["args"] or "")
        for bad in message.invalid_tool_calls
    ]
    return [
        {
            "id": call_id,
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for call_id, name, arguments in calls
    ]


def message_of(choice: Choice, payload: Payload) -> AIMessage:
    """Return one choice of a whole answer as a message."""
    message = choice["message"]
    calls, bad = _calls_of(message.get("tool_calls") or [])
    return AIMessage(
        content=text_of(message.get("content")),
        tool_calls=calls,
        invalid_tool_calls=bad,
        additional_kwargs=_extras(message),
        response_metadata=_metadata(choice, payload),
        usage_metadata=usage_of(payload.get("usage")),
        id=payload.get("id"),
    )


def _calls_of(
    parts: list[ToolCallPart],
) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    calls: list[ToolCall] = []
    bad: list[InvalidToolCall] = []
    for part in parts:
        function = part.get("function") or {}
        name, raw = function.get("name") or "", function.get("arguments") or ""
        call_id = part.get("id") or made_up_id()
        try:
            arguments = json.loads(raw) if raw.strip() else {}
        except (ValueError, RecursionError) as error:
            bad.append(_invalid(name, raw, call_id, f"not JSON: {error}"))
            continue
        if isinstance(arguments, dict):
            calls.append(
                ToolCall(name=name, args=arguments, id=call_id, type="tool_call")
            )
        else:
            bad.append(_invalid(name, raw, call_id, "the arguments are no object"))
    return calls, bad


def _invalid(name: str, raw: str, call_id: str, error: str) -> InvalidToolCall:
    return InvalidToolCall(
        name=name, args=raw, id=call_id, error=error, type="invalid_tool_call"
    )


def made_up_id() -> str:
    """Return an id for a tool call that came without one."""
    return f"call_{uuid.uuid4().hex}"


def _extras(message: Message) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    reasoning = message.get("reasoning") or message.get("reasoning_content")
    if reasoning:
        # the key from which LangChain makes its reasoning content block
        extras["reasoning_content"] = reasoning
    if message.get("refusal"):
        extras["refusal"] = message["refusal"]
    return extras


def _metadata(choice: Choice, payload: Payload) -> dict[str, Any]:
    """Return what is known of an answer beside its text; nothing that is null."""
    known = {
        "model_name": payload.get("model"),
        "finish_reason": choice.get("finish_reason"),
        "stop_reason": choice.get("stop_reason"),
        "system_fingerprint": payload.get("system_fingerprint"),
        "metrics": payload.get("metrics"),
        "prompt_logprobs": payload.get("prompt_logprobs"),
        "prompt_token_ids": payload.get("prompt_token_ids"),
        "prompt_text": payload.get("prompt_text"),
        "token_ids": choice.get("token_ids"),
        "logprobs": choice.get("logprobs"),
    }
    return {name: value for name, value in known.items() if value is not None}


def usage_of(usage: Usage | None) -> UsageMetadata | None:
    """Return token counts in LangChain's words."""
    if not usage:
        return None
    sent, made = usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0
    found = UsageMetadata(
        input_tokens=sent,
        output_tokens=made,
        total_tokens=usage.get("total_tokens") or sent + made,
    )
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    if cached is not None:
        found["input_token_details"] = {"cache_read": cached}
    thought = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens")
    if thought is not None:
        found["output_token_details"] = {"reasoning": thought}
    return found


def chunk_of(payload: Payload) -> AIMessageChunk:
    """Return one event of a stream of one answer as a message chunk.

    A whole answer, from a server that does not stream, becomes one chunk.
    """
    choices = payload["choices"]
    if not choices:
        usage = usage_of(payload.get("usage"))
        return AIMessageChunk(content="", usage_metadata=usage)
    choice = choices[0]
    delta = choice.get("delta")
    fields: dict[str, Any] = {}
    if delta is None:  # a server that answers whole
        delta = choice.get("message") or {}
        fields["usage_metadata"] = usage_of(payload.get("usage"))
    if choice.get("finish_reason") is not None:
        fields["response_metadata"] = _metadata(choice, payload)
    elif choice.get("logprobs") or choice.get("token_ids"):
        fields["response_metadata"] = _metadata(choice, {})
    if len(delta) > 1 or "content" not in delta:
        fields["additional_kwargs"] = _extras(delta)
    calls = delta.get("tool_calls")
    if calls:
        fields["tool_call_chunks"] = [_call_chunk(call) for call in calls]
    text = text_of(delta.get("content"))
    if not fields:
        return text_chunk(text, payload.get("id"))
    return AIMessageChunk(content=text, id=payload.get("id"), **fields)


def _call_chunk(part: ToolCallPart) -> ToolCallChunk:
    function = part.get("function") or {}
    return tool_call_chunk(
        name=function.get("name"),
        args=function.get("arguments"),
        id=part.get("id"),
        index=part.get("index", 0),
    )


def chunk_of_choices(payload: Payload) -> AIMessageChunk:
    """Return one event of a stream of several answers, kept apart by their index.

    Each answer is a text block with its `index`, by which LangChain joins the blocks
    of later chunks to it; all else stands under `choices` in the metadata. Tool calls
    and reasoning of the first answer are the message's own too.
    """
    blocks: list[str | dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    own: dict[str, Any] = {}
    is_whole = all("message" in choice for choice in payload["choices"])  # or none
    for choice in payload["choices"]:
        index = choice.get("index") or 0
        delta = choice.get("delta") or choice.get("message") or {}
        text = text_of(delta.get("content"))
        if text:
            blocks.append({"type": "text", "text": text, "index": index})
        calls = [_call_chunk(call) for call in delta.get("tool_calls") or ()]
        extras = _extras(delta)
        if index == 0:
            own |= {"tool_call_chunks": calls, "additional_kwargs": extras}
        note = {**_metadata(choice, {}), **extras}
        note |= {"tool_calls": [_known(call) for call in calls]} if calls else {}
        if note:
            notes.append({"index": index, **note})
    return AIMessageChunk(
        content=blocks,
        id=payload.get("id"),
        response_metadata={"choices": notes} if notes else {},
        usage_metadata=usage_of(payload.get("usage")) if is_whole else None,
        **own,
    )


def _known(call: ToolCallChunk) -> dict[str, Any]:
    """Return a piece of a tool call without what it does not say."""
    return {k: v for k, v in call.items() if v is not None and k != "type"}

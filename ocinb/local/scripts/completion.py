"""How vLLM writes one answer: as the chunks of a stream, or as one completion."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ocinb.local.scripts.steps import (
    Body,
    Close,
    Delta,
    Done,
    End,
    Endless,
    Event,
    Finish,
    Headers,
    Json,
    Logprob,
    Raw,
    Reasoning,
    Reset,
    Step,
    ToolCallDelta,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "Asked",
    "as_completion",
    "as_events",
    "completion",
    "event_bytes",
    "has_events",
    "is_mergeable",
]

FINGERPRINT: Final = "vllm-0.32.0-7e76cfe6"
"""The `system_fingerprint` of the server whose shapes these are."""

Increment: TypeAlias = Delta | ToolCallDelta | Reasoning
Said: TypeAlias = Increment | Finish
Content: TypeAlias = Said | Usage | Done
Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What one request asked for, as far as the form of its answer depends on it."""

    stream: bool = False
    include_usage: bool = False
    model: str = "odsc-llm"
    id: str = "chatcmpl-0000000000000000"
    created: int = 0

    @classmethod
    def of(cls, body: bytes, answer_id: str, created: int) -> Asked:
        """Read a request's body; one that is no JSON object asks for nothing."""
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return cls(id=answer_id, created=created)
        options = asked.get("stream_options")
        return cls(
            stream=asked.get("stream") is True,
            include_usage=isinstance(options, dict)
            and options.get("include_usage") is True,
            model=str(asked.get("model") or cls.model),
            id=answer_id,
            created=created,
        )


def has_events(steps: Iterable[Step]) -> bool:
    """Say whether the steps make a stream of events."""
    return any(isinstance(step, Content | Event) for step in steps)


def is_mergeable(steps: Iterable[Step]) -> bool:
    """Say whether the steps are content that one completion can hold."""
    alone = Event | Json | Body | Endless | Raw
    return has_events(steps) and not any(isinstance(step, alone) for step in steps)


def as_events(steps: Sequence[Step], asked: Asked) -> Iterator[Step]:
    """Replace content and events by the bytes of a stream, leave other steps."""
    stream = _Stream(asked, steps)
    for step in steps:
        if isinstance(step, Event):
            yield Body(event_bytes(step.data, step.name))
        elif isinstance(step, Content):
            for data in stream.write(step):
                yield Body(event_bytes(data))
        else:
            yield step


def event_bytes(data: str, name: str = "") -> bytes:
    """Write one server-sent event."""
    lines = [f"event: {name}"] if name else []
    lines += [f"data: {line}" for line in data.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def as_completion(steps: Sequence[Step], asked: Asked) -> Iterator[Step]:
    """Replace content by the bytes of one completion, sent where its last step stood.

    Where the connection breaks before the answer has ended, half of it is sent.
    """
    body = _dumps(completion(steps, asked)).encode()
    headers = {"content-type": "application/json"}
    if isinstance(steps[-1], Close | Reset) and End() not in steps:
        headers["content-length"] = str(len(body))
        body = body[: len(body) // 2]
    yield Headers(headers)
    last = max(i for i, step in enumerate(steps) if isinstance(step, Content))
    for i, step in enumerate(steps):
        if i == last:
            yield Body(body)
        elif not isinstance(step, Content):
            yield step


def completion(steps: Iterable[Step], asked: Asked) -> Object:
    """Merge the content of a script into one `chat.completion` object."""
    choices: dict[int, _Choice] = {}
    usage = None
    for step in steps:
        if isinstance(step, Usage):
            details = {"prompt_tokens_details": None, "completion_tokens_details": None}
            usage = _counted(step) | details
        elif isinstance(step, Said):
            choices.setdefault(_index_of(step), _Choice()).take(step)
    return {
        "id": asked.id,
        "object": "chat.completion",
        "created": asked.created,
        "model": asked.model,
        "choices": [choices[index].written(index) for index in sorted(choices)],
        "service_tier": None,
        "system_fingerprint": FINGERPRINT,
        "usage": usage,
        "prompt_logprobs": None,
        "prompt_token_ids": None,
        "prompt_text": None,
        "kv_transfer_params": None,
        "ec_transfer_params": None,
        "metrics": None,
    }


class _Stream:
    """Writes steps as chunks; each choice's role comes before the first of them."""

    def __init__(self, asked: Asked, steps: Iterable[Step]) -> None:
        self._asked = asked
        self._roles_due = sorted({_index_of(s) for s in steps if isinstance(s, Said)})

    def write(self, step: Content) -> Iterator[str]:
        """Return the data of the events that one step makes."""
        if isinstance(step, Done):
            yield "[DONE]"
        elif isinstance(step, Usage):
            if self._asked.include_usage:
                yield self._chunk([], usage=_counted(step), **_FINGERPRINT_MEMBER)
        else:
            yield from self._roles()
            yield self._said(step)

    def _roles(self) -> Iterator[str]:
        due, self._roles_due = self._roles_due, []
        delta = {"role": "assistant", "content": ""}
        for index in due:
            choice = {"index": index, "delta": delta}
            choice |= {"logprobs": None, "finish_reason": None}
            yield self._chunk([choice], prompt_token_ids=None, prompt_text=None)

    def _said(self, step: Said) -> str:
        increment = step.last if isinstance(step, Finish) else step
        choice: Object = {"index": _index_of(step), "delta": _delta_of(increment)}
        choice |= {"logprobs": _logprobs_of(increment), "finish_reason": None}
        if not isinstance(step, Finish):
            return self._chunk([choice | {"token_ids": None}])
        choice |= {"finish_reason": step.reason, "stop_reason": step.stop_reason}
        more = {} if self._asked.include_usage else _FINGERPRINT_MEMBER
        return self._chunk([choice | {"token_ids": None}], **more)

    def _chunk(self, choices: list[Object], **more: Any) -> str:
        asked = self._asked
        return _dumps(
            {
                "id": asked.id,
                "object": "chat.completion.chunk",
                "created": asked.created,
                "model": asked.model,
                "choices": choices,
                **more,
            }
        )


@dataclass
class _Choice:
    """One choice of a completion, while its pieces are put together."""

    texts: list[str | None] = field(default_factory=list)
    calls: list[_Call] = field(default_factory=list)
    reasoning: dict[str, str] = field(default_factory=dict)
    logprobs: list[Object] = field(default_factory=list)
    finish: Finish | None = None

    def take(self, step: Said) -> None:
        """Add one step."""
        if isinstance(step, Finish):
            self.finish = step
            if step.last is not None:
                self.take(step.last)
        elif isinstance(step, Delta):
            self.texts.append(step.text)
            self.logprobs += map(_logprob, step.logprobs)
        elif isinstance(step, Reasoning):
            said = self.reasoning.get(step.field, "")
            self.reasoning[step.field] = said + step.text
        else:
            self._call_of(step).take(step)

    def _call_of(self, step: ToolCallDelta) -> _Call:
        index = step.index or 0
        for call in reversed(self.calls):
            if call.index == index and step.id in (None, call.id):
                return call
        self.calls.append(_Call(index, step.id))
        return self.calls[-1]

    def written(self, index: int) -> Object:
        """Return the choice as it stands in a completion."""
        nothing = bool(self.texts) and all(text is None for text in self.texts)
        message: Object = {
            "role": "assistant",
            "content": None if nothing else "".join(t or "" for t in self.texts),
            "refusal": None,
            "annotations": None,
            "audio": None,
            "function_call": None,
        }
        if self.calls:
            message["tool_calls"] = [call.written() for call in self.calls]
        return {
            "index": index,
            "message": message | {"reasoning": None} | self.reasoning,
            "logprobs": {"content": self.logprobs} if self.logprobs else None,
            "finish_reason": self.finish and self.finish.reason,
            "stop_reason": self.finish and self.finish.stop_reason,
            "token_ids": None,
            "routed_experts": None,
        }


@dataclass
class _Call:
    """One tool call, while its pieces are put together."""

    index: int
    id: str | None
    name: str = ""
    arguments: str = ""

    def take(self, step: ToolCallDelta) -> None:
        self.name += step.name or ""
        self.arguments += step.arguments or ""

    def written(self) -> Object:
        function = {"name": self.name, "arguments": self.arguments}
        known = {} if self.id is None else {"id": self.id}
        return {**known, "type": "function", "function": function}


_FINGERPRINT_MEMBER: Final = {"system_fingerprint": FINGERPRINT}


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _index_of(step: Said) -> int:
    return step.choice if isinstance(step, ToolCallDelta) else step.index


def _counted(usage: Usage) -> Object:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "completion_tokens": usage.completion_tokens,
    }


def _delta_of(step: Increment | None) -> Object:
    if step is None:
        return {}
    if isinstance(step, Delta):
        return {"content": step.text}
    if isinstance(step, Reasoning):
        return {step.field: step.text}
    return {"content": None, "tool_calls": [_call_delta(step)]}


def _call_delta(step: ToolCallDelta) -> Object:
    call: Object = {}
    if step.id is not None or step.nulls:
        call |= {"id": step.id, "type": "function"}
    if step.index is not None:
        call["index"] = step.index
    function: Object = {}
    if step.name is not None or step.nulls:
        function["name"] = step.name
    if step.arguments is not None:
        function["arguments"] = step.arguments
    return call | {"function": function}


def _logprobs_of(step: Increment | None) -> Object | None:
    if not isinstance(step, Delta) or not step.logprobs:
        return None
    return {"content": [_logprob(entry) for entry in step.logprobs]}


def _logprob(entry: Logprob) -> Object:
    top = [_likely(token, logprob) for token, logprob in entry.top]
    return _likely(entry.token, entry.logprob) | {"top_logprobs": top}


def _likely(token: str, logprob: float) -> Object:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}

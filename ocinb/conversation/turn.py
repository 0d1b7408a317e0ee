"""A turn: one prompt, the model's answer and how it went, as a value."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.messages.ai import add_usage

from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from langchain_core.messages import BaseMessage
    from langchain_core.messages.ai import UsageMetadata

__all__ = ["Prompt", "Status", "Timings", "Turn"]

Prompt: TypeAlias = "str | Sequence[str | dict[str, Any]]"
"""What a user asks: a text, or content parts in LangChain's form."""

Status = Literal["pending", "streaming", "done", "stopped", "failed"]


@dataclass(frozen=True)
class Timings:
    """How fast an answer came; None where it is not known.

    Attributes:
        ttft_s: seconds from the request to the first token (time to first token).
        total_s: seconds from the request to the end of the answer, with the tools
            that ran and the time a user took to allow them.
        tokens_per_s: tokens after the first one, per second since the first one,
            while the model was answering.
    """

    ttft_s: float | None = None
    total_s: float | None = None
    tokens_per_s: float | None = None


@dataclass(frozen=True)
class Turn:
    """One prompt and the model's answer to it, with every round up to the last.

    Attributes:
        prompt: what the user asked, as text.
        status: pending, streaming, done, stopped (by the user) or failed.
        parts: the prompt as content parts in LangChain's form, where it holds more
            than text, such as images; else empty.
        messages: what followed the prompt, as far as it came: each answer of the
            model, and the results of the tools it called.
        error: why a failed turn failed, or why an answer that was to go on did not.
        timings: how fast the answer came.
        params: the sampling parameters given for this turn.
        context: how many earlier turns were sent with the prompt.
        key: what a re-run of the same cell is recognised by; None if there is none.
        stale: True if an earlier turn was replaced after this one was answered.
        id: names the turn's place in its conversation.
        parent: the place of the turn before it; "" at the beginning.
    """

    prompt: str
    status: Status = "pending"
    parts: tuple[str | dict[str, Any], ...] = ()
    messages: tuple[BaseMessage, ...] = ()
    error: Exception | None = None
    timings: Timings = Timings()
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    context: int = 0
    key: Hashable = None
    stale: bool = False
    id: str = ""
    parent: str = ""

    @classmethod
    def of(cls, prompt: Prompt) -> Turn:
        """Return a pending turn.

        Args:
            prompt: a text, or content parts in LangChain's form.

        Raises:
            ParameterError: it is neither.
        """
        if isinstance(prompt, str):
            return cls(prompt)
        fit = isinstance(prompt, (list, tuple))
        if not fit or not all(isinstance(part, (str, dict)) for part in prompt):
            kind = type(prompt).__name__
            msg = f"a prompt is a text, or a list of content parts (got {kind})"
            raise ParameterError(msg)
        parts = deepcopy(tuple(prompt))
        return cls(str(HumanMessage(list(parts)).text), parts=parts)

    @property
    def content(self) -> Prompt:
        """The prompt as it was given: a text, or content parts."""
        return deepcopy(self.parts) or self.prompt

    @property
    def question(self) -> HumanMessage:
        """The prompt as the message that is sent."""
        return HumanMessage(list(self.parts) if self.parts else self.prompt)

    @property
    def message(self) -> AIMessage | None:
        """The model's last answer, as far as it came; None before the first chunk."""
        answers = (m for m in reversed(self.messages) if isinstance(m, AIMessage))
        return next(answers, None)

    @property
    def text(self) -> str:
        """The text of the model's last answer, as far as it came."""
        return "" if self.message is None else str(self.message.text)

    @property
    def usage(self) -> UsageMetadata | None:
        """The token counts of all rounds together; None if none was told."""
        told = [m.usage_metadata for m in self.messages if isinstance(m, AIMessage)]
        counted = [usage for usage in told if usage]
        return reduce(add_usage, counted) if counted else None

    @property
    def finish_reason(self) -> str:
        """Why the model ended its last answer; "" if it did not say."""
        metadata = self.message.response_metadata if self.message else {}
        # by whichever name the model's class gives it
        names = ("finish_reason", "stop_reason", "done_reason")
        found = (metadata.get(name) for name in names)
        return str(next((reason for reason in found if reason), ""))

    @property
    def cut(self) -> bool:
        """True if the answer ended at max_tokens, so that it can go on."""
        return self.finish_reason in {"length", "max_tokens"}

    @property
    def not_run(self) -> tuple[str, ...]:
        """The names of the tools that were called and have no result.

        Once the turn is done, these are the calls for which no round was left.
        """
        results = {m.tool_call_id for m in self.messages if isinstance(m, ToolMessage)}
        answers = [m for m in self.messages if isinstance(m, AIMessage)]
        calls = [c for m in answers for c in (*m.tool_calls, *m.invalid_tool_calls)]
        return tuple(c["name"] or "?" for c in calls if c["id"] not in results)

    @property
    def open(self) -> bool:
        """True while the answer may still grow."""
        return self.status in {"pending", "streaming"}

"""A turn: one prompt, the model's answer and how it went, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from langchain_core.messages import AIMessage

__all__ = ["Status", "Timings", "Turn"]

Status = Literal["pending", "streaming", "done", "stopped", "failed"]


@dataclass(frozen=True)
class Timings:
    """How fast an answer came; None where it is not known.

    Attributes:
        ttft_s: seconds from the request to the first token (time to first token).
        total_s: seconds from the request to the end of the answer.
        tokens_per_s: tokens after the first one, per second since the first one.
    """

    ttft_s: float | None = None
    total_s: float | None = None
    tokens_per_s: float | None = None


@dataclass(frozen=True)
class Turn:
    """One prompt and the model's answer to it.

    Attributes:
        prompt: what the user asked.
        status: pending, streaming, done, stopped (by the user) or failed.
        message: the answer, as far as it came; None before the first chunk.
        error: why a failed turn failed.
        timings: how fast the answer came.
        params: the sampling parameters given for this turn.
        context: how many earlier turns were sent with the prompt.
        key: what a re-run of the same cell is recognised by; None if there is none.
        stale: True if an earlier turn was replaced after this one was answered.
    """

    prompt: str
    status: Status = "pending"
    message: AIMessage | None = None
    error: Exception | None = None
    timings: Timings = Timings()
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    context: int = 0
    key: Hashable = None
    stale: bool = False

    @property
    def text(self) -> str:
        """The text of the answer, as far as it came."""
        return "" if self.message is None else str(self.message.text)

    @property
    def open(self) -> bool:
        """True while the answer may still grow."""
        return self.status in {"pending", "streaming"}

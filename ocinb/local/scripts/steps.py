"""The steps a scripted deployment's answer is made of, each a plain value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = [
    "Await",
    "Body",
    "Close",
    "Delta",
    "Done",
    "End",
    "Endless",
    "Event",
    "Finish",
    "Headers",
    "Json",
    "Logprob",
    "Pairs",
    "Raw",
    "Reasoning",
    "Reset",
    "Status",
    "Step",
    "ToolCallDelta",
    "Trailers",
    "Usage",
    "Wait",
]

Pairs: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""Names with values, as a mapping or as pairs."""


@dataclass(frozen=True)
class Status:
    """Send the head of the answer now, with this status.

    Without this step the head is sent with the first byte of the body. An empty
    reason stands for the usual phrase of the code.
    """

    code: int
    reason: str = ""


@dataclass(frozen=True)
class Headers:
    """Headers of the answer, as a mapping or as pairs; they win over the usual ones.

    All of a script's headers belong to its head, wherever the step stands.
    """

    given: InitVar[Pairs]
    pairs: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self, given: Pairs) -> None:
        """Keep the pairs as a tuple, so that the step is a value."""
        object.__setattr__(self, "pairs", _pairs(given))


@dataclass(frozen=True)
class Wait:
    """Send nothing for so many seconds; a script's waits do not drift."""

    seconds: float


@dataclass(frozen=True)
class Logprob:
    """The log probability of one token, and those of the likeliest ones."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Delta:
    """A piece of text of choice `index`; a text of None is written as null."""

    text: str | None
    index: int = 0
    logprobs: tuple[Logprob, ...] = ()


@dataclass(frozen=True)
class ToolCallDelta:
    """A piece of a tool call; members that are None are left out.

    Attributes:
        index: which of the calls of one answer it belongs to.
        id: given with the first piece of a call.
        name: the tool, given with the first piece.
        arguments: a piece of the JSON text of the arguments.
        choice: which of the choices the call belongs to.
        nulls: write absent id and name as null, as some servers do.
    """

    index: int | None = 0
    id: str | None = None
    name: str | None = None
    arguments: str | None = None
    choice: int = 0
    nulls: bool = False


@dataclass(frozen=True)
class Reasoning:
    """A piece of the model's reasoning, under today's name or the older one."""

    text: str
    field: Literal["reasoning", "reasoning_content"] = "reasoning"
    index: int = 0


@dataclass(frozen=True)
class Finish:
    """The end of choice `index`.

    vLLM sends the last token in the same chunk when it stops by length: `last`.
    """

    reason: str
    stop_reason: str | int | None = None
    index: int = 0
    last: Delta | ToolCallDelta | Reasoning | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens counted; a stream gets them only when it asked for them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Done:
    """The `[DONE]` that ends a stream; a plain answer has none."""


@dataclass(frozen=True)
class Event:
    """Any server-sent event; lines of `data` become `data:` lines of their own.

    A script with such a step streams its answer, whatever the request asked for.
    """

    data: str
    name: str = ""


@dataclass(frozen=True)
class Json:
    """A whole body of JSON."""

    value: InitVar[Any]
    text: str = field(init=False)

    def __post_init__(self, value: Any) -> None:
        """Keep the JSON text, so that the step is a value."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        object.__setattr__(self, "text", text)


@dataclass(frozen=True)
class Body:
    """Bytes of the body, in writes of at most `size` bytes (0: in one)."""

    data: bytes
    size: int = 0


@dataclass(frozen=True)
class Endless:
    """The same bytes of the body again and again, until the client hangs up."""

    data: bytes


@dataclass(frozen=True)
class Raw:
    """Bytes on the connection as they are, outside HTTP's framing.

    When they come before the head, they stand for it and the connection ends.
    """

    data: bytes


@dataclass(frozen=True)
class Trailers:
    """Trailers that follow a chunked body, where OCI reports a `StreamFailure`."""

    given: InitVar[Pairs]
    pairs: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self, given: Pairs) -> None:
        """Keep the pairs as a tuple, so that the step is a value."""
        object.__setattr__(self, "pairs", _pairs(given))


@dataclass(frozen=True)
class End:
    """Finish the body now; what follows happens to the connection."""


@dataclass(frozen=True)
class Await:
    """Send nothing until the client sends something more on this connection."""


@dataclass(frozen=True)
class Close:
    """Close the connection (FIN); a body that has not ended stays unfinished."""


@dataclass(frozen=True)
class Reset:
    """Reset the connection (RST)."""


Step: TypeAlias = (
    Status
    | Headers
    | Wait
    | Delta
    | ToolCallDelta
    | Reasoning
    | Finish
    | Usage
    | Done
    | Event
    | Json
    | Body
    | Endless
    | Raw
    | Trailers
    | End
    | Await
    | Close
    | Reset
)


def _pairs(given: Pairs) -> tuple[tuple[str, str], ...]:
    return tuple(given.items() if isinstance(given, Mapping) else given)

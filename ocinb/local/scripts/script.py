"""What a scripted deployment answers to one request: its steps in order."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from http.client import responses
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from ocinb.local.scripts.steps import (
    Delta,
    Done,
    Finish,
    Headers,
    Json,
    Status,
    Step,
    ToolCallDelta,
    Usage,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ocinb.local.scripts.steps import Pairs

__all__ = ["PROMPT_TOKENS", "Script"]

PROMPT_TOKENS: Final = 12
"""Tokens that a ready-made answer claims its prompt had."""

_TOKEN: Final = re.compile(r"\s?\S+|\s")
_ERROR_TYPES: Final = {
    400: "BadRequestError",
    404: "NotFoundError",
    500: "InternalServerError",
    503: "ServiceUnavailableError",
}


@dataclass(frozen=True)
class Script:
    """One answer of a scripted deployment, a value that compares and hashes.

    A request for a stream gets vLLM's server-sent events, any other request one
    completion with the same content.

    Attributes:
        steps: what happens, in order.
        plain: other steps for requests without `stream`, where they must differ.
        coalesce: join what is sent between two waits into one write.
    """

    steps: Sequence[Step]
    plain: Sequence[Step] | None = None
    coalesce: bool = False

    def __post_init__(self) -> None:
        """Keep the steps as tuples, so that a script is a value."""
        object.__setattr__(self, "steps", tuple(self.steps))
        if self.plain is not None:
            object.__setattr__(self, "plain", tuple(self.plain))

    @classmethod
    def answer(
        cls,
        text: str,
        *,
        tokens: int | None = None,
        delay_s: float = 0,
        finish: str = "stop",
        usage: bool = True,
        coalesce: bool = False,
    ) -> Script:
        """Make a script that answers with a text and ends as vLLM does.

        Args:
            text: the whole answer.
            tokens: cut the text into so many pieces; None cuts it at words.
            delay_s: seconds from one token to the next.
            finish: the finish reason.
            usage: whether the tokens are counted for those who ask.
            coalesce: send tokens in as few writes as possible.

        Raises:
            ValueError: the text has fewer characters than `tokens`.
        """
        pieces = _TOKEN.findall(text) if tokens is None else _cut(text, tokens)
        deltas = [Delta(piece) for piece in pieces]
        steps: list[Step] = [*deltas, Finish(finish)]
        if finish == "length" and deltas:
            steps = [*deltas[:-1], Finish(finish, last=deltas[-1])]
        if delay_s:
            waits: list[Step] = [Wait(delay_s)] * len(steps)
            steps = [s for pair in zip(steps, waits, strict=True) for s in pair][:-1]
        counted = [Usage(PROMPT_TOKENS, len(pieces))] if usage else []
        return cls([*steps, *counted, Done()], coalesce=coalesce)

    @classmethod
    def tool_calls(
        cls,
        calls: Iterable[tuple[str, Mapping[str, Any] | str]],
        *,
        text: str = "",
        finish: str = "tool_calls",
    ) -> Script:
        """Make a script that calls tools.

        Args:
            calls: the name of each tool with its arguments, an object or its JSON.
            text: what the model says before.
            finish: the finish reason; vLLM says `stop` for a named tool choice.
        """
        steps: list[Step] = [Delta(piece) for piece in _TOKEN.findall(text)]
        for index, (name, arguments) in enumerate(calls):
            written = arguments if isinstance(arguments, str) else json.dumps(arguments)
            call_id = _call_id(index, name, written)
            steps.append(ToolCallDelta(index, call_id, name))
            steps += [ToolCallDelta(index, arguments=p) for p in _split(written)]
        usage = Usage(PROMPT_TOKENS, len(steps))
        return cls([*steps, Finish(finish), usage, Done()])

    @classmethod
    def error(
        cls,
        status: int,
        body: object = None,
        *,
        message: str = "",
        code: str = "",
        headers: Pairs = (),
    ) -> Script:
        """Make a script that answers with an error status and a JSON body.

        Args:
            status: the HTTP status.
            body: the JSON body; None makes one of the message, in OCI's shape if
                there is a `code`, else in vLLM's.
            message: the server's own words.
            code: OCI's error code, such as `NotAuthenticated`.
            headers: more headers, such as `retry-after`.
        """
        said = message or _phrase(status)
        if body is None:
            body = {"code": code, "message": said} if code else _vllm(status, said)
        return cls([Status(status), Headers(headers), Json(body)])


def _vllm(status: int, message: str) -> dict[str, object]:
    kind = _ERROR_TYPES.get(status, _phrase(status).replace(" ", ""))
    error = {"message": message, "type": kind, "param": None, "code": status}
    return {"error": error}


def _phrase(status: int) -> str:
    return responses.get(status, "Unknown")


def _cut(text: str, count: int) -> list[str]:
    if not 1 <= count <= len(text):
        msg = f"a text of {len(text)} characters has no {count} pieces"
        raise ValueError(msg)
    borders = [len(text) * i // count for i in range(count + 1)]
    return [text[a:b] for a, b in pairwise(borders)]


def _split(text: str) -> list[str]:
    """Cut JSON text into pieces as small as a model's tokens."""
    return [text[i : i + 4] for i in range(0, len(text), 4)] or [""]


def _call_id(index: int, name: str, arguments: str) -> str:
    digest = hashlib.sha256(f"{index} {name} {arguments}".encode()).hexdigest()
    return f"chatcmpl-tool-{digest[:16]}"

"""What a sweep is made of, as values: settings, prompts, trials and finished rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import BaseMessage

__all__ = ["Attempt", "Planned", "Prompt", "Row", "Score", "Setting", "Status", "Trial"]

Status: TypeAlias = Literal["ok", "failed"]
"""What became of a trial. One that was not carried out has no row."""


@dataclass(frozen=True)
class Setting:
    """One point of a space.

    Attributes:
        number: its place in the space, from 0.
        values: axis -> value, each one that JSON can hold.
        labels: axis -> a short name for its value, where the user gave one.
    """

    number: int
    values: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)

    def value(self, axis: str) -> Any:
        """Return the short name of an axis's value, or the value; None if not set."""
        return self.labels.get(axis, self.values.get(axis))

    @property
    def shown(self) -> dict[str, Any]:
        """Axis -> what tables and charts show of its value, hashable."""
        return {
            axis: self.labels.get(axis, _short(value))
            for axis, value in self.values.items()
        }

    def __str__(self) -> str:
        listed = (f"{axis}={value}" for axis, value in self.shown.items())
        return ", ".join(listed) or "the model's own settings"


@dataclass(frozen=True)
class Prompt:
    """One thing that every setting is asked.

    Attributes:
        number: its place among the prompts, from 0.
        messages: what is sent, but for a `system` axis, which goes before.
        inputs: what scorers get: `{"prompt": text}`, or the row of a DataFrame.
        reference: what a right answer is, where the user said so.
    """

    number: int
    messages: Sequence[BaseMessage]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    reference: Any = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One prompt x one setting x one repeat.

    Attributes:
        setting: which.
        prompt: which.
        repeat: from 0.
        seed: what is sent; None if no seed is.
    """

    setting: Setting
    prompt: Prompt
    repeat: int
    seed: int | None = None


@dataclass(frozen=True)
class Row:
    """A trial that was carried out, as the store keeps it.

    Times are of a monotonic clock. t_q: the trial was taken up; t_s: the last request
    was about to be written; t_1: the first event with content, reasoning or a tool
    call; t_n: the last such; t_e: the end of the answer.

    Attributes:
        key: 16 bytes that are the same for the same request and repeat.
        status: `ok` or `failed`.
        repeat: from 0.
        seed: what was sent.
        text: the answer.
        reasoning: what a reasoning model thought before it.
        tool_calls: `{"name", "args", "id"}`; `args` is an object, or the model's own
            text where that is no JSON object, then with `"error"`.
        finish_reason: the server's word.
        model_name: the model as the server named it.
        prompt_tokens: counted by the server; None if it did not say.
        completion_tokens: counted by the server; None if it did not say.
        logprob_sum: sum of the log-probabilities of the answer's tokens; None if there
            were none.
        logprob_count: how many tokens had one.
        queue_s: t_s - t_q: waiting for a turn and between attempts.
        ttft_s: t_1 - t_s; None if nothing came or the answer was not streamed.
        content_s: t_n - t_1; None as above.
        e2e_s: t_e - t_s.
        chunks: events of the stream.
        attempts: requests made.
        started_at: t_s as seconds since 1970 by the wall clock.
        lag_s: the longest that the event loop came late while the answer came.
        request_id: Oracle's, of the last attempt.
        error: one line; empty if the trial is ok.
        error_kind: name of the error's class.
        error_status: HTTP status of the error.
    """

    key: bytes
    status: Status
    repeat: int
    seed: int | None = None
    text: str = ""
    reasoning: str = ""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    finish_reason: str | None = None
    model_name: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    logprob_sum: float | None = None
    logprob_count: int = 0
    queue_s: float = 0.0
    ttft_s: float | None = None
    content_s: float | None = None
    e2e_s: float = 0.0
    chunks: int = 0
    attempts: int = 1
    started_at: float = 0.0
    lag_s: float = 0.0
    request_id: str = ""
    error: str = ""
    error_kind: str = ""
    error_status: int | None = None


@dataclass(frozen=True)
class Planned:
    """Where a row belongs in one sweep; the same row may belong to several.

    Attributes:
        setting: number of its setting.
        prompt: number of its prompt.
        repeat: from 0.
        key: of its row.
    """

    setting: int
    prompt: int
    repeat: int
    key: bytes


@dataclass(frozen=True)
class Attempt:
    """One request of a trial that needed several.

    Attributes:
        key: of the trial's row.
        number: from 1.
        started_at: seconds since 1970.
        seconds: from the request to its end.
        status: HTTP status; None if no answer came.
        waited_s: how long was waited before the next one.
        error: one line.
        request_id: Oracle's.
    """

    key: bytes
    number: int
    started_at: float
    seconds: float
    status: int | None = None
    waited_s: float = 0.0
    error: str = ""
    request_id: str = ""


@dataclass(frozen=True)
class Score:
    """What a scorer made of one row.

    Attributes:
        key: of the row.
        name: of the scorer.
        value: a number; True is 1. None where the scorer gave a text, or failed.
        text: a label; empty where the scorer gave a number.
        error: one line; empty if it did not fail.
    """

    key: bytes
    name: str
    value: float | None = None
    text: str = ""
    error: str = ""


def _short(value: Any) -> Any:
    """Return a value that can be a key: an object or a list as its JSON."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value

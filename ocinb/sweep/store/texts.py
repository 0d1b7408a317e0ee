"""Values of a sweep as what SQLite can hold, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral, Real
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, cast

from ocinb.errors import StoreError, one_line
from ocinb.sweep.store.record import SweepRecord
from ocinb.sweep.store.schema import ATTEMPT, PLANNED, SCORE, SWEEP, TRIAL
from ocinb.sweep.values import Prompt, Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.sweep.values import Planned, Row, Score

__all__ = [
    "attempt_values",
    "holdable",
    "planned_values",
    "prompt_of",
    "prompt_values",
    "row_values",
    "score_values",
    "setting_of",
    "setting_values",
    "sweep_of",
    "sweep_values",
]

SHORT: Final = 80
"""Characters of a prompt that a table shows."""

_row = attrgetter(*TRIAL[:-1])  # `tool_calls` is the last one
_planned = attrgetter(*PLANNED[1:])
_sweep = attrgetter(*SWEEP)
attempt_values: Final = attrgetter(*ATTEMPT)
_score = attrgetter(*SCORE)


def row_values(row: Row) -> tuple[Any, ...]:
    """Return a row in the order of `TRIAL`."""
    calls = to_json([dict(call) for call in row.tool_calls]) if row.tool_calls else ""
    return (*_row(row), calls)


def planned_values(sweep: int, planned: Planned) -> tuple[Any, ...]:
    """Return where a row belongs in the order of `PLANNED`."""
    return (sweep, *_planned(planned))


def score_values(score: Score) -> tuple[Any, ...]:
    """Return a score in the order of `SCORE`; a scorer may use numpy's numbers."""
    if type(score.value) not in {float, NoneType}:
        score = replace(score, value=float(cast("float", score.value)))
    return tuple(_score(score))


def setting_values(sweep: int, setting: Setting) -> tuple[Any, ...]:
    """Return a setting in the order of `SETTING`."""
    return sweep, setting.number, to_json(setting.values), to_json(setting.labels)


def setting_of(number: int, values: str, labels: str) -> Setting:
    """Return a setting as it was kept."""
    return Setting(number, json.loads(values), json.loads(labels))


def prompt_values(sweep: int, prompt: Prompt) -> tuple[Any, ...]:
    """Return a prompt in the order of `PROMPT`; its short text is for tables."""
    from langchain_core.messages import message_to_dict  # noqa: PLC0415 - slow to import

    messages = [message_to_dict(message) for message in prompt.messages]
    parts = (messages, prompt.inputs, prompt.reference)
    last = prompt.messages[-1].text if prompt.messages else ""
    return sweep, prompt.number, *map(to_json, parts), one_line(last, SHORT)


def prompt_of(number: int, messages: str, inputs: str, reference: str) -> Prompt:
    """Return a prompt as it was kept.

    Messages are of LangChain's own classes, whatever the text says; nothing that it
    names is imported.

    Raises:
        StoreError: the text holds no messages.
    """
    from langchain_core.messages import (  # noqa: PLC0415 - slow to import
        messages_from_dict,
    )

    try:
        found = messages_from_dict(json.loads(messages))
    except (KeyError, TypeError, ValueError) as error:
        said = one_line(f"{type(error).__name__}: {error}", 200)
        msg = f"prompt {number} cannot be read: {said}"
        raise StoreError(msg) from error
    return Prompt(number, tuple(found), json.loads(inputs), json.loads(reference))


def sweep_values(record: SweepRecord) -> tuple[Any, ...]:
    """Return a sweep in the order of `SWEEP`."""
    values = (
        to_json(value) if isinstance(value, Mapping) else value
        for value in _sweep(record)
    )
    return holdable(tuple(values))


def sweep_of(values: Sequence[Any]) -> SweepRecord:
    """Return a sweep as it was kept: its id, then what `SWEEP` says."""
    found = dict(zip(SWEEP, values[1:], strict=True))
    for name in ("description", "axes", "options"):
        found[name] = json.loads(found[name])
    return SweepRecord(id=values[0], **found)


def to_json(value: Any) -> str:
    """Return any value as JSON; what is none becomes a number or a text.

    It is ASCII, since half of a surrogate pair could not be kept otherwise.
    """
    return json.dumps(value, default=_plain, skipkeys=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Integral):  # numpy's are no Python numbers
        return int(value)
    if isinstance(value, Real):
        return float(value)
    listed = getattr(value, "tolist", None)  # of an array, also of one number
    return str(value) if listed is None else listed()


def holdable(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return values as ones that SQLite takes: whole characters, numbers of Python."""
    return tuple(map(_holdable, values))


def _holdable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or isinstance(value, bytes):
        return value
    plain = _plain(value)
    return str(plain) if isinstance(plain, int) and abs(plain) >> 63 else plain

"""A conversation out of JSON text, checked before anything is made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from langchain_core.messages import messages_from_dict
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocinb import errors
from ocinb.conversation.saving import FACTS, FORMAT, VERSION
from ocinb.conversation.turn import Timings, Turn
from ocinb.errors import OcinbError, ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Saved", "load"]


class _SavedError(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str
    message: str
    facts: dict[str, Any] = Field(default_factory=dict)


class _SavedTurn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    parent: str
    prompt: str
    parts: list[str | dict[str, Any]]
    status: Literal["done", "stopped", "failed"]
    messages: list[dict[str, Any]]
    error: _SavedError | None
    timings: dict[str, float | None]
    params: dict[str, Any]
    context: int
    key: Any
    stale: bool


class _SavedSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    system: str
    max_history: int | None
    max_rounds: int


class _SavedConversation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["ocinb conversation"]
    version: Literal[1]
    settings: _SavedSettings
    leaf: str
    turns: list[_SavedTurn]


@dataclass(frozen=True)
class Saved:
    """What a text held.

    Attributes:
        settings: of the conversation, by the names that its class takes.
        turns: of every branch, each one after its parent.
        leaf: the place of the last turn; "" if it stood before the first one.
    """

    settings: Mapping[str, Any]
    turns: tuple[Turn, ...]
    leaf: str


def load(text: str) -> Saved:
    """Return the conversation in a text that `save` wrote.

    Raises:
        ParameterError: the text is no conversation, or of another version.
    """
    saved = _checked(_parsed(text))
    turns = tuple(map(_turn, saved.turns))
    _refuse_broken_tree(turns, saved.leaf)
    return Saved(saved.settings.model_dump(), turns, saved.leaf)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"this is no saved conversation: not JSON ({one_line(str(error), 100)})"
        raise ParameterError(msg) from error


def _checked(found: Any) -> _SavedConversation:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        msg = f"this is no saved conversation: it does not say format {FORMAT!r}"
        raise ParameterError(msg)
    if found.get("version") != VERSION:
        got = one_line(repr(found.get("version")), 40)
        msg = f"a saved conversation of version {got} cannot be read (known: {VERSION})"
        raise ParameterError(msg, hint="a newer ocinb may have written it")
    try:
        return _SavedConversation.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        _refuse(".".join(map(str, first["loc"])), first["msg"])


def _turn(saved: _SavedTurn) -> Turn:
    given = saved.model_dump(exclude={"messages", "error", "timings", "parts"})
    try:
        timings = Timings(**saved.timings)
        messages = tuple(messages_from_dict(saved.messages))
    except (KeyError, TypeError, ValueError) as error:
        where = f"turn {saved.id}"
        _refuse(where, f"{type(error).__name__}: {error}")
    if not all(message.type in {"ai", "tool"} for message in messages):
        _refuse(f"turn {saved.id}", "only answers and results follow a prompt")
    return Turn(
        **{**given, "key": _key(saved.key), "params": MappingProxyType(saved.params)},
        parts=tuple(saved.parts),
        messages=messages,
        timings=timings,
        error=None if saved.error is None else _error(saved.error),
    )


def _error(saved: _SavedError) -> OcinbError:
    kind = getattr(errors, saved.kind, None)
    own = (
        kind if isinstance(kind, type) and issubclass(kind, OcinbError) else OcinbError
    )
    error = own(saved.message)
    for name in saved.facts:
        if name not in FACTS:
            _refuse("error", f"unknown fact {name}")
    error.__dict__.update(saved.facts)
    return error


def _key(saved: Any) -> Any:
    return tuple(map(_key, saved)) if isinstance(saved, list) else saved


def _refuse_broken_tree(turns: Sequence[Turn], leaf: str) -> None:
    places = {""}
    for turn in turns:
        if turn.parent not in places or turn.id in places:
            _refuse(f"turn {turn.id}", "its parent has to come before it, once")
        places.add(turn.id)
    if leaf not in places:
        _refuse("leaf", "there is no such turn")


def _refuse(where: str, why: str) -> NoReturn:
    place = one_line(where, 80)
    msg = f"a saved conversation is broken at {place}: {one_line(why, 200)}"
    raise ParameterError(msg)

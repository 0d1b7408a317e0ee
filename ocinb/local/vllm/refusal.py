"""vLLM's way to refuse a request: its status, type, message and parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Invalid", "Problem", "bad_request", "not_found", "validation_errors"]

SHOWN_CHARACTERS: Final = 200
"""Characters of a wrong value that a message repeats."""

_UNION_TAGS: Final = frozenset({"str", "int", "float", "bool"})


@dataclass(frozen=True)
class Problem:
    """One error answer in vLLM's shape.

    Attributes:
        status: HTTP status.
        message: what is wrong, of one or more lines.
        type: vLLM's name for the kind of error; empty for an error of the web
            framework below it, which has another shape.
        param: the parameter at fault, if one is.
    """

    status: int
    message: str
    type: str = "BadRequestError"
    param: str | None = None

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        if not self.type:
            return {"detail": self.message}
        error = {"message": self.message, "type": self.type, "param": self.param}
        return {"error": {**error, "code": self.status}}

    @property
    def body(self) -> bytes:
        """The bytes of the answer."""
        return json.dumps(self.payload).encode()


class Invalid(Exception):
    """A request that vLLM would not serve.

    Attributes:
        problem: the answer to give.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


_NO_VALUE: Final = object()


def bad_request(
    message: str, param: str | None = None, value: Any = _NO_VALUE
) -> Invalid:
    """Make the error of vLLM's own checks, a 400.

    Args:
        message: what is wrong.
        param: the parameter at fault; vLLM repeats it at the end of the message.
        value: the value at fault, repeated there too if it is given.
    """
    if param is not None:
        shown = "" if value is _NO_VALUE else f", value={value}"
        message = f"{message} (parameter={param}{shown})"
    return Invalid(Problem(400, message, param=param))


def not_found(message: str, param: str | None = None) -> Invalid:
    """Make the error for a name vLLM does not know, a 404."""
    return Invalid(Problem(404, message, "NotFoundError", param))


def validation_errors(errors: Iterable[Mapping[str, Any]]) -> Invalid:
    """Make the error that vLLM makes of a request body with wrong types, a 400.

    Args:
        errors: as pydantic lists them; the first one names the parameter.
    """
    lines = [_line(error) for error in errors]
    noun = "error" if len(lines) == 1 else "errors"
    message = "\n  ".join([f"{len(lines)} validation {noun}:", *map(str, lines)])
    return Invalid(Problem(400, message, "Bad Request", lines[0]["loc"]))


def _line(error: Mapping[str, Any]) -> dict[str, Any]:
    places = [str(place) for place in error["loc"] if not _is_union_tag(place)]
    context = {"ctx": error["ctx"]} if error.get("ctx") else {}
    return {
        "type": error["type"],
        "loc": ".".join(["body", *places]),
        "msg": error["msg"],
        "input": _shown(error.get("input")),
        **context,
    }


def _is_union_tag(place: Any) -> bool:
    """Tell the members of a union, which pydantic lists, from places in the body."""
    return isinstance(place, str) and (place in _UNION_TAGS or "[" in place)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<dict of {len(value)} items>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"<list of {len(value)} items>"
    return str(value)[:SHOWN_CHARACTERS]

"""Whether the arguments of a tool call fit the tool's schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["parsed", "problem_with"]

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def parsed(raw: str) -> tuple[dict[str, Any], str]:
    """Return the arguments that a model wrote, and what is wrong with them.

    The text has to be whole: LangChain completes arguments that were cut off, and a
    tool must not run with half of what the model was about to say.
    """
    try:
        args = json.loads(raw, strict=False) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        return {}, f"the arguments are not JSON ({one_line(str(error), 100)})"
    if not isinstance(args, dict):
        return {}, "the arguments are no JSON object"
    return args, ""


def problem_with(args: Mapping[str, Any], schema: Any) -> str:
    """Say in one line what is wrong with arguments; "" if nothing is.

    Args:
        args: the arguments of one call.
        schema: a pydantic class, or a JSON schema, of which the names, the required
            names and the types of the arguments are looked at.
    """
    if isinstance(schema, dict):
        return "; ".join([*_unknown(args, schema), *_unfit(args, schema)])
    if not hasattr(schema, "model_validate"):  # a class of pydantic's first version
        return problem_with(args, schema.schema())
    from pydantic import ValidationError  # noqa: PLC0415 - only when a tool is called

    try:
        schema.model_validate(dict(args))
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)
        return "; ".join(f"{_place(each['loc'])}: {each['msg']}" for each in told)
    return "; ".join(_unknown(args, schema.model_json_schema(), schema.model_fields))


def _unknown(
    args: Mapping[str, Any], schema: Mapping[str, Any], also: Iterable[str] = ()
) -> Iterator[str]:
    """Tell names that the tool would never see, though the user is shown them."""
    known = [*schema.get("properties", {})]
    if schema.get("additionalProperties"):
        return
    for name in args:
        if name not in known and name not in also:
            takes = f"takes {', '.join(known)}" if known else "takes no arguments"
            yield f"unknown argument {one_line(name, 80)} (the tool {takes})"


def _unfit(args: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in args:
            yield f"{name}: missing"
    for name, value in args.items():
        kinds = schema.get("properties", {}).get(name, {}).get("type", ())
        allowed = [kinds] if isinstance(kinds, str) else list(kinds)
        if allowed and not any(_is(value, kind) for kind in allowed):
            yield f"{one_line(name, 80)}: must be {' or '.join(allowed)}"


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(one_line(str(step), 80) for step in location) or "arguments"

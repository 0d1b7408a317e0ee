"""Which values of a notebook are schemas, told without importing anything heavy."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["KINDS", "is_pydantic", "is_schema"]

KINDS: Final = "a pydantic class, a TypedDict class or a JSON schema in a dict"

_WORDS: Final = frozenset(
    {"$ref", "allOf", "anyOf", "const", "enum", "oneOf", "properties", "type"}
)


def is_schema(value: Any) -> bool:
    """Tell whether a value is one of `KINDS`."""
    if isinstance(value, dict):
        return not _WORDS.isdisjoint(map(str, value))
    # what Python gives the classes that a TypedDict makes, typing_extensions' too
    return is_pydantic(value) or (
        isinstance(value, type) and hasattr(value, "__required_keys__")
    )


def is_pydantic(value: Any) -> bool:
    """Tell whether a value is a class of pydantic 2."""
    return isinstance(value, type) and hasattr(value, "model_validate_json")

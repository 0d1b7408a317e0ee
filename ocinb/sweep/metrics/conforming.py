"""Whether an answer is JSON that follows a schema, and whether tool calls fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from langchain_core.utils.function_calling import (
    convert_to_json_schema,
    convert_to_openai_tool,
)

from ocinb.conversation.arguments import problem_with
from ocinb.conversation.tools import tools_by_name
from ocinb.errors import MissingExtraError, ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ocinb.conversation.tools import Tool

__all__ = ["JsonCheck", "ToolCheck", "json_value"]

_FENCES: Final = ("```json", "```JSON", "```")
"""First lines of a block that may hold JSON; the last of them ends it."""

_LONGEST: Final = 200


class JsonCheck:
    """Says what is wrong with an answer that should be JSON.

    Args:
        schema: a pydantic class, a TypedDict class or a JSON schema in a dict; None for
            any JSON.
        fenced: accept one ```json block with nothing round it, too.

    Raises:
        ParameterError: it is no schema, or no valid one.
        MissingExtraError: the `jsonschema` package is not installed, and the schema is
            no pydantic class.
    """

    def __init__(self, schema: Any = None, *, fenced: bool = False) -> None:
        self._fenced = fenced
        self._problem = _schema_check(schema)

    def problem(self, text: str) -> str:
        """Return in one line why a text is no such JSON; "" if it is.

        Strict: RFC 8259, so that NaN is no number, and only white space round it.
        """
        try:
            value = json_value(text, fenced=self._fenced)
        except ValueError as error:
            return f"no JSON: {one_line(str(error), _LONGEST)}"
        return self._problem(value)


class ToolCheck:
    """Says what is wrong with tool calls, and which of them name no tool.

    Args:
        tools: functions, LangChain tools, pydantic classes or dicts.

    Raises:
        ParameterError: something is no tool, or two have the same name.
        MissingExtraError: the `jsonschema` package is not installed, and a tool is a
            dict.
    """

    def __init__(self, tools: Iterable[Any]) -> None:
        self._checks = {
            name: _arguments_check(tool) for name, tool in tools_by_name(tools).items()
        }
        if not self._checks:
            msg = "tools are missing: name those that the model was offered"
            raise ParameterError(msg)

    def knows(self, call: Mapping[str, Any]) -> bool:
        """Tell whether a call names a tool that there is."""
        return call.get("name") in self._checks

    def problem(self, call: Mapping[str, Any]) -> str:
        """Return in one line why a call cannot run; "" if it can.

        Args:
            call: one of a row's `tool_calls`.
        """
        name, args = call.get("name"), call.get("args")
        if not self.knows(call):
            among = ", ".join(self._checks)
            return f"there is no tool {one_line(str(name), 80)} (tools: {among})"
        if call.get("error"):
            return one_line(str(call["error"]), _LONGEST)
        if not isinstance(args, dict):
            return "the arguments are no JSON object"
        return one_line(self._checks[str(name)](args), _LONGEST)


def json_value(text: str, *, fenced: bool = False) -> Any:
    """Return what a text that is JSON says.

    Args:
        text: an answer.
        fenced: accept one ```json block with nothing round it, too.

    Raises:
        ValueError: the text is no JSON by RFC 8259, or nested too deeply to be read.
    """
    try:
        return json.loads(_unfenced(text) if fenced else text, parse_constant=_refuse)
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise ValueError(msg) from error


def _unfenced(text: str) -> str:
    first, _, rest = text.strip().partition("\n")
    is_block = first.rstrip() in _FENCES and rest.endswith(_FENCES[-1])
    return rest[: -len(_FENCES[-1])] if is_block else text


def _arguments_check(tool: Tool) -> Callable[[dict[str, Any]], str]:
    schema: Any = tool.given
    if tool.runnable is not None:
        schema = tool.runnable.tool_call_schema
    elif not _is_pydantic(schema):
        schema = convert_to_openai_tool(schema)["function"].get("parameters") or {}
    if not isinstance(schema, dict):
        return lambda args: problem_with(args, schema)
    follows = _schema_check(schema) if schema else lambda _: ""
    return lambda args: problem_with(args, schema) or follows(args)


def _schema_check(schema: Any) -> Callable[[Any], str]:
    if schema is None:
        return lambda _: ""
    if isinstance(schema, dict):  # as it is: a conversion would lose rules
        return _json_schema_check(schema)
    if _is_pydantic(schema):
        return _pydantic_check(schema)
    try:
        plain = convert_to_json_schema(schema)
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        msg = f"no schema can be made of this: {one_line(str(error), _LONGEST)}"
        kinds = "a pydantic class, a TypedDict class or a JSON schema in a dict"
        raise ParameterError(msg, hint=f"pass {kinds}") from error
    return _json_schema_check(plain)


def _pydantic_check(schema: Any) -> Callable[[Any], str]:
    from pydantic import ValidationError  # noqa: PLC0415 - only for such a schema

    def problem(value: Any) -> str:
        try:  # from JSON: a text may be a date there, but no number
            schema.model_validate_json(json.dumps(value))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return _at(first["loc"], first["msg"])
        return ""

    return problem


def _json_schema_check(schema: dict[str, Any]) -> Callable[[Any], str]:
    try:
        import jsonschema  # type: ignore[import-untyped]  # it ships no types # noqa: PLC0415 - every Jupyter has it, a bare kernel may not
        from referencing import Registry  # noqa: PLC0415 - jsonschema brings it
    except ImportError as error:
        msg = "JSON schemas are checked by jsonschema, which is not installed"
        hint = "pip install jsonschema, or pass a pydantic class"
        raise MissingExtraError(msg, hint=hint) from error
    kind = jsonschema.validators.validator_for(schema)
    if schema and kind.VALIDATORS.keys().isdisjoint(schema):
        msg = "the JSON schema holds no rule that it knows, so anything would follow it"
        raise ParameterError(msg, hint='such as {"type": "object"}')
    try:
        kind.check_schema(schema)
    except jsonschema.exceptions.SchemaError as error:
        msg = f"the JSON schema is not valid: {_at(error.path, error.message)}"
        raise ParameterError(msg) from error
    # with a registry of its own it fetches no schema that a `$ref` names by address
    validator = kind(schema, registry=Registry())

    def problem(value: Any) -> str:
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        return "" if error is None else _at(error.path, error.message)

    return problem


def _at(steps: Iterable[int | str], message: str) -> str:
    place = ".".join(map(str, steps))
    return one_line(f"{place}: {message}" if place else message, _LONGEST)


def _is_pydantic(schema: Any) -> bool:
    return isinstance(schema, type) and hasattr(schema, "model_validate_json")


def _refuse(name: str) -> NoReturn:
    msg = f"{name} is no JSON number"
    raise ValueError(msg)

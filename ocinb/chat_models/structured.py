"""Answers that follow a schema: three ways to ask for them, one way to read them."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.openai_tools import (
    JsonOutputKeyToolsParser,
    PydanticToolsParser,
)
from langchain_core.runnables import RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import (
    convert_to_json_schema,
    convert_to_openai_tool,
)
from langchain_core.utils.pydantic import is_basemodel_subclass

from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.runnables import Runnable

__all__ = ["json_schema_format", "structured"]

METHODS: Final = ("json_schema", "function_calling", "json_mode")


def structured(
    model: BaseChatModel,
    schema: Any,
    *,
    method: str,
    include_raw: bool,
    strict: bool | None,
    **kwargs: Any,
) -> Runnable[LanguageModelInput, Any]:
    """Return a chain of a model and the parser that fits the method.

    Raises:
        ParameterError: the method is unknown, or the schema is missing.
    """
    if method not in METHODS:
        msg = f"method must be one of {', '.join(METHODS)} (got {one_line(repr(method), 40)})"
        raise ParameterError(msg)
    if schema is None and method != "json_mode":
        msg = f"schema is missing: {method} needs one"
        raise ParameterError(msg)
    if method == "function_calling":
        asking, parser = _by_tool_call(model, schema, strict=strict, **kwargs)
    else:
        asking, parser = _by_format(model, schema, method, strict=strict, **kwargs)
    return _with_raw(asking, parser) if include_raw else asking | parser


def _by_tool_call(
    model: BaseChatModel, schema: Any, *, strict: bool | None, **kwargs: Any
) -> tuple[Runnable[LanguageModelInput, Any], Runnable[Any, Any]]:
    name = convert_to_openai_tool(schema)["function"]["name"]
    traced = {
        "kwargs": {"method": "function_calling", "strict": strict},
        "schema": schema,
    }
    asking = model.bind_tools(
        [schema],
        tool_choice=name,
        strict=strict,
        ls_structured_output_format=traced,
        **kwargs,
    )
    if _is_pydantic(schema):
        return asking, PydanticToolsParser(tools=[schema], first_tool_only=True)
    return asking, JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)


def _by_format(
    model: BaseChatModel,
    schema: Any,
    method: str,
    *,
    strict: bool | None,
    **kwargs: Any,
) -> tuple[Runnable[LanguageModelInput, Any], Runnable[Any, Any]]:
    wanted: dict[str, Any] = {"type": "json_object"}
    if method == "json_schema":
        wanted = json_schema_format(schema, strict=strict)
    asking = model.bind(
        response_format=wanted,
        ls_structured_output_format={"kwargs": {"method": method}, "schema": schema},
        **kwargs,
    )
    if _is_pydantic(schema):
        return asking, PydanticOutputParser(pydantic_object=schema)
    return asking, JsonOutputParser()


def json_schema_format(schema: Any, *, strict: bool | None = None) -> dict[str, Any]:
    """Return the `response_format` by which vLLM enforces a schema.

    Args:
        schema: a pydantic class, a TypedDict class or a JSON schema.
        strict: passed on to the server; None is True.
    """
    plain = convert_to_json_schema(schema)
    named = {
        "name": plain.get("title", "answer"),
        "description": plain.get("description", ""),
        "schema": plain,
        "strict": strict is not False,
    }
    return {"type": "json_schema", "json_schema": named}


def _with_raw(
    asking: Runnable[LanguageModelInput, Any], parser: Runnable[Any, Any]
) -> Runnable[LanguageModelInput, Any]:
    parsed = RunnablePassthrough.assign(
        parsed=itemgetter("raw") | parser, parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=asking) | parsed.with_fallbacks(
        [failed], exception_key="parsing_error"
    )


def _is_pydantic(schema: Any) -> bool:
    return isinstance(schema, type) and is_basemodel_subclass(schema)

"""An answer that follows a schema: how it is asked for, and the object in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

from ocinb.chat_models.structured import json_schema_format
from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.asked.schema_kinds import KINDS, is_pydantic, is_schema
from ocinb.magic.shown.pretty_json import NotJsonError, json_in
from ocinb.magic.typed.variables import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.runnables import Runnable

__all__ = ["MisfitError", "Schema", "answering", "schema_named"]


class MisfitError(Exception):
    """An answer does not follow its schema; the message says why in one line."""


@dataclass(frozen=True)
class Schema:
    """What an answer has to look like.

    Attributes:
        name: of the variable.
        given: a pydantic class, a TypedDict class or a dict.
        plain: the same as a JSON schema.
    """

    name: str
    given: Any = field(repr=False)
    plain: dict[str, Any] = field(repr=False)

    @property
    def response_format(self) -> dict[str, Any]:
        """The field by which our chat models ask for it."""
        return json_schema_format(self.plain)

    def read(self, answer: str) -> Any:
        """Return the object that an answer holds: of the pydantic class, or plain.

        Raises:
            MisfitError: the answer does not follow the schema.
        """
        try:
            source = json_in(answer)
        except NotJsonError as error:
            msg = f"no {self.name}: the answer is not valid JSON"
            raise MisfitError(msg) from error
        if is_pydantic(self.given):
            return self._validated(source)
        value = json.loads(source)
        problem = _misfit(self.plain, value)
        if problem:
            raise MisfitError(self._no(problem))
        return value

    def _validated(self, source: str) -> Any:
        try:
            return self.given.model_validate_json(source)
        except ValidationError as error:
            first, *more = error.errors(include_url=False, include_input=False)
            problem = f"{_path(first['loc'])}{first['msg']}"
            others = f" (and {len(more)} more)" if more else ""
            raise MisfitError(self._no(problem) + others) from error

    def _no(self, problem: str) -> str:
        return f"no {self.name}: {one_line(problem, 150)}"


def schema_named(name: str, names: Mapping[str, Any]) -> Schema:
    """Return the schema that a variable holds.

    Args:
        name: of the variable.
        names: the notebook's variables.

    Raises:
        ConfigurationError: there is no such variable, or it holds no schema.
    """
    given = variable("--schema", name, names, is_schema, KINDS)
    try:
        titled = {"title": name, **given} if isinstance(given, dict) else given
        return Schema(name, given, convert_to_json_schema(titled))
    except _UNUSABLE as error:
        reason = one_line(str(error), 150)
        msg = f"--schema {name}: no JSON schema can be made of it: {reason}"
        raise ConfigurationError(msg) from error


_UNUSABLE: Final = (
    *(PydanticInvalidForJsonSchema, PydanticSchemaGenerationError),
    *(KeyError, RecursionError, TypeError, ValueError),
)


def answering(
    model: BaseChatModel, schema: Schema
) -> Runnable[LanguageModelInput, AIMessage]:
    """Return another vendor's chat model so that its answers are the JSON of a schema.

    It is asked through `with_structured_output`, and its answer comes whole.

    Args:
        model: the chat model.
        schema: what its answers have to follow.

    Raises:
        ConfigurationError: the chat model cannot do that.
    """
    titled = schema.plain if isinstance(schema.given, dict) else schema.given
    try:
        asked = model.with_structured_output(titled, include_raw=True)
    except (NotImplementedError, TypeError, ValueError) as error:
        kind = type(model).__name__
        msg = f"--schema: a {kind} cannot be asked for an object"
        raise ConfigurationError(msg) from error
    return asked | RunnableLambda(_as_answer)


def _as_answer(found: Any) -> AIMessage:
    """Return the JSON of an answer as its text, also where it came as a tool call."""
    raw: AIMessage = found["raw"]
    text = str(raw.text)
    if not text.strip() and raw.tool_calls:
        text = json.dumps(raw.tool_calls[0]["args"], ensure_ascii=False)
    return AIMessage(
        text,
        id=raw.id,
        response_metadata=raw.response_metadata,
        usage_metadata=raw.usage_metadata,
    )


def _path(steps: tuple[int | str, ...]) -> str:
    return "".join(f"{step}: " for step in (".".join(map(str, steps)),) if step)


def _misfit(schema: dict[str, Any], value: Any) -> str:
    """Return why a value does not follow a JSON schema; "" if it does."""
    try:
        import jsonschema  # type: ignore[import-untyped]  # it ships no types # noqa: PLC0415 - every Jupyter has it, a bare kernel may not
    except ImportError:
        required = schema.get("required", ())
        named = value if isinstance(value, dict) else {}
        return "".join(f"{n}: Field required" for n in required if n not in named)[:150]
    validator = jsonschema.validators.validator_for(schema)(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return "" if error is None else f"{_path(tuple(error.path))}{error.message}"

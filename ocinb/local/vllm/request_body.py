"""The request bodies that vLLM accepts, with the types it coerces values to."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocinb.local.vllm.refusal import Invalid, Problem, validation_errors

__all__ = [
    "ChatBody",
    "CompletionBody",
    "ResponseFormat",
    "SamplingBody",
    "StreamOptions",
    "StructuredOutputs",
    "parse",
    "read_json",
]

_INT64: Final = 2**63

Body = TypeVar("Body", bound="SamplingBody")


class StreamOptions(BaseModel):
    """What a streamed answer carries beside the text."""

    include_usage: bool | None = None
    continuous_usage_stats: bool | None = None


class ResponseFormat(BaseModel):
    """OpenAI's way to ask for JSON."""

    type: Literal["text", "json_object", "json_schema", "structural_tag"]
    json_schema: dict[str, Any] | None = None


class StructuredOutputs(BaseModel):
    """vLLM's way to constrain an answer; exactly one kind may be set."""

    json_: str | dict[str, Any] | None = Field(default=None, alias="json")
    regex: str | None = None
    choice: list[str] | None = None
    grammar: str | None = None
    json_object: bool | None = None
    structural_tag: str | None = None


class SamplingBody(BaseModel):
    """What chat completions and completions have in common.

    None stands for "not sent", as on the wire. Fields that vLLM does not have are
    ignored, as vLLM does.
    """

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    seed: Annotated[int, Field(ge=-_INT64, le=_INT64 - 1)] | None = None
    n: int | None = None
    max_tokens: int | None = None
    min_tokens: int | None = None
    stop: str | list[str] | None = None
    stop_token_ids: list[int] | None = None
    include_stop_str_in_output: bool | None = None
    ignore_eos: bool | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    bad_words: list[str] | None = None
    allowed_token_ids: list[int] | None = None
    use_beam_search: bool | None = None
    length_penalty: float | None = None
    skip_special_tokens: bool | None = None
    spaces_between_special_tokens: bool | None = None
    truncate_prompt_tokens: int | None = None
    prompt_logprobs: int | None = None
    echo: bool | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None
    thinking_token_budget: int | None = None
    return_token_ids: bool | None = None
    return_prompt_text: bool | None = None
    return_tokens_as_token_ids: bool | None = None
    request_id: str | None = None

    @property
    def stops(self) -> list[str]:
        """The stop strings, none or more."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    @property
    def output_limit(self) -> int | None:
        """The most tokens to generate, if the request says so."""
        return self.max_tokens

    @property
    def shown_logprobs(self) -> int | None:
        """How many alternatives of each token to show; None shows no logprobs."""
        return None


class ChatBody(SamplingBody):
    """A request to `/v1/chat/completions`."""

    messages: list[dict[str, Any]]
    max_completion_tokens: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    include_reasoning: bool | None = None
    chat_template: str | None = None
    chat_template_kwargs: dict[str, Any] | None = None
    add_generation_prompt: bool | None = None
    continue_final_message: bool | None = None

    @property
    def output_limit(self) -> int | None:
        """The most tokens to generate; the newer name wins."""
        newer = self.max_completion_tokens
        return self.max_tokens if newer is None else newer

    @property
    def shown_logprobs(self) -> int | None:
        """How many alternatives of each token to show; None shows no logprobs."""
        return (self.top_logprobs or 0) if self.logprobs else None


class CompletionBody(SamplingBody):
    """A request to `/v1/completions`."""

    prompt: str | list[str] | list[int] | list[list[int]]
    logprobs: int | None = None
    suffix: str | None = None

    @property
    def prompts(self) -> list[str | list[int]]:
        """Each prompt on its own, as text or as token ids."""
        if isinstance(self.prompt, str):
            return [self.prompt]
        many = [part for part in self.prompt if not isinstance(part, int)]
        return many or [[part for part in self.prompt if isinstance(part, int)]]

    @property
    def shown_logprobs(self) -> int | None:
        """How many alternatives of each token to show; None shows no logprobs."""
        return self.logprobs


def read_json(raw: bytes, content_type: str) -> dict[str, Any]:
    """Read a request body, or refuse it as vLLM's web framework does.

    Raises:
        Invalid: the body is missing, is no JSON, or is no JSON object.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        message = "Unsupported Media Type: Only 'application/json' is allowed"
        message = f"1 validation error:\n  {message}"
        raise Invalid(Problem(400, message, "Bad Request"))
    if not raw:
        kind = "missing"
        raise _wrong_body(kind, "Field required", None)
    try:
        value = json.loads(raw, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _not_json(error) from error
    except (ValueError, RecursionError) as error:
        problem = Problem(400, "There was an error parsing the body", type="")
        raise Invalid(problem) from error
    if not isinstance(value, dict):
        message = "Input should be a valid dictionary or object to extract fields from"
        kind = "model_attributes_type"
        raise _wrong_body(kind, message, value)
    return value


def parse(body: dict[str, Any], into: type[Body]) -> Body:
    """Give the fields of a body their types, or refuse it as pydantic does.

    Raises:
        Invalid: a field has a type that cannot be coerced.
    """
    try:
        return into.model_validate(body)
    except ValidationError as error:
        listed: list[Any] = error.errors(include_url=False)
        raise validation_errors(listed) from error


def _wrong_body(kind: str, message: str, value: Any) -> Invalid:
    return validation_errors(
        [{"type": kind, "loc": (), "msg": message, "input": value}]
    )


def _no_number(constant: str) -> float:
    msg = f"{constant} is no JSON number"
    raise ValueError(msg)


def _not_json(error: json.JSONDecodeError) -> Invalid:
    return validation_errors(
        [
            {
                "type": "json_invalid",
                "loc": (error.pos,),
                "msg": "JSON decode error",
                "input": {},
                "ctx": {"error": error.msg},
            }
        ]
    )

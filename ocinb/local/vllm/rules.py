"""What vLLM checks of a request before it generates a token.

Ranges, texts and the order of the checks follow vLLM 0.32.0 as observed on its OpenAI
server. What vLLM honours and llama.cpp cannot do is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.local.vllm.refusal import bad_request, not_found, validation_errors
from ocinb.local.vllm.request_body import ChatBody, CompletionBody

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.local.vllm.refusal import Invalid
    from ocinb.local.vllm.request_body import SamplingBody

__all__ = ["ModelFacts", "check", "check_length", "output_tokens"]

MOST_LOGPROBS: Final = 20
"""Alternatives that vLLM shows for one token."""

GREEDY_BELOW: Final = 1e-5
"""vLLM takes a temperature below this for 0."""

_MOST_TEMPERATURE: Final = 2
_MOST_PENALTY: Final = 2
_TEXT_PARTS: Final = frozenset({"text", "input_text", "output_text", "refusal"})


@dataclass(frozen=True)
class ModelFacts:
    """What the checks need to know of the served model.

    Attributes:
        name: the name that requests may call it by.
        context_length: tokens of prompt and answer together.
        vocabulary: number of tokens it knows.
    """

    name: str
    context_length: int
    vocabulary: int


def check(body: SamplingBody, facts: ModelFacts) -> None:
    """Check a request as vLLM does, all but the length of its prompt.

    Raises:
        Invalid: the first rule that it breaks.
    """
    _check_combinations(body)
    if isinstance(body, ChatBody):
        _check_tools(body)
        _check_messages(body)
    if body.model and body.model != facts.name:
        message = (
            f"The model `{body.model}` does not exist. Valid aliases: {facts.name}."
        )
        raise not_found(message, "model")
    if isinstance(body, ChatBody):
        _check_conversation(body, facts)
    else:
        _check_prompts(body)
    _check_ranges(body, facts)
    _check_logit_bias(body, facts)
    _check_what_llama_cannot(body)


def check_length(prompt_tokens: int, body: SamplingBody, facts: ModelFacts) -> None:
    """Check that the prompt and the answer asked for fit the model's context.

    Raises:
        Invalid: they do not.
    """
    most, wanted = facts.context_length, body.output_limit or 0
    param = "input_tokens"
    if prompt_tokens > most:
        message = (
            f"This model's maximum context length is {most} tokens. However, your "
            f"prompt contains at least {most + 1} input tokens, which exceeds this "
            "limit even without any output tokens. Please reduce the length of the "
            "input prompt."
        )
        raise bad_request(message, param, most + 1)
    if prompt_tokens + max(wanted, 1) > most:
        message = (
            f"This model's maximum context length is {most} tokens. However, you "
            f"requested {wanted} output tokens and your prompt contains at least "
            f"{prompt_tokens} input tokens, for a total of at least "
            f"{prompt_tokens + wanted} tokens. Please reduce the length of the input "
            "prompt or the number of requested output tokens."
        )
        raise bad_request(message, param, prompt_tokens)


def output_tokens(prompt_tokens: int, body: SamplingBody, facts: ModelFacts) -> int:
    """Return how many tokens may be generated: as asked, or up to the context."""
    room = facts.context_length - prompt_tokens
    return room if body.output_limit is None else min(body.output_limit, room)


def _check_combinations(body: SamplingBody) -> None:
    if body.stream_options is not None and not body.stream:
        message = "Stream options can only be defined when `stream=True`."
        raise bad_request(message, "stream_options")
    if isinstance(body, ChatBody) and body.top_logprobs and not body.logprobs:
        message = "when using `top_logprobs`, `logprobs` must be set to true."
        raise bad_request(message, "top_logprobs")
    structured = body.structured_outputs
    if structured is not None and len(structured.model_dump(exclude_none=True)) > 1:
        kinds = "'json', 'regex' or 'choice'"
        message = f"You can only use one kind of constraints for structured outputs ({kinds})."
        raise bad_request(message)
    format_ = body.response_format
    if format_ and format_.type == "json_schema" and format_.json_schema is None:
        message = (
            "When response_format type is 'json_schema', the 'json_schema' field must "
            "be provided."
        )
        raise bad_request(message, "response_format")


def _check_tools(body: ChatBody) -> None:
    if body.tools is not None and not body.tools:
        message = (
            "`tools` must not be an empty array. Either provide at least one tool or "
            "omit the field entirely."
        )
        raise bad_request(message, "tools")
    choice = body.tool_choice
    if choice is None or choice == "none":
        return
    if body.tools is None:
        message = "When using `tool_choice`, `tools` must be set."
        raise bad_request(message, "tool_choice")
    if isinstance(choice, dict):
        _check_named_tool(choice, body.tools)
    elif choice not in {"auto", "required"}:
        message = (
            f"Invalid value for `tool_choice`: {choice}! Only named tools, "
            '"none", "auto" or "required" are supported.'
        )
        raise bad_request(message, "tool_choice")


def _check_named_tool(choice: dict[str, Any], tools: list[dict[str, Any]]) -> None:
    function = choice.get("function")
    if not isinstance(function, dict) or not function.get("name"):
        message = "Expected field `function` with a `name` in `tool_choice`."
        raise bad_request(message, "tool_choice")
    names = [_function_of(tool).get("name") for tool in tools]
    if function["name"] not in names:
        message = "The tool specified in `tool_choice` does not match any of the specified `tools`"
        raise bad_request(message, "tool_choice")


def _function_of(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool.get("function")
    return function if isinstance(function, dict) else {}


def _check_messages(body: ChatBody) -> None:
    """Check what pydantic checks; its long union of message types is cut to one."""
    for number, tool in enumerate(body.tools or []):
        if not isinstance(_function_of(tool).get("name"), str):
            raise _missing(("tools", number, "function", "name"))
    for number, message in enumerate(body.messages):
        if not isinstance(message.get("role"), str):
            raise _missing(("messages", number, "role"))
        content = message.get("content")
        if content is None and message["role"] != "assistant":
            loc = ("messages", number, "ChatCompletionDeveloperMessageParam", "content")
            text = "Input should be a valid string"
            listed = {"type": "string_type", "loc": loc, "msg": text, "input": content}
            raise validation_errors([listed])


def _missing(loc: tuple[str | int, ...]) -> Invalid:
    return validation_errors([{"type": "missing", "loc": loc, "msg": "Field required"}])


def _check_conversation(body: ChatBody, facts: ModelFacts) -> None:
    if not body.messages:
        message = "Cannot apply chat template to an empty conversation. Provide at least one message."
        raise bad_request(message)
    if body.chat_template is not None:
        message = (
            "Chat template is passed with request, but --trust-request-chat-template "
            "is not set. Refused request with untrusted chat template."
        )
        raise bad_request(message)
    if body.continue_final_message and body.add_generation_prompt:
        message = "Cannot set both `continue_final_message` and `add_generation_prompt` to True."
        raise bad_request(message)
    for said in body.messages:
        for part in said["content"] if isinstance(said.get("content"), list) else []:
            kind = part.get("type") if isinstance(part, dict) else "text"
            if kind not in _TEXT_PARTS:
                refused = f"{facts.name} is not a multimodal model"
                raise bad_request(refused)


def _check_prompts(body: SamplingBody) -> None:
    if isinstance(body, CompletionBody):
        if not all(body.prompts):
            message = "Either prompt or prompt_embeds must be provided and non-empty."
            raise bad_request(message, "prompt")
        if body.echo:
            name = "echo"
            raise _needs_vllm(name, body.echo)
        if body.suffix:
            message = "suffix is not currently supported"
            raise bad_request(message, "suffix")


def _check_ranges(body: SamplingBody, facts: ModelFacts) -> None:
    for rule in _RANGES:
        rule(body)
    _check_lengths(body, facts)
    shown = body.shown_logprobs
    if shown is not None and not 0 <= shown <= MOST_LOGPROBS:
        message = (
            f"Requested sample logprobs of {shown}, which is greater than max "
            f"allowed: {MOST_LOGPROBS}"
        )
        raise bad_request(message, "logprobs", shown)
    if "" in body.stops:
        message = "stop cannot contain an empty string."
        raise bad_request(message)
    if body.thinking_token_budget is not None:
        message = (
            "thinking_token_budget is set but reasoning_config is not configured. "
            "Please set --reasoning-parser and/or --reasoning-config to use "
            "thinking_token_budget."
        )
        raise bad_request(message)
    greedy = body.temperature is not None and body.temperature < GREEDY_BELOW
    if greedy and (body.n or 1) > 1 and not body.use_beam_search:
        message = f"n must be 1 when using greedy sampling, got {body.n}."
        raise bad_request(message)


def _check_n(body: SamplingBody) -> None:
    if body.n is not None and body.n < 1:
        message = f"n must be at least 1, got {body.n}."
        raise bad_request(message)


def _check_penalties(body: SamplingBody) -> None:
    for name in ("presence_penalty", "frequency_penalty"):
        value = getattr(body, name)
        if value is not None and not -_MOST_PENALTY <= value <= _MOST_PENALTY:
            message = f"{name} must be in [-2, 2], got {value}."
            raise bad_request(message)
    value = body.repetition_penalty
    if value is not None and not value > 0:
        message = f"repetition_penalty must be greater than zero, got {value}."
        raise bad_request(message)


def _check_temperature(body: SamplingBody) -> None:
    value = body.temperature
    if value is None or 0 <= value <= _MOST_TEMPERATURE:
        return
    what = "non-negative" if value < 0 else f"in [0, {_MOST_TEMPERATURE}]"
    message = f"temperature must be {what}, got {value}."
    raise bad_request(message, "temperature", value)


def _check_truncation(body: SamplingBody) -> None:
    if body.top_p is not None and not 0 < body.top_p <= 1:
        message = f"top_p must be in (0, 1], got {body.top_p}."
        raise bad_request(message, "top_p", body.top_p)
    if body.top_k is not None and body.top_k < -1:
        message = f"top_k must be 0 (disable), or at least 1, got {body.top_k}."
        raise bad_request(message)
    if body.min_p is not None and not 0 <= body.min_p <= 1:
        message = f"min_p must be in [0, 1], got {body.min_p}."
        raise bad_request(message)


_RANGES: Final = (_check_n, _check_penalties, _check_temperature, _check_truncation)


def _check_lengths(body: SamplingBody, facts: ModelFacts) -> None:
    most, least = body.output_limit, body.min_tokens
    if most is not None and most < 1:
        message = f"max_tokens must be at least 1, got {most}."
        raise bad_request(message, "max_tokens", most)
    if most is not None and most > facts.context_length:
        message = (
            f"max_tokens={most} cannot be greater than "
            f"max_model_len={facts.context_length}. Please request fewer output tokens."
        )
        raise bad_request(message, "max_tokens", most)
    if least is not None and least < 0:
        message = f"min_tokens must be greater than or equal to 0, got {least}."
        raise bad_request(message)
    if least is not None and most is not None and least > most:
        message = (
            f"min_tokens must be less than or equal to max_tokens={most}, got {least}."
        )
        raise bad_request(message)


def _check_logit_bias(body: SamplingBody, facts: ModelFacts) -> None:
    biases = body.logit_bias or {}
    wrong = [key for key in biases if not key.strip().lstrip("+-").isdecimal()]
    if wrong:
        message = f"logit_bias contains key(s) that cannot be converted to integer token IDs: {wrong}"
        raise bad_request(message, "logit_bias", wrong)
    outside = [int(key) for key in biases if not 0 <= int(key) < facts.vocabulary]
    if outside:
        message = (
            f"token_id(s) {outside} in logit_bias contain out-of-vocab token ids. "
            f"Vocabulary size: {facts.vocabulary}"
        )
        raise bad_request(message, "logit_bias", outside)


def _is_set(value: Any) -> bool:
    return value is not None


_NEEDS_VLLM: Final[dict[str, Callable[[Any], bool]]] = {
    "min_tokens": bool,
    "bad_words": bool,
    "allowed_token_ids": _is_set,
    "stop_token_ids": bool,
    "truncate_prompt_tokens": _is_set,
    "use_beam_search": bool,
    "prompt_logprobs": _is_set,
    "return_token_ids": bool,
    "return_prompt_text": bool,
    "skip_special_tokens": lambda value: value is False,
}
"""Parameters that vLLM honours and llama.cpp cannot, each with what is not neutral."""


def _check_what_llama_cannot(body: SamplingBody) -> None:
    for name, does_something in _NEEDS_VLLM.items():
        value = getattr(body, name)
        if does_something(value):
            raise _needs_vllm(name, value)


def _needs_vllm(name: str, value: Any) -> Invalid:
    message = (
        f"{name} is honoured by vLLM but not by the local deployment, whose llama.cpp "
        "engine cannot do it: leave it out here."
    )
    return bad_request(message, name, value)

"""What llama.cpp's server is sent for a request that was made for vLLM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.local.vllm.request_body import ChatBody, CompletionBody, SamplingBody

__all__ = ["chat_for_llama", "completion_for_llama", "prompt_for_llama"]

_SAMPLERS: Final = ("penalties", "temperature", "min_p", "top_k", "top_p")
"""vLLM's order; llama.cpp's own has more of them, and temperature last."""

_SEEDS: Final = 2**32 - 1
"""llama.cpp's seeds are below this, which itself means a random one."""

_TEXT_PARTS: Final = frozenset({"input_text", "output_text", "refusal"})


def chat_for_llama(
    body: ChatBody, *, choice: int, limit: int, context: int, grammar: str | None
) -> dict[str, Any]:
    """Return the body for llama.cpp's chat completions that makes one choice.

    Args:
        body: a checked request.
        choice: which of the request's n answers.
        limit: tokens to generate at most.
        context: tokens the penalties look back on.
        grammar: what the answer must follow; None leaves it free.
    """
    shown = body.shown_logprobs
    logprobs = (
        {} if shown is None else {"logprobs": True, "top_logprobs": max(1, shown)}
    )
    return {
        **prompt_for_llama(body),
        **_sampling(body, choice, limit, context),
        **logprobs,
        **_tools(body, free=grammar is None),
        **({"grammar": grammar} if grammar else {}),
    }


def prompt_for_llama(body: ChatBody) -> dict[str, Any]:
    """Return the fields from which llama.cpp makes the prompt of a chat request."""
    template: dict[str, Any] = {**(body.chat_template_kwargs or {})}
    if body.reasoning_effort is not None:
        template.setdefault("reasoning_effort", body.reasoning_effort)
    fields = {
        "messages": [_message(message) for message in body.messages],
        "tools": body.tools,
        "chat_template_kwargs": template or None,
        "add_generation_prompt": body.add_generation_prompt,
        "continue_final_message": body.continue_final_message or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def completion_for_llama(
    body: CompletionBody,
    prompt: str | list[int],
    *,
    choice: int,
    limit: int,
    context: int,
    grammar: str | None,
) -> dict[str, Any]:
    """Return the body for llama.cpp's completions that makes one choice."""
    shown = body.shown_logprobs
    return {
        "prompt": prompt,
        **_sampling(body, choice, limit, context),
        **({} if shown is None else {"logprobs": max(1, shown)}),
        **({"grammar": grammar} if grammar else {}),
    }


def _sampling(
    body: SamplingBody, choice: int, limit: int, context: int
) -> dict[str, Any]:
    """Return every sampling field; what is not sent has vLLM's default, not llama's."""
    seeded = body.seed is not None and body.seed != -1
    fields = {
        "stream": bool(body.stream),
        # Each chunk then counts its tokens, and the last one names the stop string.
        "timings_per_token": bool(body.stream),
        "verbose": True,
        "samplers": _SAMPLERS,
        "temperature": _value_of(body, "temperature"),
        "top_p": _value_of(body, "top_p"),
        "top_k": max(0, _value_of(body, "top_k")),
        "min_p": _value_of(body, "min_p"),
        "frequency_penalty": _value_of(body, "frequency_penalty"),
        "presence_penalty": _value_of(body, "presence_penalty"),
        "repeat_penalty": _value_of(body, "repetition_penalty"),
        "repeat_last_n": context,
        "max_tokens": limit,
        "ignore_eos": body.ignore_eos,
        "logit_bias": body.logit_bias or None,
        "stop": body.stops or None,
        "seed": (body.seed + choice) % _SEEDS
        if body.seed is not None and seeded
        else None,
        # A reused prompt is computed in other portions, so its numbers may differ.
        "cache_prompt": not seeded,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _value_of(body: SamplingBody, name: str) -> Any:
    value = getattr(body, name)
    return PARAMETERS[name].server_default if value is None else value


def _tools(body: ChatBody, *, free: bool) -> dict[str, Any]:
    """Return how tools may be called; llama.cpp takes no grammar beside free calls."""
    if body.tools is None:
        return {}
    fields = {
        "tool_choice": (body.tool_choice or "auto") if free else "none",
        "parallel_tool_calls": body.parallel_tool_calls,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    if isinstance(content, list):
        content = [_part(part) for part in content]
    elif content is None and not message.get("tool_calls"):
        content = ""
    return {**message, "content": content}


def _part(part: Any) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if part.get("type") in _TEXT_PARTS:
        return {"type": "text", "text": part.get("text") or part.get("refusal") or ""}
    return dict(part)

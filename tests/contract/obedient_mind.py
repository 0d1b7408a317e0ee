"""A scripted model that obeys the parameters which the small real model cannot.

Its tokens are words. It samples them at random from the seed, greedily always alike.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from ocinb.local import Script
from ocinb.local.scripts.steps import Json

if TYPE_CHECKING:
    from ocinb.local import ReceivedRequest

STORY = (
    "The",
    "old",
    "keeper",
    "lit",
    "his",
    "lamp",
    "as",
    "a",
    "storm",
    "came",
    "from",
    "sea",
    "one",
    "night",
)
END = "<|im_end|>"


def answer(request: ReceivedRequest) -> Script:
    """Return what the model says to one request."""
    body = request.json
    tokens, finish = _tokens(body)
    shown = [t for t in tokens if t != END or body.get("skip_special_tokens") is False]
    message = {"role": "assistant", "content": " ".join(shown), **_thought(body)}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    prompt = _prompt_tokens(body)
    return Script(
        [
            Json(
                {
                    "id": "chatcmpl-1",
                    "model": "odsc-llm",
                    "choices": [choice],
                    "usage": {
                        "prompt_tokens": prompt,
                        "completion_tokens": len(tokens),
                        "total_tokens": prompt + len(tokens),
                    },
                    **_extras(body, prompt),
                }
            )
        ]
    )


def _tokens(body: dict[str, Any]) -> tuple[list[str], str]:
    most = body["max_tokens"]
    if "1+1" in body["messages"][0]["content"]:
        return _sum(body, most)
    allowed = body.get("allowed_token_ids")
    if allowed:
        return [f"word{allowed[0]}"] * most, "length"
    if body["temperature"] and not body.get("use_beam_search"):
        return random.Random(body["seed"]).sample(STORY, most), "length"  # noqa: S311 - no secret
    if body.get("stop_token_ids"):
        return [STORY[0]], "stop"
    kept = [word for word in STORY if word not in body.get("bad_words", ())]
    return kept[:most], "length"


def _sum(body: dict[str, Any], most: int) -> tuple[list[str], str]:
    if body.get("use_beam_search"):
        return ["2"] if body["length_penalty"] < 0 else ["It", "is", "2"], "stop"
    if body.get("ignore_eos") or body.get("min_tokens"):
        return ["2", END, *STORY, *STORY][:most], "length"
    return ["2"], "stop"


def _thought(body: dict[str, Any]) -> dict[str, str]:
    if body.get("include_reasoning"):
        return {"reasoning": "Hm."}
    effort = body.get("reasoning_effort")
    return {"reasoning": f"A {effort} effort."} if effort else {}


def _prompt_tokens(body: dict[str, Any]) -> int:
    if "chat_template" in body:
        return len(body["chat_template"].split())
    thinks = body.get("chat_template_kwargs", {}).get("enable_thinking", True)
    return int(body.get("truncate_prompt_tokens", 20 if thinks else 24))


def _extras(body: dict[str, Any], prompt: int) -> dict[str, Any]:
    wanted = {
        "return_token_ids": ("prompt_token_ids", list(range(prompt))),
        "return_prompt_text": ("prompt_text", "user: Write a short story"),
        "prompt_logprobs": ("prompt_logprobs", [None]),
    }
    return {wanted[name][0]: wanted[name][1] for name in wanted if body.get(name)}

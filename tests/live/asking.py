"""One fixed prompt, asked of a deployment with one parameter more or less."""

from __future__ import annotations

import math
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage

from ocinb import ChatOCIModelDeploymentVLLM

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk

    from ocinb.local import LocalDeployment

PROMPT = "Name the planets."
"""SmolLM2-135M answers it with 18 tokens. No other token ever comes near the likeliest
one, so that the greedy answer is the same on every server and in every batch."""

MOST_TOKENS = 24


class Ask:
    """Asks a deployment for greedy answers, but for what a call sets."""

    def __init__(self, deployment: LocalDeployment) -> None:
        self._deployment = deployment

    def model(self, **params: Any) -> ChatOCIModelDeploymentVLLM:
        usual = {"temperature": 0.0, "max_tokens": MOST_TOKENS}
        return ChatOCIModelDeploymentVLLM(
            endpoint=self._deployment.endpoint,
            auth=self._deployment.auth,
            max_retries=0,
            **{**usual, **params},
        )

    def __call__(self, **params: Any) -> AIMessage:
        return self.model(**params).invoke(PROMPT)

    def all(self, **params: Any) -> list[AIMessage]:
        """Every answer to the prompt, of which `n` may ask for several."""
        result = self.model(**params).generate([[HumanMessage(PROMPT)]])
        return [generation.message for generation in result.generations[0]]

    def stream(self, **params: Any) -> AIMessageChunk:
        return reduce(add, self.chunks(**params))

    def chunks(self, **params: Any) -> list[AIMessageChunk]:
        return list(self.model(**params).stream(PROMPT))


def made(message: AIMessage) -> int:
    """How many tokens the server counted in the answer."""
    assert message.usage_metadata is not None
    return message.usage_metadata["output_tokens"]


def read(message: AIMessage) -> int:
    """How many tokens the server counted in the prompt."""
    assert message.usage_metadata is not None
    return message.usage_metadata["input_tokens"]


def tokens(message: AIMessage) -> list[dict[str, Any]]:
    """The tokens of the answer with their log-probabilities."""
    listed: list[dict[str, Any]] = message.response_metadata["logprobs"]["content"]
    assert all(math.isfinite(token["logprob"]) for token in listed)
    return listed

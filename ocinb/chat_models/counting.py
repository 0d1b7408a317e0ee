"""How many tokens a text has: exact with the user's tokenizer, else an estimate."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.messages.utils import count_tokens_approximately

from ocinb.chat_models.tools import tools_to_wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

__all__ = ["ApproximateCountWarning", "CountsTokens"]


class ApproximateCountWarning(UserWarning):
    """Tokens were estimated, since the model's tokenizer is not at hand."""


class CountsTokens(BaseChatModel):
    """Counts tokens before a request is sent; loads and downloads no tokenizer."""

    def get_token_ids(self, text: str) -> list[int]:
        """Return the ids of a text's tokens.

        Without `custom_get_token_ids` nobody here knows them: then the list has about
        as many entries as the text has tokens, and each is -1, which no server takes
        for an id.

        Args:
            text: what to tokenize.

        Warns:
            ApproximateCountWarning: once, where the number is an estimate.
        """
        if self.custom_get_token_ids is not None:
            return self.custom_get_token_ids(text)
        return [-1] * self.get_num_tokens(text)

    def get_num_tokens(self, text: str) -> int:
        """Return how many tokens a text has.

        Args:
            text: what to count.

        Warns:
            ApproximateCountWarning: once, where the number is an estimate.
        """
        if self.custom_get_token_ids is not None:
            return len(self.custom_get_token_ids(text))
        _note()
        alone, frame = ([HumanMessage(content)] for content in (text, ""))
        return count_tokens_approximately(alone) - count_tokens_approximately(frame)

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        """Return how many tokens a prompt has, its tools included.

        Args:
            messages: a prompt in any form that `invoke` takes.
            tools: functions, LangChain tools, pydantic classes or dicts.

        Raises:
            ParameterError: a tool cannot be sent.

        Warns:
            ApproximateCountWarning: once, where the number is an estimate.
        """
        listed = self._convert_input(messages).to_messages()
        described = [json.dumps(tool) for tool in tools_to_wire(tools or ())]
        if self.custom_get_token_ids is not None:
            counted = super().get_num_tokens_from_messages(listed)
        else:
            _note()
            counted = count_tokens_approximately(listed)
        return counted + sum(map(self.get_num_tokens, described))


def _note() -> None:
    """Say that a count is an estimate; Python shows the same warning once a place."""
    warnings.warn(
        "tokens are estimated at 4 characters each; "
        "pass custom_get_token_ids= for the model's own count",
        ApproximateCountWarning,
        stacklevel=1,
    )

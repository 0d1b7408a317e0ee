"""The request of a turn, as it was sent and as code that sends it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage

from ocinb.chat_models.faces import prepared_for
from ocinb.view.code import as_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_core.messages import BaseMessage

    from ocinb.chat_models.prepared import PreparedRequest
    from ocinb.conversation import Conversation, Turn

__all__ = ["code_of", "messages_of", "request_of"]


def messages_of(talk: Conversation, turn: Turn) -> list[BaseMessage]:
    """Return what the last request of a turn carried: its answer was the last message."""
    asked = talk.messages_for(turn.content, beside=turn)
    answered = turn.messages
    if answered and isinstance(answered[-1], AIMessage):
        answered = answered[:-1]
    return [*asked, *answered]


def request_of(talk: Conversation, turn: Turn) -> PreparedRequest | None:
    """Return the last request of a turn; None if the model does not tell.

    Raises:
        OcinbError: the settings of the model have changed so that it cannot be made.
    """
    return prepared_for(talk.model, messages_of(talk, turn), turn.params, talk.tools)


def code_of(
    talk: Conversation, params: Mapping[str, Any], turn: Turn | None = None
) -> str:
    """Return Python for a turn's last request, or for the chat model alone.

    Args:
        talk: the conversation.
        params: what is set for the next request.
        turn: whose request; None makes none.
    """
    if turn is None:
        return as_code(talk.model, talk.messages, params, tools=talk.tools)
    return as_code(talk.model, messages_of(talk, turn), turn.params, tools=talk.tools)

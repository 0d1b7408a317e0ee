"""What a panel sends with a prompt, and whether it can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.chat_models import ChatOCIModelDeployment
from ocinb.chat_models.faces import prepared_for
from ocinb.conversation.agents import is_chat_model
from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.chat_models.prepared import PreparedRequest
    from ocinb.conversation import Conversation, Turn
    from ocinb.conversation.turn import Prompt

__all__ = ["check", "given", "own_params", "prepared", "sent_params"]


def own_params(model: Any) -> dict[str, Any]:
    """Return the sampling parameters that a model sends when nobody sets any."""
    return sent_params(model, {})


def sent_params(model: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sampling parameters that a request carries."""
    tell = getattr(model, "sent_params", None)
    return given(model, params) if tell is None else dict(tell(**params))


def given(model: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a panel's parameters a call of the model is given.

    Only our own models know None as "not sent"; an agent takes no parameters.
    """
    if isinstance(model, ChatOCIModelDeployment):
        return dict(params)
    if not is_chat_model(model):
        return {}
    return {name: value for name, value in params.items() if value is not None}


def prepared(
    talk: Conversation,
    prompt: Prompt,
    params: Mapping[str, Any],
    beside: Turn | None = None,
) -> PreparedRequest | None:
    """Return the request that a prompt would make; None if the model does not tell.

    Raises:
        OcinbError: it cannot be sent.
    """
    messages = talk.messages_for(prompt, beside=beside)
    return prepared_for(talk.model, messages, params, talk.tools)


def check(
    talk: Conversation,
    prompt: Prompt,
    params: Mapping[str, Any],
    beside: Turn | None = None,
) -> None:
    """Refuse what cannot be sent before a turn is made of it.

    Raises:
        OcinbError: one line says why.
    """
    if not prompt or (isinstance(prompt, str) and not prompt.strip()):
        msg = "nothing to send: the prompt is empty"
        raise ParameterError(msg)
    if (params.get("n") or 1) > 1:
        msg = f"n must be 1 in a panel (got {params['n']}): one answer is shown"
        raise ParameterError(msg, hint="Compare shows two; ask the model for more")
    prepared(talk, prompt, params, beside)

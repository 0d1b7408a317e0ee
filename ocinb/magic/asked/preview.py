"""A dry run of one cell: what it would send, with nothing sent and nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.chat_models.faces import prepared_for
from ocinb.view.request_text import ModelCode, as_text, messages_as_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from langchain_core.language_models import BaseChatModel

    from ocinb.conversation import Conversation
    from ocinb.conversation.turn import Prompt

__all__ = ["code_of", "preview_of"]


def preview_of(
    talk: Conversation,
    model: BaseChatModel,
    prompt: Prompt,
    params: Mapping[str, Any],
    key: Hashable,
    code: ModelCode,
) -> str:
    """Return the request of a turn that is not begun, as inert text.

    Args:
        talk: the conversation that the turn would be in.
        model: the chat model that would answer.
        prompt: what would be asked.
        params: sampling parameters of the turn.
        key: what its cell is recognised by.
        code: the chat model as the program names it.

    Raises:
        OcinbError: the request cannot be made.
    """
    messages = talk.messages_for(prompt, key=key)
    prepared = prepared_for(model, messages, params, talk.tools)
    if prepared is None:
        return messages_as_text(type(model).__name__, messages, params)
    return as_text(prepared, code)


def code_of(model: BaseChatModel, name: str, names: Mapping[str, Any]) -> ModelCode:
    """Return Python that has a chat model at hand, without its credentials.

    Args:
        model: the chat model.
        name: what it is called on the magic line.
        names: the notebook's variables.
    """
    for variable, value in names.items():
        if value is model and not variable.startswith("_"):
            return ModelCode(variable)
    kind = type(model)
    if kind in {ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM}:
        auth = getattr(model, "auth", None)
        headers = getattr(model, "default_headers", None)
        if not headers and (not auth or isinstance(auth, str)):
            signed = f", auth={auth!r}" if auth else ""
            endpoint = getattr(model, "endpoint", "")
            made = f"{kind.__name__}(endpoint={endpoint!r}{signed})"
            return ModelCode(made, f"from ocinb import {kind.__name__}")
    line = f"alias get {name}"
    return ModelCode(f'get_ipython().run_line_magic("ocichat", {line!r})')

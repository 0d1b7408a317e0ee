"""The chat models that faces make themselves: of an endpoint, or of the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ocinb.chat_models.deployment import ChatOCIModelDeployment
from ocinb.chat_models.vllm import ChatOCIModelDeploymentVLLM
from ocinb.errors import ConfigurationError
from ocinb.sampling import FACE_START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from ocinb.chat_models.prepared import PreparedRequest

__all__ = [
    "ENDPOINT_VARIABLE",
    "face_model",
    "model_of_environment",
    "moved_to",
    "prepared_for",
]

ENDPOINT_VARIABLE: Final = "OCI_LLM_ENDPOINT"


def face_model(**fields: Any) -> ChatOCIModelDeploymentVLLM:
    """Make the chat model of an endpoint with the settings that faces start from."""
    return ChatOCIModelDeploymentVLLM(**{**FACE_START, **fields})


def moved_to(model: Any, endpoint: str, name: str, auth: Any = None) -> Any:
    """Return a chat model like another one, for another deployment.

    Of our own models class and parameters stay; in place of any other one comes the
    model that faces make.

    Args:
        model: what answered so far; it stays as it is.
        endpoint: the predict URL of the deployment.
        name: of the model there.
        auth: how to sign; None is as `model` does, or the default way.

    Raises:
        EndpointError: the endpoint cannot be right.
        ConfigurationError: `auth` is neither a signer nor a way to sign.
    """
    fields = {"endpoint": endpoint, "model": name}
    fields |= {} if auth is None else {"auth": auth}
    if not isinstance(model, ChatOCIModelDeployment):
        return face_model(**fields)
    moved = model.model_copy()
    for field, value in fields.items():
        setattr(moved, field, value)
    return moved


def prepared_for(
    model: Any, messages: Sequence[BaseMessage], params: Mapping[str, Any], tools: Any
) -> PreparedRequest | None:
    """Return the streamed request that a face makes; None if the model does not tell.

    Args:
        model: any chat model, of which our own tell what they send.
        messages: what it is asked.
        params: sampling parameters of the call.
        tools: what it may call; none if there are none.

    Raises:
        OcinbError: it cannot be sent.
    """
    if not isinstance(model, ChatOCIModelDeployment):
        return None
    options: dict[str, Any] = {**params, "stream": True}
    if tools:
        options["tools"] = tools
    return model.prepare(messages, **options)


def model_of_environment() -> ChatOCIModelDeploymentVLLM:
    """Make the chat model of the endpoint that the environment names.

    Raises:
        ConfigurationError: it names none.
    """
    endpoint = os.environ.get(ENDPOINT_VARIABLE, "")
    if not endpoint.strip():
        msg = "no model is set up"
        hint = f"pass model=, such as ChatOCIModelDeploymentVLLM(endpoint=...), or set {ENDPOINT_VARIABLE}"
        raise ConfigurationError(msg, hint=hint)
    return face_model(endpoint=endpoint)

"""The chat models that faces make themselves: of an endpoint, or of the environment."""

from __future__ import annotations

import os
from typing import Any, Final

from ocinb.chat_models.vllm import ChatOCIModelDeploymentVLLM
from ocinb.errors import ConfigurationError
from ocinb.sampling import FACE_START

__all__ = ["ENDPOINT_VARIABLE", "face_model", "model_of_environment"]

ENDPOINT_VARIABLE: Final = "OCI_LLM_ENDPOINT"


def face_model(**fields: Any) -> ChatOCIModelDeploymentVLLM:
    """Make the chat model of an endpoint with the settings that faces start from."""
    return ChatOCIModelDeploymentVLLM(**{**FACE_START, **fields})


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

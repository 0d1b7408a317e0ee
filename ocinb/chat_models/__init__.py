"""The chat models: the only room that speaks both the wire and LangChain."""

from ocinb.chat_models.callbacks import WireCall, WireLog
from ocinb.chat_models.deployment import ChatOCIModelDeployment
from ocinb.chat_models.prepared import PreparedRequest
from ocinb.chat_models.vllm import ChatOCIModelDeploymentVLLM

__all__ = [
    "ChatOCIModelDeployment",
    "ChatOCIModelDeploymentVLLM",
    "PreparedRequest",
    "WireCall",
    "WireLog",
]

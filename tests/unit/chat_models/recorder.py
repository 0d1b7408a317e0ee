"""A chat model that notes the bytes it would send, and answers without a network.

It overrides what the documented extension points let a user override, nothing else.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from langchain_core._api import LangChainBetaWarning
from langchain_core.load import dumpd, dumps, load, loads

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.wire.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.runnables import Runnable

ENDPOINT = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com/ocid1.x/predict"


def make(**fields: Any) -> ChatOCIModelDeploymentVLLM:
    """Make a model that is never asked."""
    return ChatOCIModelDeploymentVLLM(**{"endpoint": ENDPOINT, **fields})


def completion(content: Any = "hi", **message: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **message}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    return {"id": "chatcmpl-1", "model": "odsc-llm", "choices": [choice]}


class Recorder(ChatOCIModelDeploymentVLLM):
    """Notes each body; its notes belong to the class, so that copies share them."""

    bodies: ClassVar[list[bytes]] = []
    answers: ClassVar[dict[str, Any]] = completion()

    def completion_with_retry(self, run_manager: Any = None, **kwargs: Any) -> Any:
        del run_manager
        self.bodies.append(kwargs["data"])
        return Answer({}, payload=self.answers, request_id="A/B/C")


def recorder(**fields: Any) -> Recorder:
    return Recorder(**{"endpoint": ENDPOINT, **fields})


def bytes_of(runnable: Runnable[Any, Any], *args: Any, **kwargs: Any) -> bytes:
    """Ask, and return the bytes that went out."""
    Recorder.bodies.clear()
    runnable.invoke("hello", *args, **kwargs)
    (body,) = Recorder.bodies
    return body


def body_of(runnable: Runnable[Any, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Ask, and return the parameters that went out."""
    body: dict[str, Any] = json.loads(bytes_of(runnable, *args, **kwargs))
    del body["messages"]
    return body


def despite_its_being_beta(load_it: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():  # given once in each process
        warnings.simplefilter("ignore", LangChainBetaWarning)
        return load_it()


def loaded(model: Any) -> Any:
    return despite_its_being_beta(
        lambda: load(
            dumpd(model),
            allowed_objects=[ChatOCIModelDeploymentVLLM],
            valid_namespaces=["ocinb"],
        )
    )


def loaded_from_text(model: Any) -> Any:
    return despite_its_being_beta(
        lambda: loads(
            dumps(model),
            allowed_objects=[ChatOCIModelDeploymentVLLM],
            valid_namespaces=["ocinb"],
        )
    )

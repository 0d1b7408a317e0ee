"""Chat with models on OCI Data Science model deployments, inside a notebook."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
    from ocinb.conversation import Conversation
    from ocinb.errors import OcinbError
    from ocinb.local import LocalDeployment
    from ocinb.widgets.panel import ChatPanel

__all__ = [
    "ChatOCIModelDeployment",
    "ChatOCIModelDeploymentVLLM",
    "ChatPanel",
    "Conversation",
    "LocalDeployment",
    "OcinbError",
]

_ROOM_OF = {
    "ChatOCIModelDeployment": "ocinb.chat_models",
    "ChatOCIModelDeploymentVLLM": "ocinb.chat_models",
    "ChatPanel": "ocinb.widgets.panel",
    "Conversation": "ocinb.conversation",
    "LocalDeployment": "ocinb.local",
    "OcinbError": "ocinb.errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import ocinb` is free."""
    if name == "__version__":
        return import_module("importlib.metadata").version("ocinb")
    if name not in _ROOM_OF:
        msg = f"module 'ocinb' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_ROOM_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """Run by `%load_ext ocinb`: register the magics."""
    import_module("ocinb.magic").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Run by `%unload_ext ocinb`: leave the shell as it was found."""
    import_module("ocinb.magic").unload(shell)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "ocinb.server"}]

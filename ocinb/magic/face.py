"""What the magic of one kernel remembers from cell to cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocinb.magic.deployment import KernelDeployment
from ocinb.magic.frontend import CellCounter, frontend_of
from ocinb.magic.models import Models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from ocinb.conversation import Conversation, Turn
    from ocinb.magic.display import Publisher
    from ocinb.magic.flags import Format
    from ocinb.magic.frontend import Frontend

__all__ = ["Face", "Settings"]


@dataclass(frozen=True)
class Settings:
    """What the user has configured, as it was when a cell began.

    Attributes:
        format: how answers are shown.
        system: instructions that every request starts with.
        max_history: earlier turns that a request carries at most.
        stream_hz: redraws a second at most.
        params: sampling parameters of every request.
        view: auto, widget or text.
    """

    format: Format
    system: str
    max_history: int
    stream_hz: float
    params: Mapping[str, Any]
    view: str


class Face:
    """The models, the conversation and the local deployment of one kernel.

    Attributes:
        shell: where the magic runs.
        models: the aliases, and which one is current.
        deployment: the local deployment.
        conversation: None before the first turn and after a reset.
        cells: tells which turn a cell that runs again replaces.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.models = Models()
        self.deployment = KernelDeployment()
        self.conversation: Conversation | None = None
        self.cells = CellCounter()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn of the conversation."""
        return () if self.conversation is None else self.conversation.turns

    @property
    def frontend(self) -> Frontend:
        """Who runs the current cell."""
        return frontend_of(self.shell)

    @property
    def publisher(self) -> Publisher:
        """Where outputs go."""
        publisher: Publisher = self.shell.display_pub
        return publisher

    def names(self, local_ns: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the variables that a prompt may name, without IPython's functions."""
        hidden = self.shell.user_ns_hidden
        variables = {**self.shell.user_ns, **(local_ns or {})}
        return {
            name: value
            for name, value in variables.items()
            if not (callable(value) and hidden.get(name) is value)
        }

"""What the magic of one kernel remembers from cell to cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocinb.magic.failed.failures import Failures
from ocinb.magic.known.deployment import KernelDeployment
from ocinb.magic.known.deployment_names import Listing
from ocinb.magic.known.kept import read_settings
from ocinb.magic.known.models import Models
from ocinb.saved.file import SavedFile
from ocinb.view.frontend import CellCounter, frontend_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from ocinb.conversation import Conversation, Turn
    from ocinb.magic.shown.display import Publisher
    from ocinb.magic.typed.flags import Format
    from ocinb.view.frontend import Frontend

__all__ = ["MAIN", "Face", "Settings"]

MAIN: Final = "main"
"""The conversation that goes on until another is named."""


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
        expand: whether {name} in a prompt stands for a variable.
    """

    format: Format = "markdown"
    system: str = ""
    max_history: int = 20
    stream_hz: float = 20.0
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    view: str = "auto"
    expand: bool = True


class Face:
    """The models, the conversation and the local deployment of one kernel.

    Args:
        shell: where the magic runs.
        settings: tells what is configured now.

    Attributes:
        shell: where the magic runs.
        settings: tells what is configured now.
        failures: tell the error that `fix` mends.
        saved: the user's file with aliases and presets.
        models: the aliases, and which one is current.
        deployment: the local deployment.
        listing: the deployments that `use` listed last.
        conversations: those that have begun, by name.
        current: the name of the conversation that goes on.
        cells: tells which turn a cell that runs again replaces.
    """

    def __init__(
        self, shell: InteractiveShell, settings: Callable[[], Settings] = Settings
    ) -> None:
        self.shell = shell
        self.settings = settings
        self.failures = Failures(shell)
        self.saved = SavedFile(settings=read_settings)
        self.models = Models(self.saved)
        self.deployment = KernelDeployment()
        self.listing = Listing()
        self.conversations: dict[str, Conversation] = {}
        self.current = MAIN
        self.cells = CellCounter()

    @property
    def conversation(self) -> Conversation | None:
        """The conversation that goes on; None before its first turn and after a reset.

        Setting it gives the current name another one, and None takes it away.
        """
        return self.conversations.get(self.current)

    @conversation.setter
    def conversation(self, conversation: Conversation | None) -> None:
        if conversation is None:
            self.conversations.pop(self.current, None)
        else:
            self.conversations[self.current] = conversation

    def home_of(self, name: str, key: Hashable) -> str:
        """Return the name of the conversation in which a cell is asked.

        Args:
            name: as typed; "" is the one that holds the turn of this cell already, so
                that a cell which runs again replaces it, or else the current one.
            key: what the cell is recognised by.
        """
        return name or self._holding(key) or self.current

    def _holding(self, key: Hashable) -> str:
        if key is None:
            return ""
        homes = [
            name
            for name, talk in self.conversations.items()
            if any(turn.key == key for turn in talk.turns)
        ]
        return self.current if self.current in homes else "".join(homes[-1:])

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

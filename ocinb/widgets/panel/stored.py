"""What the notebook keeps of a panel: its transcript, readable without a kernel."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, Final

import ipywidgets
from IPython import get_ipython
from IPython.display import publish_display_data

from ocinb.rendering import escape
from ocinb.view.frontend import frontend_of
from ocinb.view.transcript import TurnForms, transcript_bundle, turn_forms
from ocinb.widgets.idle import when_idle

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import Conversation, Turn

__all__ = ["StoredTranscript"]

PATIENCE_S: Final = 4.0
"""How long a front end may take to draw a panel, once the kernel is idle."""

EVERY_S: Final = 1.0
"""How often an answer grows here, where nothing else shows it."""

NOT_DRAWN: Final = (
    "This front end did not draw the panel's widgets (the kernel has ipywidgets "
    f"{ipywidgets.__version__}; a JupyterLab with widgets of another major version, or "
    "without them, draws none). Ask with panel.ask('...'): the answers appear here."
)


class StoredTranscript:
    """A display under the panel with the transcript, folded and sanitised.

    A live panel hides it where it can; where no front end draws widgets it is what
    there is to see.
    """

    def __init__(self) -> None:
        self._transient = {"display_id": uuid.uuid4().hex}
        self._displayed = False
        self._rendered: dict[str, tuple[Turn, TurnForms]] = {}
        self._due_s = 0.0
        self.drawn = True

    def display(self, conversation: Conversation, is_drawn: Callable[[], bool]) -> None:
        """Show the transcript in the output of the running cell.

        Args:
            conversation: whose turns it holds.
            is_drawn: tells whether the front end has drawn the panel.
        """
        self._transient = {"display_id": uuid.uuid4().hex}
        self._displayed = False
        self.show(conversation)
        if frontend_of(get_ipython()).interactive:

            def look() -> None:
                self.drawn = is_drawn()
                if not self.drawn:
                    self.show(conversation)

            when_idle(PATIENCE_S, look)

    def show(self, conversation: Conversation) -> None:
        """Put the transcript as it is now where it was displayed."""
        turns = conversation.turns
        bundle = transcript_bundle(
            turns,
            system=conversation.system,
            opened=not self.drawn,
            forms=self._forms,
        )
        shown = {turn.id for turn in turns}
        self._rendered = {n: r for n, r in self._rendered.items() if n in shown}
        note = "" if self.drawn else f'<div class="ocinb">{escape(NOT_DRAWN)}</div>'
        html = f'<div class="ocinb-stored">{note}{bundle["text/html"]}</div>'
        data: dict[str, Any] = {"text/html": html, "text/plain": bundle["text/plain"]}
        if note:
            data["text/plain"] = f"{NOT_DRAWN}\n\n{data['text/plain']}"
        publish_display_data(data, transient=self._transient, update=self._displayed)
        self._displayed = True

    def update(self, conversation: Conversation) -> None:
        """Do as `show`, if it is displayed anywhere."""
        if self._displayed:
            self.show(conversation)

    def grow(self, conversation: Conversation) -> None:
        """Do as `update` now and then, where no widget shows what comes."""
        now_s = time.monotonic()
        if not self.drawn and now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            self.update(conversation)

    def _forms(self, turn: Turn) -> TurnForms:
        """Return a turn in its stored forms, rendered once as long as it is the same."""
        kept = self._rendered.get(turn.id)
        if kept is None or kept[0] is not turn:
            kept = self._rendered[turn.id] = (turn, turn_forms(turn))
        return kept[1]

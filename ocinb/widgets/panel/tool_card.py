"""A tool call in the panel: shown with its arguments, decided by the user, answered."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from ipywidgets import HTML, HBox, Text, Textarea, VBox

from ocinb.conversation import ToolResult
from ocinb.conversation.arguments import parsed
from ocinb.errors import ParameterError, one_line
from ocinb.view.tool_cards import card_html
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipywidgets import Widget
    from langchain_core.messages import ToolMessage

    from ocinb.conversation import ToolRequest

__all__ = ["ToolCard"]


class ToolCard:
    """Asks whether a tool call of the model may run, and shows what came of it.

    Args:
        request: the call. One that is decided already, or cannot run, is only shown.
        always: called when this tool may run without being asked for again.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self, request: ToolRequest, always: Callable[[ToolRequest], object]
    ) -> None:
        self._request = request
        self._always = always
        self._lock = threading.RLock()  # the answer comes on another thread
        self._card = lean(HTML, value=card_html(request))
        self._problem = lean(HTML, value="")
        self._parts: list[Widget] = []
        self.widget = lean(VBox, children=(), _dom_classes=("ocinb-card-box",))
        if request.waiting:
            self._offer()
        else:
            self._arrange(())

    def show(self, result: ToolResult) -> None:
        """Show what came of the call."""
        with self._lock:
            self._arrange(())
            self._card.value = card_html(self._request, result)

    def show_message(self, message: ToolMessage) -> None:
        """Show what the model was told of a call that did not run."""
        self.show(ToolResult(self._request, message))

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for widget in (self.widget, self._card, self._problem, *self._parts):
            widget.close()

    # What the user can do

    def _offer(self) -> None:
        name = one_line(self._request.name, 60)
        self._arrange(
            (
                button(
                    "Run",
                    self._run,
                    f"Run {name} with these arguments",
                    "ocinb-primary",
                ),
                button("Edit", self._edit, "Change the arguments, then run it"),
                button("Reject", self._reject, "Do not run it, and say why"),
                button(
                    "Always run",
                    self._run_always,
                    f"Run it, and {name} from now on without asking",
                ),
            )
        )

    def _run(self) -> None:
        self._decided(self._request.approve())

    def _run_always(self) -> None:
        self._always(self._request)
        self._run()

    def _edit(self) -> None:
        args = json.dumps(self._request.args, indent=2, ensure_ascii=False, default=str)
        box = lean(
            Textarea,
            value=args,
            description="Arguments as JSON",
            rows=min(12, args.count("\n") + 2),
            continuous_update=False,
            _dom_classes=("ocinb-wide", "ocinb-code"),
        )

        def run() -> None:
            args, problem = parsed(box.value)
            try:
                decided = False if problem else self._request.edit(args)
            except ParameterError as error:
                problem = str(error)
            if problem:
                self._problem.value = line_html(problem)
            else:
                self._decided(decided)

        buttons = (
            button("Run with these", run, "Run it with these", "ocinb-primary"),
            button("Cancel", self._offer, "Leave the arguments as they were"),
        )
        self._arrange(buttons, above=(box,))

    def _reject(self) -> None:
        box = lean(
            Text,
            value="",
            description="Why not",
            placeholder="the model reads this; it may stay empty",
            continuous_update=False,
            _dom_classes=("ocinb-wide",),
        )

        def reject() -> None:
            reason = box.value.strip()
            self._decided(self._request.reject(*([reason] if reason else [])))

        buttons = (
            button("Reject it", reject, "Do not run it", "ocinb-primary"),
            button("Cancel", self._offer, "Decide anew"),
        )
        self._arrange(buttons, above=(box,))

    def _decided(self, by_this: bool) -> None:  # noqa: FBT001 - what the request says
        """Take the buttons away; an earlier decision counts."""
        with self._lock:
            if by_this and self._request.result is None:
                self._card.value = card_html(self._request)
            self._arrange(())

    def _arrange(
        self, buttons: tuple[Widget, ...], above: tuple[Widget, ...] = ()
    ) -> None:
        before, self._parts = self._parts, []
        self._problem.value = ""
        rows: tuple[Widget, ...] = ()
        if buttons:
            row = lean(HBox, children=buttons, _dom_classes=("ocinb-row",))
            self._parts = [*above, *buttons, row]
            rows = (*above, self._problem, row)
        self.widget.children = (self._card, *rows)
        for widget in before:
            widget.close()

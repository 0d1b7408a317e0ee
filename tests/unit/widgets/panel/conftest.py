"""A panel with a chat model that recites, and a hand that presses its buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import HTML, Box, Button, Dropdown, Text, Textarea

from ocinb.widgets.panel import ChatPanel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipywidgets import Widget

WITHIN_S = 10


def widgets_in(widget: Widget) -> Iterator[Widget]:
    """Yield a widget and all that is displayed in it, from top to bottom."""
    yield widget
    if isinstance(widget, Box):
        for child in widget.children:
            yield from widgets_in(child)


@dataclass(frozen=True)
class Hand:
    """Does with widgets what a user would do, and reads what a user would read."""

    top: Widget

    @property
    def text(self) -> str:
        """The HTML of everything that is displayed."""
        shown = widgets_in(self.top)
        return "\n".join(str(w.value) for w in shown if isinstance(w, HTML))

    @property
    def buttons(self) -> list[str]:
        return [w.description for w in widgets_in(self.top) if isinstance(w, Button)]

    def press(self, name: str) -> None:
        """Press the last button with this text, as a click does."""
        found = [
            w
            for w in widgets_in(self.top)
            if isinstance(w, Button) and w.description == name
        ]
        assert found, f"no button {name!r} among {self.buttons}"
        found[-1].click()

    def box(self, label: str) -> Any:
        """Return the box with this label."""
        kinds = (Text, Textarea, Dropdown)
        boxes = [w for w in widgets_in(self.top) if isinstance(w, kinds)]
        found = [box for box in boxes if box.description.startswith(label)]
        assert found, f"no box {label!r} among {[box.description for box in boxes]}"
        return found[-1]

    def write(self, prompt: str) -> None:
        """Write a prompt and press Enter, as a front end tells it."""
        line = [
            w
            for w in widgets_in(self.top)
            if isinstance(w, Text) and w.description == "Prompt"
        ][-1]
        line._handle_custom_msg({"event": "submit"}, [])
        line.value = prompt


@pytest.fixture
def make(reciting: Any) -> Iterator[Callable[..., ChatPanel]]:
    """Make panels whose model gives these answers; all are closed after the test."""
    made: list[ChatPanel] = []

    def panel(
        *answers: list[Any], finish_reason: str = "stop", **more: Any
    ) -> ChatPanel:
        model = reciting(
            answers=list(answers) or [["Hello", " there."]], finish_reason=finish_reason
        )
        made.append(ChatPanel(model, **more))
        return made[-1]

    yield panel
    for each in made:
        each.close()

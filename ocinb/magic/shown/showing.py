"""What a cell shows of a run: answers, tool calls and results, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocinb.conversation import ToolRequest, ToolResult
from ocinb.view.reasoning import reasoning_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.conversation import Item, Timings
    from ocinb.magic.shown.approval import Approval
    from ocinb.magic.shown.display import View
    from ocinb.view.footer import Footer

__all__ = ["Showing"]


class Showing:
    """Draws what comes, and asks the user about tool calls.

    Args:
        view: where it is drawn.
        approval: decides tool calls.
        thinking: whether the model's reasoning is shown.
    """

    def __init__(self, view: View, approval: Approval, *, thinking: bool) -> None:
        self._view = view
        self._approval = approval
        self._thinking = thinking
        self._text = ""
        self._cards: dict[ToolRequest, ToolResult | None] = {}

    def go_on_from(self, text: str, timings: Timings) -> None:
        """Show what there is already of an answer that goes on."""
        if text:
            self._draw([text], [], timings)

    def take(self, items: Sequence[Item], timings: Timings) -> None:
        """Show what came together: all text in one drawing.

        Nothing at all is a pause.
        """
        if not items:
            self._view.pause()
        text: list[str] = []
        thought: list[str] = []
        for item in items:
            if isinstance(item, ToolRequest):
                self._draw(text, thought, timings)
                self._ask(item)
            elif isinstance(item, ToolResult):
                self._put(item)
            else:
                text.append(str(item.text))
                thought.append(reasoning_of(item) if self._thinking else "")
        self._draw(text, thought, timings)

    def every_s(self, fastest_s: float) -> float:
        """Return how long to wait before more is drawn."""
        return self._view.every_s(fastest_s)

    def end(self, text: str, footer: Footer) -> None:
        """Show the whole answer of the last round, and the line under it."""
        self._view.end(text, footer, tuple(self._cards.items()))

    def _draw(self, text: list[str], thought: list[str], timings: Timings) -> None:
        if any(thought):
            self._view.think("".join(thought))
        if text:
            drawn = "".join(text)
            self._text += drawn
            self._view.draw(drawn, timings)
        text.clear()
        thought.clear()

    def _ask(self, request: ToolRequest) -> None:
        self._cards[request] = None
        self._show()
        self._approval.decide(request)

    def _put(self, result: ToolResult) -> None:
        self._cards[result.request] = result
        self._show()
        if all(self._cards.values()):
            self._text, self._cards = "", {}
            self._view.start_round()

    def _show(self) -> None:
        self._view.show_tools(self._text, tuple(self._cards.items()))

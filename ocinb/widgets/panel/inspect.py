"""The section that shows what was sent and what came, to the byte and the millisecond."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML, Dropdown, HBox, VBox

from ocinb.errors import OcinbError, one_line
from ocinb.rendering import fenced, to_html
from ocinb.view.preformatted import to_preformatted
from ocinb.view.request_text import as_curl, messages_as_text, request_as_text
from ocinb.view.tokens import tokens_html
from ocinb.view.wire_text import as_wire_text
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.panel.asked import prepared
from ocinb.widgets.panel.replay import code_of, messages_of, request_of
from ocinb.widgets.panel.totals import totals_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Button, Widget

    from ocinb.chat_models import WireLog
    from ocinb.conversation import Conversation, Turn

__all__ = ["Inspect"]

NEXT: Final = "next"
NO_TOKENS: Final = (
    "No log-probabilities came with this answer: set logprobs to on under Parameters "
    "(and top_logprobs for alternatives), then ask again."
)
NO_EVENTS: Final = (
    "Nothing is known of this turn's events: they are kept for the last turns of this "
    "kernel, and for chat models of ocinb."
)


class Inspect:
    """Made when it is first opened, and drawn anew when something changes.

    Args:
        talk: the conversation whose turns are looked at.
        draft: the prompt that is being written.
        params: what is set for the next request.
        logs: what each turn did on the wire, by the turn's id.
    """

    def __init__(
        self,
        talk: Callable[[], Conversation],
        draft: Callable[[], str],
        params: Callable[[], dict[str, Any]],
        logs: Mapping[str, WireLog],
    ) -> None:
        self._talk = talk
        self._draft = draft
        self._params = params
        self._logs = logs
        self._views: dict[str, Callable[[Turn | None], str]] = {
            "Request": self._request,
            "Events": self._events,
            "Tokens": self._tokens,
            "Code": self._code,
            "Totals": lambda _: totals_html(talk().turns),
        }
        self._shown = "Request"
        self._turn: Dropdown | None = None
        self._box: VBox | None = None
        self._page = lean(HTML, value="", _dom_classes=("ocinb-page",))
        self._choices: dict[str, Button] = {}
        self._made: list[Widget] = [self._page]

    def open(self) -> Widget:
        """Return what is displayed, as it is now."""
        if self._box is None:
            self._box = self._make()
            self._choices[self._shown].add_class("ocinb-on")
        self.refresh()
        return self._box

    def _make(self) -> VBox:
        self._turn = lean(Dropdown, options=self._turns(), value=NEXT, description="Of")
        self._turn.observe(self._draw, "value")
        for name in self._views:
            self._choices[name] = button(name, partial(self._choose, name))
        again = button("Refresh", self.refresh, "Draw it as it is now")
        row = lean(
            HBox,
            children=(self._turn, *self._choices.values(), again),
            _dom_classes=("ocinb-row",),
        )
        box = lean(VBox, children=(row, self._page))
        self._made += [self._turn, *self._choices.values(), again, row, box]
        return box

    def refresh(self) -> None:
        """Offer the turns that there are now, and draw the last one."""
        if self._turn is None:
            return
        self._turn.unobserve(self._draw, "value")  # it is drawn once, below
        options = self._turns()
        self._turn.options = options
        self._turn.value = options[-1][1]
        self._turn.observe(self._draw, "value")
        self._draw()

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for widget in self._made:
            widget.close()

    def _turns(self) -> list[tuple[str, str]]:
        turns = enumerate(self._talk().turns, 1)
        told = [(f"{n}: {one_line(t.prompt, 40)}", t.id) for n, t in turns]
        return [("the next request", NEXT), *told]

    def _choose(self, name: str) -> None:
        self._choices[self._shown].remove_class("ocinb-on")
        self._choices[name].add_class("ocinb-on")
        self._shown = name
        self._draw()

    def _draw(self, _: Any = None) -> None:
        chosen = None if self._turn is None else self._turn.value
        turns = {turn.id: turn for turn in self._talk().turns}
        try:
            self._page.value = self._views[self._shown](turns.get(chosen or ""))
        except OcinbError as error:
            self._page.value = line_html(str(error))

    def _request(self, turn: Turn | None) -> str:
        talk, params = self._talk(), self._params()
        if turn is None:
            draft = self._draft() or "..."
            made = prepared(talk, draft, params)
            messages = talk.messages_for(draft)
        else:
            made, messages = request_of(talk, turn), messages_of(talk, turn)
            params = dict(turn.params)
        if made is None:
            return to_preformatted(
                messages_as_text(type(talk.model).__name__, messages, params)
            )
        return to_html(fenced(request_as_text(made))) + to_html(
            fenced(as_curl(made), "bash")
        )

    def _events(self, turn: Turn | None) -> str:
        log = None if turn is None else self._logs.get(turn.id)
        if log is None or not log.calls:
            return to_preformatted(NO_EVENTS)
        return to_html(fenced("\n\n".join(map(as_wire_text, log.calls))))

    def _tokens(self, turn: Turn | None) -> str:
        message = None if turn is None else turn.message
        logprobs = message.response_metadata.get("logprobs") if message else None
        return tokens_html(logprobs) if logprobs else to_preformatted(NO_TOKENS)

    def _code(self, turn: Turn | None) -> str:
        code = code_of(self._talk(), self._params(), turn)
        return to_html(fenced(code, "python"))

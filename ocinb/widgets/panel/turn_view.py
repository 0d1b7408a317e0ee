"""A turn as the panel shows it: the prompt, the rounds of the answer, what can be done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ipywidgets import HTML, HBox, Textarea, VBox
from langchain_core.messages import AIMessage, ToolMessage

from ocinb.conversation import ToolRequest, ToolResult
from ocinb.view.footer import speed_of
from ocinb.view.preformatted import to_preformatted
from ocinb.view.reasoning import reasoning_of
from ocinb.view.tool_cards import stored_cards
from ocinb.view.transcript import prompt_text
from ocinb.widgets.buttons import Sure, button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.panel.answer_view import AnswerView
from ocinb.widgets.panel.tool_card import ToolCard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipywidgets import Button, Widget
    from langchain_core.messages.tool import ToolCallChunk

    from ocinb.conversation import Item, Timings, Turn

__all__ = ["Actions", "TurnView"]

STATUS_EVERY_S: Final = 1.0
"""The shortest time between two tellings of how fast the answer comes."""

WAITING: Final = "waiting for the first token"

_ALWAYS: Final = ("Copy", "Regenerate", "Edit", "Delete")
_TELLS: Final = {
    "Copy": "Show the text of this answer to copy it",
    "Continue": "Let the answer go on where it ended",
    "Regenerate": "Ask again with the settings of now; this answer stays a branch",
    "Edit": "Change the prompt and send it as a branch",
    "Delete": "Take this turn away, with all that follows it in every branch",
    "Previous": "The branch before this one",
    "Next": "The branch after this one",
}


@dataclass(frozen=True)
class Actions:
    """What can be done with a turn; each is called with it.

    Attributes:
        regenerate: ask its prompt again, in a branch beside it.
        edit: ask another prompt in its place, in a branch beside it.
        delete: take it away, with all that follows it.
        go_on: let its answer go on where it was cut.
        walk: show the branch before or after it, by -1 or 1.
        always: let the tool of a call run without being asked for again.
        allows: tells whether a call may run without being asked for.
    """

    regenerate: Callable[[Turn], object]
    edit: Callable[[Turn, str], object]
    delete: Callable[[Turn], object]
    go_on: Callable[[Turn], object]
    walk: Callable[[Turn, int], object]
    always: Callable[[ToolRequest], object]
    allows: Callable[[ToolRequest], bool]


class TurnView:
    """Draws one turn, while it comes or as it was.

    Args:
        turn: the turn; what there is of its answer is shown at once.
        actions: what its buttons do.

    Attributes:
        turn: as it was drawn last.
        widget: what is displayed.
    """

    def __init__(self, turn: Turn, actions: Actions) -> None:
        self.turn = turn
        self._actions = actions
        self._prompt = lean(
            HTML, value=to_preformatted(prompt_text(turn)), _dom_classes=("ocinb-you",)
        )
        self._problem: HTML | None = None
        self._row = lean(HBox, children=(), _dom_classes=("ocinb-row",))
        self._made: dict[str, Button] = {}
        self._place: HTML | None = None
        self._asked: VBox | None = None
        self._answers: list[AnswerView] = []
        self._cards: dict[str, ToolCard] = {}
        self._stored: list[HTML] = []
        self._open: set[str] = set()
        self._between = False
        self._status_due_s = 0.0
        self.widget = lean(
            VBox,
            children=(self._prompt, self._row),
            _dom_classes=("ocinb-turn",),
        )
        self._draw_messages(turn)

    # While it comes

    def take(self, items: Sequence[Item], timings: Timings) -> None:
        """Show what came together: all text in one drawing."""
        text: list[str] = []
        thought: list[str] = []
        calls: list[ToolCallChunk] = []
        for item in items:
            if isinstance(item, (ToolRequest, ToolResult)):
                self._flush(text, thought, calls)
                self._take_call(item)
            else:
                text.append(str(item.text))
                thought.append(reasoning_of(item))
                calls += item.tool_call_chunks
        self._flush(text, thought, calls)
        now_s = time.monotonic()
        if now_s >= self._status_due_s and not self._open:
            self._answer.show_status(speed_of(timings) or WAITING)
            self._status_due_s = now_s + STATUS_EVERY_S

    def every_s(self, fastest_s: float) -> float:
        """Return how long to wait before more is drawn."""
        return self._answer.every_s(fastest_s)

    def wait(self, why: str) -> None:
        """Show what is waited for under the answer."""
        self._answer.show_status(why)

    def end(self, turn: Turn, footer: str, problem: str = "") -> None:
        """Show that nothing more comes.

        Args:
            turn: as it ended.
            footer: the line under it.
            problem: why it failed; "" if it did not.
        """
        self.turn = turn
        for answer in self._answers:
            answer.finish()
            answer.show_status("")
        self._answer.show_status(footer)
        if problem:
            self._problem = lean(HTML, value=line_html(problem))
            self._arrange()
        if turn.not_run or turn.status != "done":
            self._close_open_cards(turn)

    # What can be done with it

    def offer(self, place: int, branches: int, *, last: bool) -> None:
        """Show the buttons that make sense now.

        Args:
            place: of this branch among its siblings, from 1.
            branches: how many there are.
            last: True if no turn follows.
        """
        turn = self.turn
        whole = turn.status == "done" and not turn.cut
        goes_on = last and turn.text and not whole and not turn.not_run
        row: tuple[Widget, ...] = ()
        if not turn.open:
            more = ("Continue",) if goes_on else ()
            row = tuple(map(self._button, (*_ALWAYS, *more)))
        if branches > 1 and not turn.open:
            row += self._picker(place, branches)
        if self._row.children != row:
            self._row.children = row

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        self._drop_asked()
        for part in (
            *self._answers,
            *self._cards.values(),
            *self._stored,
            *self._made.values(),
        ):
            part.close()
        for widget in (self._place, self._problem, *self.widget.children, self.widget):
            if widget is not None:
                widget.close()

    # Inside

    @property
    def _answer(self) -> AnswerView:
        """The answer that grows; a new one once all tools of the last have results."""
        if not self._answers or (self._between and not self._open):
            self._between = False
            self._answers.append(AnswerView())
            self._arrange()
        return self._answers[-1]

    def _flush(
        self, text: list[str], thought: list[str], calls: list[ToolCallChunk]
    ) -> None:
        answer = self._answer
        answer.think("".join(thought))
        answer.say("".join(text))
        answer.call(calls)
        text.clear()
        thought.clear()
        calls.clear()

    def _take_call(self, item: ToolRequest | ToolResult) -> None:
        if isinstance(item, ToolRequest):
            if item.waiting and self._actions.allows(item):
                item.approve()
            self._answers[-1].show_status("")  # the card says what is waited for
            card = ToolCard(item, self._actions.always)
            self._cards[item.id] = card
            self._answers[-1].put_card(card.widget)
            self._open.add(item.id)
            self._between = True
            return
        self._cards[item.request.id].show(item)
        self._open.discard(item.request.id)

    def _draw_messages(self, turn: Turn) -> None:
        """Show what there is of the turn already."""
        for place, message in enumerate(turn.messages):
            if not isinstance(message, AIMessage):
                continue
            self._between = bool(self._answers)
            answer = self._answer
            answer.think(reasoning_of(message))
            answer.say(str(message.text))
            if not turn.open:
                answer.finish()
            for card in stored_cards(message, turn.messages[place + 1 :]):
                shown = lean(HTML, value=card.html)
                self._stored.append(shown)
                answer.put_card(shown)

    def _close_open_cards(self, turn: Turn) -> None:
        """Show of the calls that were still open that they did not run."""
        for message in turn.messages:
            if isinstance(message, ToolMessage) and message.tool_call_id in self._open:
                self._cards[message.tool_call_id].show_message(message)
                self._open.discard(message.tool_call_id)

    def _button(self, name: str) -> Button:
        """Return a button of this turn, made when it is first shown."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Button:
        actions = self._actions
        press: dict[str, Callable[[], object]] = {
            "Copy": self._show_source,
            "Continue": lambda: actions.go_on(self.turn),
            "Regenerate": lambda: actions.regenerate(self.turn),
            "Edit": self._edit,
            "Delete": lambda: actions.delete(self.turn),
            "Previous": lambda: actions.walk(self.turn, -1),
            "Next": lambda: actions.walk(self.turn, 1),
        }
        if name == "Delete":
            return Sure(name, press[name], _TELLS[name]).widget
        return button(name, press[name], _TELLS[name])

    def _picker(self, place: int, branches: int) -> tuple[Widget, ...]:
        before, after = self._button("Previous"), self._button("Next")
        before.disabled, after.disabled = place == 1, place == branches
        told = f'<span class="ocinb ocinb-footer">{place} / {branches}</span>'
        if self._place is None:
            self._place = lean(HTML, value=told)
        self._place.value = told
        return (before, self._place, after)

    def _show_source(self) -> None:
        """Show the answer as it can be copied, or hide it again."""
        if self._asked is not None:
            self._drop_asked()
            return
        text = self.turn.text
        box = lean(
            Textarea,
            value=text,
            description="The answer as text; Ctrl+A, Ctrl+C copies it",
            rows=min(16, text.count("\n") + 3),
            _dom_classes=("ocinb-wide", "ocinb-code"),
        )
        close = button("Close", self._drop_asked, "Hide the text")
        self._ask(box, close)
        box.focus()

    def _edit(self) -> None:
        """Let the user change the prompt."""
        turn = self.turn
        box = lean(
            Textarea,
            value=turn.prompt,
            description="Prompt",
            rows=min(12, turn.prompt.count("\n") + 2),
            continuous_update=False,
            _dom_classes=("ocinb-wide",),
        )

        def send() -> None:
            text = box.value
            self._drop_asked()
            self._actions.edit(turn, text)

        self._ask(
            box,
            button(
                "Send as a branch", send, "The first answer is kept", "ocinb-primary"
            ),
            button("Cancel", self._drop_asked, "Leave the prompt as it was"),
        )

    def _ask(self, box: Textarea, *buttons: Widget) -> None:
        self._drop_asked()
        row = lean(HBox, children=buttons, _dom_classes=("ocinb-row",))
        self._asked = lean(VBox, children=(box, row))
        self._arrange()

    def _drop_asked(self) -> None:
        if self._asked is None:
            return
        box, row = self._asked.children
        gone = (self._asked, box, row, *row.children)
        self._asked = None
        self._arrange()
        for widget in gone:
            widget.close()

    def _arrange(self) -> None:
        problem = () if self._problem is None else (self._problem,)
        asked = () if self._asked is None else (self._asked,)
        answers = (answer.widget for answer in self._answers)
        self.widget.children = (self._prompt, *answers, *problem, *asked, self._row)

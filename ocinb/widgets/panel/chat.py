"""What a panel does with its conversation: asking, stopping, walking among branches."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, OcinbError
from ocinb.widgets.panel import asked
from ocinb.widgets.panel.compare import Compare
from ocinb.widgets.panel.drawing import Drawing
from ocinb.widgets.panel.ended import footer_and_problem
from ocinb.widgets.panel.transcript import Transcript
from ocinb.widgets.panel.turn_view import Actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ocinb.chat_models import WireLog
    from ocinb.conversation import Conversation, Run, Turn
    from ocinb.conversation.turn import Prompt
    from ocinb.widgets.panel.turn_view import TurnView

__all__ = ["Chat", "Told"]

LOGS_KEPT: Final = 8
"""Turns of which it is known what they did on the wire."""


@dataclass(frozen=True)
class Told:
    """Who is told what happens to a chat.

    Attributes:
        begun: so many answers are coming.
        came: more of an answer was drawn.
        paused: nothing came for a while.
        ended: an answer has ended.
        refused: why something cannot be done now; "" if it was done.
        changed: the turns are others than before.
    """

    begun: Callable[[int], object]
    came: Callable[[], object]
    paused: Callable[[], object]
    ended: Callable[[Turn], object]
    refused: Callable[[str], object]
    changed: Callable[[], object]


class Chat:
    """One answer at a time, or two that are compared, drawn as they come.

    Args:
        conversation: what is talked about.
        params: what is set for the next request.
        told: is told what happens, while nothing is locked.

    Attributes:
        conversation: what is talked about.
        transcript: its turns, drawn.
        compare: two answers side by side.
        logs: what turns did on the wire, by their ids.
    """

    def __init__(
        self,
        conversation: Conversation,
        params: Callable[[], Mapping[str, Any]],
        told: Told,
    ) -> None:
        self.conversation = conversation
        self._params = params
        self._told = told
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._allowed: set[str] = set()
        self.logs: dict[str, WireLog] = {}
        actions = self._actions()
        self.transcript = Transcript(actions, self._footer)
        self.compare = Compare(
            lambda: asked.own_params(self.conversation.model),
            actions,
            self.careful(self.keep),
        )

    @property
    def busy(self) -> bool:
        """True while an answer is coming."""
        return bool(self._runs)

    # Asking

    def ask(self, prompt: Prompt, beside: Turn | None = None) -> Run:
        """Send a prompt, in a branch beside a turn if one is given."""
        talk = self.conversation
        params = asked.given(talk.model, self._params())
        asked.check(talk, prompt, params, beside)
        return self._begin(
            lambda log: talk.start(prompt, beside=beside, callbacks=[log], **params)
        )

    def ask_both(self, prompt: Prompt) -> tuple[Run, Run]:
        """Ask a prompt with the settings of now and with those of the comparison."""
        talk = self.conversation
        mine = asked.given(talk.model, self._params())
        other = asked.given(talk.model, self.compare.params)
        for params in (mine, other):
            asked.check(talk, prompt, params)
        with self._beginning():
            first, second = self._drawing(), self._drawing()
            run = talk.start(prompt, callbacks=[first.log], **mine)
            beside = talk.start(
                prompt, beside=run.turn, callbacks=[second.log], **other
            )
            views = self.compare.begin((run.turn, beside.turn), (mine, other))
            self._set_off(run, first, views[0])
            self._set_off(beside, second, views[1])
            self.show()
        self._told.begun(2)
        return run, beside

    def go_on(self, turn: Turn) -> Run:
        """Let the last answer go on where it was cut."""
        talk = self.conversation
        params = asked.given(talk.model, self._params())
        self.transcript.forget(turn)
        return self._begin(lambda log: talk.start_going_on(callbacks=[log], **params))

    def stop(self) -> None:
        """Stop what is coming; what came is kept."""
        for run in list(self._runs.values()):
            run.stop()

    # Moving

    def undo(self) -> Turn | None:
        """Step back to before the last turn."""
        with self._beginning():
            turn = self.conversation.undo()
        self.redraw()
        return turn

    def keep(self, turn: Turn) -> None:
        """Let the conversation go on with one of two answers."""
        self._refuse_busy()
        self.conversation.switch(turn)
        self.compare.clear()
        self.redraw()

    def take_up(self, conversation: Conversation) -> None:
        """Go on with another conversation."""
        with self._beginning():
            self.conversation = conversation

    def redraw(self) -> None:
        """Draw the conversation as it is now."""
        with self._lock:
            self.show()
        self._told.changed()

    def show(self) -> None:
        """Draw the turns, but for two that are compared."""
        apart = {turn.id for turn in self.compare.pair}
        turns = [turn for turn in self.conversation.turns if turn.id not in apart]
        self.transcript.show(turns)
        self.transcript.offer(self.conversation.branches)

    def careful(self, act: Callable[..., object]) -> Callable[..., None]:
        """Return what does the same, and tells why it cannot be done now."""

        def acted(*details: Any) -> None:
            problem = ""
            try:
                self._refuse_busy()
                act(*details)
            except OcinbError as error:
                problem = str(error)
            self._told.refused(problem)

        return acted

    def close(self) -> None:
        """Stop what is coming and take the widgets away."""
        self.stop()
        self.transcript.close()
        self.compare.close()

    # Inside

    def _actions(self) -> Actions:
        return Actions(
            regenerate=self.careful(lambda turn: self.ask(turn.content, turn)),
            edit=self.careful(lambda turn, text: self.ask(text, turn)),
            delete=self.careful(self._delete),
            go_on=self.careful(self.go_on),
            walk=self.careful(self._walk),
            always=lambda request: self._allowed.add(request.name),
            allows=lambda request: request.name in self._allowed,
        )

    def _delete(self, turn: Turn) -> None:
        self.conversation.delete(turn)
        self.redraw()

    def _walk(self, turn: Turn, step: int) -> None:
        branches = self.conversation.branches(turn)
        places = [each.id for each in branches]
        self.conversation.switch(branches[places.index(turn.id) + step])
        self.redraw()

    def _footer(self, turn: Turn) -> tuple[str, str]:
        talk = self.conversation
        return footer_and_problem(turn, talk.turns, talk.model)

    def _begin(self, start: Callable[[WireLog], Run]) -> Run:
        with self._beginning():
            drawing = self._drawing()
            run = start(drawing.log)
            self.show()
            self._set_off(run, drawing, self.transcript.view(run.turn))
        self._told.begun(1)
        return run

    @contextmanager
    def _beginning(self) -> Iterator[None]:
        """Refuse to begin beside another answer; go on with A where nobody chose."""
        with self._lock:
            self._refuse_busy()
            if self.compare.pair:
                self.conversation.switch(self.compare.pair[0])
                self.compare.clear()
            yield

    def _drawing(self) -> Drawing:
        return Drawing(self._lock, self._told.came, self._told.paused, self._ended)

    def _set_off(self, run: Run, drawing: Drawing, view: TurnView) -> None:
        self._runs[run.turn.id] = run
        self.logs[run.turn.id] = drawing.log
        for place in list(self.logs)[:-LOGS_KEPT]:
            del self.logs[place]
        drawing.begin(run, view)

    def _ended(self, run: Run, view: TurnView) -> None:
        turn = run.turn
        with self._lock:
            view.end(turn, *self._footer(turn))
            del self._runs[turn.id]
            if not self._runs:
                self._mark_differences()
                self.show()
        self._told.ended(turn)

    def _mark_differences(self) -> None:
        if self.compare.pair:
            first, second = self.compare.pair
            now = {each.id: each for each in self.conversation.branches(first)}
            self.compare.end((now[first.id], now[second.id]))

    def _refuse_busy(self) -> None:
        if self._runs:
            msg = "an answer is still coming"
            raise ConfigurationError(
                msg, hint="stop it first, or wait for it: panel.ask(...).result()"
            )

"""How an answer is shown while it grows, and what of it stays in the notebook."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, Protocol

from ocinb.magic.shown.bundle import (
    bundle_of,
    joined,
    note_of,
    terminal_text,
)
from ocinb.rendering import plain_text
from ocinb.rendering.plain import held_back
from ocinb.view.tool_cards import card_text
from ocinb.view.waits import asked_again

if TYPE_CHECKING:
    from ocinb.conversation import Timings
    from ocinb.magic.shown.bundle import Cards
    from ocinb.magic.typed.flags import Format
    from ocinb.view.footer import Footer

__all__ = ["OnceView", "Publisher", "TextView", "View"]

DIM: Final = "\x1b[2m"
NOT_DIM: Final = "\x1b[22m"


class Publisher(Protocol):
    """The part of IPython's display publisher that a view needs."""

    def publish(
        self,
        data: dict[str, Any],
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
    ) -> None:
        """Send a MIME bundle to the front end."""


class View(Protocol):
    """Shows one answer: `start`, any number of `think` and `draw`, `end`.

    Where the model calls tools, `show_tools` ends a round and `start_round` begins the
    next one.

    `wait` and `start_again` are called by the thread that makes the call.
    """

    def start(self) -> None:
        """Show that the request is on its way."""

    def wait(self, seconds: int, why: str) -> None:
        """Show that it is sent again in so many seconds."""

    def start_again(self) -> None:
        """Show that it is on its way again."""

    def think(self, text: str) -> None:
        """Show more of the reasoning, apart from the answer."""

    def draw(self, text: str, timings: Timings) -> None:
        """Show more of the answer."""

    def every_s(self, fastest_s: float) -> float:
        """Return how long to wait before more is drawn."""

    def pause(self) -> None:
        """Keep what there is, because nothing more came for a while."""

    def show_tools(self, text: str, cards: Cards) -> None:
        """Show the answer of a round and its tool calls, each time one got further."""

    def start_round(self) -> None:
        """Show that the model goes on with the results of its tools."""

    def end(self, text: str, footer: Footer, cards: Cards = ()) -> None:
        """Show the whole answer, and the line under it."""


class OnceView:
    """Shows nothing until the answer is whole: one display, for runs nobody watches."""

    def __init__(self, publisher: Publisher, style: Format) -> None:
        self._publisher = publisher
        self._style = style
        self._thoughts: list[str] = []
        self._rounds: list[dict[str, Any]] = []
        self._round: dict[str, Any] = {}

    def start(self) -> None:
        """Show nothing yet."""

    def wait(self, seconds: int, why: str) -> None:
        """Show nothing yet."""

    def start_again(self) -> None:
        """Show nothing yet."""

    def think(self, text: str) -> None:
        """Keep it for the end."""
        self._thoughts.append(text)

    def draw(self, text: str, timings: Timings) -> None:
        """Show nothing yet."""

    def every_s(self, fastest_s: float) -> float:
        """Return the shortest wait: nothing is drawn."""
        return fastest_s

    def pause(self) -> None:
        """Show nothing yet."""

    def show_tools(self, text: str, cards: Cards) -> None:
        """Keep it for the end."""
        thoughts = "".join(self._thoughts)
        self._round = bundle_of(text, None, self._style, thoughts, cards)

    def start_round(self) -> None:
        """Keep the round for the end."""
        self._rounds.append(self._round)
        self._thoughts = []

    def end(self, text: str, footer: Footer, cards: Cards = ()) -> None:
        """Publish the bundle of all rounds."""
        thoughts = "".join(self._thoughts)
        last = bundle_of(text, footer, self._style, thoughts, cards)
        self._publisher.publish(joined([*self._rounds, last]) if self._rounds else last)


class _Flow:
    """Makes a growing text inert, wherever it was cut."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what can be printed now."""
        text = self._held + text
        cut = len(text) - held_back(text)
        self._held = text[cut:]
        return plain_text(text[:cut])

    def rest(self) -> str:
        """Return what was held back, not yet made inert."""
        held, self._held = self._held, ""
        return held


class TextView:
    """Prints the answer as it comes, for terminals and front ends without widgets.

    Args:
        style: how the answer is shown.
        dim: whether reasoning can be printed dimmed; else it stands in brackets.
    """

    def __init__(self, style: Format, *, dim: bool = False) -> None:
        self._style = style
        self._dim = dim
        self._shown = 0
        self._answer = _Flow()
        self._thoughts: _Flow | None = None
        self._waits_for = ""
        self._told: set[tuple[str, bool]] = set()

    def start(self) -> None:
        """Print nothing yet."""

    def wait(self, seconds: int, why: str) -> None:
        """Print the reason once; a printed line cannot count down."""
        if why != self._waits_for:
            self._waits_for = why
            _write(f"[{asked_again(seconds, why)}]\n")

    def start_again(self) -> None:
        """Print the next reason, be it the same."""
        self._waits_for = ""

    def think(self, text: str) -> None:
        """Print reasoning before the answer; raw is the answer alone."""
        if self._style == "raw":
            return
        if self._thoughts is None:
            self._thoughts = _Flow()
            _write("" if self._dim else "[reasoning:\n")
        self._write_thought(self._thoughts.feed(text))

    def _write_thought(self, text: str) -> None:
        if text:
            _write(f"{DIM}{text}{NOT_DIM}" if self._dim else text)

    def _end_thoughts(self) -> None:
        if self._thoughts is None:
            return
        self._write_thought(plain_text(self._thoughts.rest()))
        _write("\n\n" if self._dim else "]\n\n")
        self._thoughts = None

    def draw(self, text: str, timings: Timings) -> None:  # noqa: ARG002 - a View's
        """Print more of the answer; JSON is laid out when it is whole."""
        if self._style == "json" or not text:
            return
        self._end_thoughts()
        self._shown += len(text)
        _write(self._answer.feed(text))

    def every_s(self, fastest_s: float) -> float:
        """Return the shortest wait: only what is new is printed."""
        return fastest_s

    def pause(self) -> None:
        """Print nothing: what came is there to stay."""

    def show_tools(self, text: str, cards: Cards) -> None:
        """Print what is missing of the answer, and each call as it gets further."""
        rest = self._missing(text)
        _write(f"{rest}\n" if rest or self._shown else "")
        self._shown = 0
        for request, result in cards:
            for known in (None, result) if result else (None,):
                step = (request.id, known is not None)
                if step not in self._told:
                    self._told.add(step)
                    _write(f"[{card_text(request, known)}]\n")

    def start_round(self) -> None:
        """Begin to print another answer."""
        self._shown = 0

    def _missing(self, text: str) -> str:
        """Return what was not yet printed of an answer."""
        self._end_thoughts()
        missing = self._answer.rest() + text[self._shown :]
        self._shown = len(text)
        return terminal_text(missing, self._style)

    def end(self, text: str, footer: Footer, cards: Cards = ()) -> None:
        """Print what is missing, and the footer."""
        if cards:
            self.show_tools(text, cards)
            text = ""
        rest = self._missing(text)
        note = note_of(text, footer, self._style)
        noted = f"[{plain_text(note)}]\n" if note else ""
        under = "" if self._style == "raw" else f"[{plain_text(footer.text)}]\n"
        _write(f"{rest}\n{noted}{under}")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()

"""Ask the user in the cell whether a tool call of the model may run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from ocinb.errors import ParameterError, one_line
from ocinb.rendering import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import ToolRequest, ToolResult

__all__ = ["Approval", "Reply", "read_reply"]

Verb = Literal["run", "always", "edit", "reject", "again"]

_VERBS: Final[dict[str, Verb]] = {
    **dict.fromkeys(("y", "yes"), "run"),
    **dict.fromkeys(("a", "always"), "always"),
    **dict.fromkeys(("e", "edit"), "edit"),
    **dict.fromkeys(("n", "no"), "reject"),
}
CHOICES: Final = "y = yes, n = no (and why), e = edit, a = always this tool"
NOBODY: Final = (
    "nobody was asked, since this run takes no input; --tool-auto names the tools "
    "that run without being asked for"
)


@dataclass(frozen=True)
class Reply:
    """What the user typed.

    Attributes:
        verb: run, always, edit, reject, or again if it was none of these.
        rest: what followed: a reason, or arguments as JSON.
    """

    verb: Verb
    rest: str = ""


def read_reply(typed: str) -> Reply:
    """Read an answer to the question whether a tool may run; Enter alone is none."""
    word, _, rest = typed.strip().partition(" ")
    return Reply(_VERBS.get(word.lower().rstrip(","), "again"), rest.strip())


class Approval:
    """Decides tool calls by asking the user, one at a time, in the cell that runs.

    A tool runs on the thread that asks, so that its prints and plots land in the cell
    and an interrupt reaches it.

    Args:
        ask: prompts for a line, as `input` does.
        say: prints a line.
        interactive: False where nobody could answer; then nothing runs.
    """

    def __init__(
        self,
        ask: Callable[[str], str],
        say: Callable[[str], object],
        *,
        interactive: bool = True,
    ) -> None:
        self._ask = ask
        self._say = say
        self._interactive = interactive
        self._always: set[str] = set()

    def decide(self, request: ToolRequest) -> ToolResult | None:
        """Let a call run, or not; return its result if it ran here.

        A call that is decided already is left alone.
        """
        if not request.waiting:
            return None
        if not self._interactive:
            request.reject(NOBODY)
            return None
        if request.name in self._always:
            return request.run_here()
        result = None
        while result is None and request.waiting:
            result = self._asked(request)
        return result

    def _asked(self, request: ToolRequest) -> ToolResult | None:
        """Ask once; the call still waits if the answer was none."""
        reply = read_reply(self._ask(_question(request)))
        if reply.verb == "reject":
            request.reject(*([reply.rest] if reply.rest else []))
            return None
        if reply.verb == "again":
            self._say(f"please answer: {CHOICES}")
            return None
        if reply.verb == "always":
            self._always.add(request.name)
        try:
            return request.run_here(self._edited(request, reply))
        except ParameterError as error:
            self._say(str(error))
            return None

    def _edited(self, request: ToolRequest, reply: Reply) -> dict[str, Any] | None:
        """Return the arguments that the user wants instead; None for the model's."""
        if reply.verb != "edit":
            return None
        now = json.dumps(request.args, ensure_ascii=False, default=str)
        typed = reply.rest or self._ask(f"Arguments as JSON, now {plain_text(now)}\n")
        try:
            args = json.loads(typed)
        except (ValueError, RecursionError) as error:
            msg = f"these arguments are no JSON: {one_line(str(error), 100)}"
            raise ParameterError(msg) from error
        if not isinstance(args, dict):
            msg = f"arguments are a JSON object, not a {type(args).__name__}"
            raise ParameterError(msg)
        return args


def _question(request: ToolRequest) -> str:
    return f"Run {one_line(request.name, 80)}? {CHOICES}: "

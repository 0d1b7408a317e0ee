"""An answer on its way from the model to the screen and into the notebook."""

from __future__ import annotations

import sys
from contextlib import closing
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ocinb.chat_models import WireLog
from ocinb.conversation import Conversation, is_sent
from ocinb.errors import Stopped
from ocinb.magic.asked.advice import advice
from ocinb.magic.asked.interrupts import interruptible
from ocinb.magic.asked.preview import code_of, preview_of
from ocinb.magic.asked.question import question_of
from ocinb.magic.shown.approval import Approval
from ocinb.magic.shown.display import OnceView, TextView
from ocinb.magic.shown.next_cell import put_code
from ocinb.magic.shown.said import say
from ocinb.magic.shown.showing import Showing
from ocinb.magic.shown.widget_view import WidgetView
from ocinb.view.footer import footer_of
from ocinb.view.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from ocinb.conversation import Run, Turn
    from ocinb.magic.asked.question import Question
    from ocinb.magic.face import Face, Settings
    from ocinb.magic.shown.display import View
    from ocinb.magic.typed.arguments import Request
    from ocinb.magic.typed.flags import Format

__all__ = ["answer"]

PAUSE_S: Final = 1.0
"""After so long without anything new, what came is stored."""


def answer(
    face: Face, settings: Settings, request: Request, names: Mapping[str, Any]
) -> None:
    """Send a request, show the answer as it comes, and keep its message.

    An interrupt stops the answer quietly. Whatever ends it, the text that came is
    shown and kept, marked if it is not whole.

    Args:
        face: whose conversation goes on.
        settings: what is configured.
        request: what was typed.
        names: the variables that a model may be named by.

    Raises:
        OcinbError: the model's error. Other chat models raise their own kinds.
    """
    question = question_of(face, settings, request, names)
    key = face.cells.key(face.frontend)
    talk = _conversation(face, settings, request, question, key)
    if request.dry_run:
        code = code_of(question.model, request.model or face.models.current, names)
        asked = (question.model, question.prompt, question.params)
        say(preview_of(talk, *asked, key, code))
        return
    view = _view(face, settings, question.style)
    approval = Approval(input, say, interactive=face.frontend.interactive)
    showing = Showing(view, approval, thinking=request.reasoning == "show")
    waits = Waits(view.wait, view.start_again)
    callbacks = [WireLog(tell=waits.hear)]
    if request.goes_on:
        run = talk.start_going_on(callbacks=callbacks, **question.params)
    else:
        run = talk.start(
            question.prompt, key=key, callbacks=callbacks, **question.params
        )
    try:
        with interruptible():
            view.start()
            showing.go_on_from(run.turn.text, run.timings)
            _stream(run, showing, settings.stream_hz)
    except (KeyboardInterrupt, Stopped):
        pass  # the turn says that it was stopped, and so will its footer
    finally:
        waits.stop()
        _end(face, request, question, talk, run.turn, showing)


def _conversation(
    face: Face,
    settings: Settings,
    request: Request,
    question: Question,
    key: Hashable,
) -> Conversation:
    """Return the conversation that a request goes on with; a dry run's is a copy."""
    home = face.home_of(request.conversation, key)
    begun = face.conversations.get(home) if request.history else None
    talk = Conversation(question.model) if begun is None else begun
    if request.dry_run:
        talk = copy(talk)
    elif request.history:
        face.current, face.conversation = home, talk
    talk.model = question.asked
    talk.system = settings.system if request.system is None else request.system
    talk.max_history = settings.max_history
    talk.tools, talk.safe_tools = question.offered.tools, question.offered.safe
    return talk


def _view(face: Face, settings: Settings, style: Format) -> View:
    """Choose the view that the front end can show."""
    publisher = face.publisher
    if settings.view == "text" or not face.frontend.kernel:
        return TextView(style, dim=face.frontend.kernel or sys.stdout.isatty())
    if settings.view == "auto" and not face.frontend.interactive:
        return OnceView(publisher, style)
    return WidgetView(publisher, style)


def _stream(run: Run, showing: Showing, stream_hz: float) -> None:
    pace = partial(showing.every_s, 1 / stream_hz)
    with closing(run.batches(every_s=pace, idle_s=PAUSE_S)) as drawn:
        for items in drawn:
            showing.take(items, run.timings)


def _before(talk: Conversation, turn: Turn) -> Turn | None:
    """Return the last of the earlier turns that a request carried."""
    turns = talk.turns
    place = next((n for n, each in enumerate(turns) if each.id == turn.id), 0)
    return next((each for each in reversed(turns[:place]) if is_sent(each)), None)


def _end(
    face: Face,
    request: Request,
    question: Question,
    talk: Conversation,
    turn: Turn,
    showing: Showing,
) -> None:
    """Show the whole answer, and give the user what it holds, whole or not."""
    found, misfit = question.read(turn)
    footer = footer_of(
        turn,
        question.model,
        question.sent,
        asked=(*advice(turn, kept=request.history), *question.facts),
        misfit=misfit,
        before=_before(talk, turn),
        verbose=request.verbose,
    )
    showing.end(turn.text, footer)
    put_code(face.shell, turn.text, footer, question.style)
    kept = face.shell.user_ns
    if question.schema is not None:
        kept["_oci_object"] = found
    if turn.message is not None:
        kept["_oci"] = turn.message
        kept.update({request.out: turn.message} if request.out else {})

"""An answer on its way from the model to the screen and into the notebook."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import closing, contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from ocinb.chat_models import WireLog
from ocinb.conversation import Conversation
from ocinb.errors import ParameterError, Stopped
from ocinb.magic.command import say
from ocinb.magic.display import OnceView, TextView, WidgetView
from ocinb.magic.footer import footer_of
from ocinb.magic.next_cell import put_code
from ocinb.magic.preview import code_of, preview_of
from ocinb.magic.reasoning import reasoning_of
from ocinb.magic.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from langchain_core.language_models import BaseChatModel

    from ocinb.conversation import Run, Turn
    from ocinb.magic.arguments import Request
    from ocinb.magic.display import View
    from ocinb.magic.face import Face, Settings

__all__ = ["answer"]


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
    model = face.models.find(request.model or face.models.current, names)
    params = {**settings.params, **request.params}
    sent = _sent_params(model, params)
    key = face.cells.key(face.frontend)
    talk = _conversation(face, settings, request, model, key)
    if request.dry_run:
        code = code_of(model, request.model or face.models.current, names)
        say(preview_of(talk, request.prompt, params, key, code))
        return
    view = _view(face, settings, request)
    waits = Waits(view.wait, view.start_again)
    run = talk.start(
        request.prompt,
        key=key,
        callbacks=[WireLog(tell=waits.hear)],
        **params,
    )
    try:
        with _interruptible():
            view.start()
            _stream(run, view, settings.stream_hz, thinking=request.reasoning == "show")
    except (KeyboardInterrupt, Stopped):
        pass  # the turn says that it was stopped, and so will its footer
    finally:
        waits.stop()
        turn = run.turn
        footer = footer_of(
            turn, model, sent, about=request.about, verbose=request.verbose
        )
        view.end(turn.text, footer)
        put_code(face.shell, turn.text, footer, request.format or settings.format)
        _keep(face, turn, request.out)


def _sent_params(model: BaseChatModel, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the request will carry, or refuse it before anything is sent."""
    tell = getattr(model, "sent_params", None)
    sent: dict[str, Any] = dict(params) if tell is None else tell(**params)
    if (sent.get("n") or 1) > 1:
        msg = f"n must be 1 here (got {sent['n']}): one answer is shown"
        raise ParameterError(msg, hint="for more ask the chat model from Python")
    return sent


def _conversation(
    face: Face,
    settings: Settings,
    request: Request,
    model: BaseChatModel,
    key: Hashable,
) -> Conversation:
    """Return the conversation that a request goes on with; a dry run's is a copy."""
    home = face.home_of(request.conversation, key)
    begun = face.conversations.get(home) if request.history else None
    talk = Conversation(model) if begun is None else begun
    if request.dry_run:
        talk = copy(talk)
    elif request.history:
        face.current, face.conversation = home, talk
    talk.model = model
    talk.system = settings.system if request.system is None else request.system
    talk.max_history = settings.max_history
    return talk


def _view(face: Face, settings: Settings, request: Request) -> View:
    """Choose the view that the front end can show."""
    style, publisher = request.format or settings.format, face.publisher
    if settings.view == "text" or not face.frontend.kernel:
        return TextView(style, dim=face.frontend.kernel or sys.stdout.isatty())
    if settings.view == "auto" and not face.frontend.interactive:
        return OnceView(publisher, style)
    return WidgetView(publisher, style)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt reach this thread while it waits.

    In a cell that awaits something, ipykernel hands interrupts to its event loop,
    which cannot run before the magic returns.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stream(run: Run, view: View, stream_hz: float, *, thinking: bool) -> None:
    with closing(run.batches(every_s=1 / stream_hz)) as drawn:
        for chunks in drawn:
            thought = "".join(map(reasoning_of, chunks)) if thinking else ""
            if thought:
                view.think(thought)
            view.draw("".join(str(chunk.text) for chunk in chunks), run.timings)


def _keep(face: Face, turn: Turn, out: str) -> None:
    """Give the user the message, also of an answer that is not whole."""
    if turn.message is None:
        return
    face.shell.user_ns["_oci"] = turn.message
    if out:
        face.shell.user_ns[out] = turn.message

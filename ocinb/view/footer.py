"""The line under an answer: which model, how it ended, what it cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line
from ocinb.sampling import FACE_START, PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

    from ocinb.conversation import Timings, Turn

__all__ = [
    "UNFINISHED",
    "Footer",
    "footer_of",
    "name_of_model",
    "speed_of",
    "stored_footer",
]

UNFINISHED: Final = "this answer is not finished"


@dataclass(frozen=True)
class Footer:
    """Facts under an answer; none of them changes from run to run.

    Attributes:
        warning: what the user has to know, such as an answer that was cut.
        facts: everything else, in order.
    """

    warning: str = ""
    facts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The footer in one line."""
        return " · ".join([*([self.warning] if self.warning else []), *self.facts])


def footer_of(
    turn: Turn,
    model: BaseChatModel,
    sent: Mapping[str, Any],
    *,
    before: Turn | None = None,
    asked: Sequence[str] = (),
    misfit: str = "",
    verbose: bool = False,
) -> Footer:
    """Describe a turn that has ended.

    Args:
        turn: done, stopped or failed.
        model: what answered it.
        sent: the sampling parameters of its request.
        before: the last of the earlier turns that were sent with it.
        asked: what is to be told first, such as what was asked about.
        misfit: why the answer is not what was asked for; "" if it is.
        verbose: True to add the opc-request-id.
    """
    warnings = (_warning(turn, sent), misfit)
    warning = "; ".join(said for said in warnings if said)
    facts = (
        *asked,
        *_ending(turn, model),
        *_context(turn, before),
        *_changed(sent),
        *(_request_id(turn) if verbose else ()),
    )
    return Footer(warning, facts)


def stored_footer(turn: Turn) -> Footer:
    """Describe a turn by itself alone, whoever answered it and whenever it is read.

    Args:
        turn: in any state; of a conversation that may have been loaded.
    """
    known = {name: turn.params[name] for name in turn.params if name in PARAMETERS}
    warning = UNFINISHED if turn.open else _warning(turn, known)
    stale = ("an earlier turn was replaced since",) if turn.stale else ()
    return Footer(warning, (*stale, *_ending(turn, None), *_changed(known)))


def speed_of(timings: Timings) -> str:
    """Say how fast an answer is coming; "" before its first token."""
    if timings.ttft_s is None:
        return ""
    rate = timings.tokens_per_s
    speed = "" if rate is None else f" · {rate:.0f} tokens/s"
    return f"first token {timings.ttft_s:.2f} s{speed}"


def _warning(turn: Turn, sent: Mapping[str, Any]) -> str:
    if turn.open or turn.status == "stopped":
        return "stopped by you"
    if turn.status == "failed":
        return "incomplete: the answer broke off" if turn.text else "no answer"
    if turn.cut:
        limit = sent.get("max_tokens")
        return "cut at max_tokens" + (f" ({limit:,})" if limit else "")
    if turn.not_run:
        names = one_line(", ".join(dict.fromkeys(turn.not_run)), 80)
        return f"no round was left: not run: {names}"
    return ""


def _ending(turn: Turn, model: BaseChatModel | None) -> Iterator[str]:
    """Yield who answered, why it ended and how many tokens it took."""
    metadata = turn.message.response_metadata if turn.message else {}
    if name := name_of_model(model, metadata):
        yield name
    if turn.finish_reason:
        yield one_line(turn.finish_reason, 40)
    usage = turn.usage
    if usage:
        yield f"{usage['input_tokens']} prompt + {usage['output_tokens']} tokens"


def _context(turn: Turn, before: Turn | None) -> Iterator[str]:
    """Yield how much of the conversation was sent with the prompt.

    Its tokens are those that the server counted for the turn before and all before it,
    where the same turns were sent again.
    """
    if not turn.context:
        return
    told = f"context: {turn.context} turn{'s' if turn.context > 1 else ''}"
    whole = before is not None and before.context == turn.context - 1
    message = before.message if before is not None and whole else None
    usage = message.usage_metadata if message else None
    yield f"{told}, {usage['total_tokens']:,} tokens" if usage else told


def _request_id(turn: Turn) -> Iterator[str]:
    metadata = turn.message.response_metadata if turn.message else {}
    if "opc_request_id" in metadata:
        yield f"opc-request-id {one_line(str(metadata['opc_request_id']), 100)}"


def name_of_model(model: Any, metadata: Mapping[str, Any]) -> str:
    """Return a model's name as its answer tells it, or else as the model does; inert.

    Args:
        model: of any kind; None if it is not known.
        metadata: of an answer.
    """
    fields = (getattr(model, name, None) for name in ("model", "model_name"))
    kind = "" if model is None else type(model).__name__
    names = (metadata.get("model_name"), *fields, kind)
    return one_line(next((str(name) for name in names if name), ""), 80)


def _changed(sent: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that differ from what a face starts from."""
    for name, value in sent.items():
        if value is not None and value != _start(name):
            yield f"{name}={one_line(json.dumps(value, default=str), 60)}"


def _start(name: str) -> Any:
    if name == "max_tokens":
        return FACE_START[name]
    parameter = PARAMETERS.get(name)
    return None if parameter is None else parameter.server_default

"""The line under an answer: which model, how it ended, what it cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocinb.errors import one_line
from ocinb.magic.models import FACE_MAX_TOKENS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

    from ocinb.conversation import Timings, Turn

__all__ = ["Footer", "footer_of", "speed_of"]


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
    asked: Sequence[str] = (),
    misfit: str = "",
    verbose: bool = False,
) -> Footer:
    """Describe a turn that has ended.

    Args:
        turn: done, stopped or failed.
        model: what answered it.
        sent: the sampling parameters of its request.
        asked: what is to be told of the question.
        misfit: why the answer is not what was asked for; "" if it is.
        verbose: True to add the opc-request-id.
    """
    facts = _facts(turn, model, verbose=verbose)
    warning = "; ".join(said for said in (_warning(turn), misfit) if said)
    return Footer(warning, (*asked, *facts, *_changed(sent)))


def speed_of(timings: Timings) -> str:
    """Say how fast an answer is coming; "" before its first token."""
    if timings.ttft_s is None:
        return ""
    rate = timings.tokens_per_s
    speed = "" if rate is None else f" · {rate:.0f} tokens/s"
    return f"first token {timings.ttft_s:.2f} s{speed}"


def _warning(turn: Turn) -> str:
    if turn.open or turn.status == "stopped":
        return "stopped by you"
    if turn.status == "failed":
        return "incomplete: the answer broke off" if turn.text else "no answer"
    if _finish_reason(turn.message) in {"length", "max_tokens"}:
        return "cut at max_tokens: raise --max-tokens"
    return ""


def _facts(turn: Turn, model: BaseChatModel, *, verbose: bool) -> Iterator[str]:
    metadata = turn.message.response_metadata if turn.message else {}
    yield _model_name(metadata, model)
    if finish := _finish_reason(turn.message):
        yield finish
    usage = turn.message.usage_metadata if turn.message else None
    if usage:
        yield f"{usage['input_tokens']} prompt + {usage['output_tokens']} tokens"
    if turn.context:
        yield f"context {turn.context} turn{'s' if turn.context > 1 else ''}"
    if verbose and "opc_request_id" in metadata:
        yield f"opc-request-id {one_line(str(metadata['opc_request_id']), 100)}"


def _model_name(metadata: Mapping[str, Any], model: BaseChatModel) -> str:
    fields = (getattr(model, name, None) for name in ("model", "model_name"))
    names = (metadata.get("model_name"), *fields, type(model).__name__)
    return one_line(next(str(name) for name in names if name), 80)


def _finish_reason(message: AIMessage | None) -> str:
    """Return why the answer ended, by whichever name the model's class gives it."""
    metadata = message.response_metadata if message else {}
    names = ("finish_reason", "stop_reason", "done_reason")
    found = (metadata.get(name) for name in names)
    return one_line(str(next((reason for reason in found if reason), "")), 40)


def _changed(sent: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that differ from what a face starts from."""
    for name, value in sent.items():
        if value is not None and value != _start(name):
            yield f"{name}={one_line(json.dumps(value, default=str), 60)}"


def _start(name: str) -> Any:
    if name == "max_tokens":
        return FACE_MAX_TOKENS
    parameter = PARAMETERS.get(name)
    return None if parameter is None else parameter.server_default

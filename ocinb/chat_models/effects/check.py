"""Ask a deployment which sampling parameters it acts on, and which it ignores."""

from __future__ import annotations

import warnings
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from ocinb.chat_models.effects.findings import Finding, ParameterReport
from ocinb.chat_models.effects.probes import PLAIN, PROBES
from ocinb.chat_models.effects.signs import Seen
from ocinb.errors import AuthError, ConnectionFailed, OcinbError, one_line
from ocinb.sampling import PARAMETERS, ParameterWarning
from ocinb.sampling.checks import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ocinb.chat_models.effects.probes import Ask, Probe, Question
    from ocinb.chat_models.settings import Settings

__all__ = ["PROMPT", "check_parameters", "requests_needed"]

PROMPT: Final = "Write a short story about a lighthouse keeper."
"""What most requests ask: its beginning is long, and may go many ways."""

_REFUSALS: Final = (400, 422)
_SILENT_AFTER: Final = 3


def check_parameters(
    model: Settings,
    names: Iterable[str] | str | None = None,
    *,
    prompt: str = PROMPT,
    on_row: Callable[[Finding], object] | None = None,
) -> ParameterReport:
    """Find out which sampling parameters a deployment acts on.

    Servers ignore fields that they do not know, and answer as if nothing were wrong.
    So each parameter is sent at its extremes, on a fixed prompt with fixed seeds and
    a few tokens, and the answers are compared. The parameters that the model itself
    is set to are left out of these requests. They go through the model's own
    `generate` and `stream`, so its credentials, retries and rate limiter count;
    LangChain's cache does not. All parameters take 85 requests of mostly 12
    tokens, retries apart; `requests_needed` tells for some.

    "No observable effect" means that the answers do not show one here: the server
    ignores the parameter, or this model and prompt leave nothing to see.

    Args:
        model: whose deployment is asked.
        names: the parameters; None is all that are fields of the model.
        prompt: what most requests ask; it should have many good answers in English.
        on_row: called with each row when it is known.

    Raises:
        ParameterError: a name is no parameter; nothing was sent.
        AuthError: the credentials were refused; this ends the check.
        OcinbError: the first, plain request failed, so nothing could be compared.
    """
    chosen = _chosen(names, model.parameter_names)
    asking = _Asking(model, prompt)
    first = asking.outcome(PLAIN)
    if isinstance(first, OcinbError):
        raise first
    rows = []
    for name in chosen:
        row = _finding(PROBES[name], asking)
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return ParameterReport(model.model, tuple(rows), asking.requests)


def requests_needed(names: Iterable[str] | str | None = None) -> int:
    """Return how many requests a check sends, retries apart; None is for all."""
    chosen = _chosen(names, tuple(PARAMETERS))
    return len({PLAIN, *(ask for name in chosen for ask in PROBES[name].asks)})


def _chosen(names: Iterable[str] | str | None, known: Iterable[str]) -> list[str]:
    if names is None:
        return list(known)
    listed = [names] if isinstance(names, str) else list(names)
    for name in listed:
        if name not in PROBES:
            raise refuse_unknown(name, PROBES)
    return list(dict.fromkeys(listed))


def _bare(model: Settings, *, streaming: bool) -> Settings:
    """Copy a model without its sampling parameters and its cache."""
    unset = dict.fromkeys(model.parameter_names)
    others = {k: v for k, v in model.model_kwargs.items() if k not in PARAMETERS}
    how = {"cache": False, "streaming": streaming, "disable_streaming": not streaming}
    return model.model_copy(update={**unset, "model_kwargs": others, **how})


class _Asking:
    """Sends each request of a check once and remembers what came of it."""

    def __init__(self, model: Settings, prompt: str) -> None:
        self.requests = 0
        self._whole = _bare(model, streaming=False)
        self._streamed = _bare(model, streaming=True)
        self._messages = _messages(prompt)
        self._known: dict[Ask, Seen | OcinbError] = {}
        self._unanswered: list[ConnectionFailed] = []

    def outcome(self, ask: Ask) -> Seen | OcinbError:
        """Return what an answer shows, or the error that came instead.

        Raises:
            AuthError: the credentials were refused.
        """
        if ask not in self._known:
            self._known[ask] = self._asked(ask)
        return self._known[ask]

    def _asked(self, ask: Ask) -> Seen | OcinbError:
        if len(self._unanswered) >= _SILENT_AFTER:
            return self._unanswered[-1]
        self.requests += 1
        try:
            outcome: Seen | OcinbError = self._answer(ask)
        except AuthError:
            raise
        except ConnectionFailed as error:
            self._unanswered.append(error)
            return error
        except OcinbError as error:
            outcome = error
        self._unanswered.clear()
        return outcome

    def _answer(self, ask: Ask) -> Seen:
        messages = self._messages[ask.question]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)  # what the rows tell
            if ask.stream:
                chunks = self._streamed.stream(messages, **ask.params)
                return _seen_in([reduce(add, chunks)])
            result: Any = self._whole.generate([messages], **ask.params)
            return _seen_in([choice.message for choice in result.generations[0]])


def _messages(prompt: str) -> dict[Question, list[BaseMessage]]:
    return {
        "story": [HumanMessage(prompt)],
        "sum": [HumanMessage("What is 1+1? Answer with one number.")],
        "half": [HumanMessage(prompt), AIMessage("The old lighthouse")],
    }


def _seen_in(messages: Sequence[Any]) -> Seen:
    first = messages[0]
    said, usage = first.response_metadata, first.usage_metadata or {}
    thoughts = [m.additional_kwargs.get("reasoning_content", "") for m in messages]
    entries = (said.get("logprobs") or {}).get("content") or ()
    return Seen(
        texts=tuple(t + m.text for t, m in zip(thoughts, messages, strict=True)),
        finish=str(said.get("finish_reason") or ""),
        tokens=usage.get("output_tokens"),
        prompt_tokens=usage.get("input_tokens"),
        extras=frozenset(said),
        alternatives=max(
            (len(e.get("top_logprobs") or ()) for e in entries), default=0
        ),
        calls=len(first.tool_calls) + len(first.invalid_tool_calls),
        thoughts=len(thoughts[0]),
    )


def _finding(probe: Probe, asking: _Asking) -> Finding:
    seen = []
    for ask in probe.asks:
        outcome = asking.outcome(ask)
        if isinstance(outcome, OcinbError):
            return _failed(probe, ask, outcome)
        seen.append(outcome)
    verdict = probe.sign(seen)
    return Finding(probe.name, verdict.result, probe.tried, verdict.words)


def _failed(probe: Probe, ask: Ask, error: OcinbError) -> Finding:
    words = error.server_message or error.message
    said = one_line(words, 120)
    if error.status not in _REFUSALS:
        said = f"the request failed: {said}"
    elif ask.tries == probe.name:
        return Finding(probe.name, "refused", probe.tried, said, error.status)
    else:
        needed = ask.tries or "a request without it"
        said = f"{needed} was refused: {said}"
    return Finding(probe.name, "not checkable", probe.tried, said, error.status)

"""Rows of the store, made of answers and of failures."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from ocinb.sweep.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from langchain_core.messages import AIMessage

    from ocinb.chat_models.lane import Timed
    from ocinb.sweep.engine.failures import Failure
    from ocinb.sweep.engine.work import Job

__all__ = ["failed_row", "ok_row"]


def ok_row(job: Job, timed: Timed, *, lag_s: float) -> Row:
    """Return the row of a trial that was answered.

    Args:
        job: the trial.
        timed: its answer.
        lag_s: how late the event loop was meanwhile.
    """
    message = timed.message
    metadata: Mapping[str, Any] = message.response_metadata
    usage: Mapping[str, Any] = message.usage_metadata or {}
    logprobs = list(_logprobs(metadata))
    first_s, last_s = timed.first_s, timed.last_s
    return Row(
        key=job.question.key,
        status="ok",
        repeat=job.trial.repeat,
        seed=job.question.seed,
        text=message.text,
        reasoning=str(message.additional_kwargs.get("reasoning_content") or ""),
        tool_calls=_tool_calls(message),
        finish_reason=metadata.get("finish_reason"),
        model_name=metadata.get("model_name"),
        prompt_tokens=usage.get("input_tokens"),
        completion_tokens=usage.get("output_tokens"),
        logprob_sum=sum(logprobs) if logprobs else None,
        logprob_count=len(logprobs),
        queue_s=timed.written_s - job.queued_s,
        ttft_s=None if first_s is None else first_s - timed.written_s,
        content_s=None if first_s is None or last_s is None else last_s - first_s,
        e2e_s=timed.end_s - timed.written_s,
        chunks=timed.events,
        attempts=len(job.attempts) + 1,
        started_at=_wall(timed.written_s),
        lag_s=lag_s,
        request_id=str(metadata.get("opc_request_id") or ""),
    )


def failed_row(job: Job, failure: Failure, begun_s: float, end_s: float) -> Row:
    """Return the row of a trial that failed for good.

    Args:
        job: the trial, with all attempts.
        failure: of the last one.
        begun_s: when the last one began (monotonic).
        end_s: when it failed.
    """
    return Row(
        key=job.question.key,
        status="failed",
        repeat=job.trial.repeat,
        seed=job.question.seed,
        text=failure.partial_text,
        queue_s=begun_s - job.queued_s,
        e2e_s=end_s - begun_s,
        attempts=len(job.attempts),
        started_at=_wall(begun_s),
        request_id=failure.request_id,
        error=failure.line,
        error_kind=failure.kind,
        error_status=failure.status,
    )


def _tool_calls(message: AIMessage) -> list[dict[str, Any]]:
    calls = [
        {"name": call["name"], "args": call["args"], "id": call["id"]}
        for call in message.tool_calls
    ]
    return calls + [
        {
            "name": bad["name"],
            "args": bad["args"],
            "id": bad["id"],
            "error": bad["error"] or _problem(bad["args"]),
        }
        for bad in message.invalid_tool_calls
    ]


def _problem(arguments: str | None) -> str:
    """Say why arguments are none; LangChain itself does not where it streams."""
    try:
        json.loads(arguments or "")
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    return "the arguments are no object"


def _logprobs(metadata: Mapping[str, Any]) -> Iterator[float]:
    told = metadata.get("logprobs")
    for token in (told.get("content") or ()) if isinstance(told, dict) else ():
        value = token.get("logprob")
        if isinstance(value, (int, float)):
            yield float(value)


def _wall(monotonic_s: float) -> float:
    """Return a moment of the monotonic clock as seconds since 1970."""
    return time.time() - (time.monotonic() - monotonic_s)

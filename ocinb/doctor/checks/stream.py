"""Whether answers stream, and whether what streams comes bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ocinb.doctor.outcome import Outcome, broken, failed, passed, skipped
from ocinb.errors import OcinbError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.doctor.visit import Listened, Visit

__all__ = ["incremental", "judge_stream", "judge_times", "stream"]

_FEW: Final = 4
_QUICK_S: Final = 0.1
"""A stream that ends within this time cannot be told from one that was held back."""

_SHARE: Final = 0.1
_PER_EVENT_S: Final = 0.002

_NO_STREAM: Final = (
    "serve the model with a container that streams, such as vLLM, and update the "
    "deployment so that it offers /predictWithResponseStream"
)
_HELD_BACK: Final = (
    "switch off response buffering in the proxy or gateway between (nginx: "
    "proxy_buffering off), or use the deployment's own address"
)


def stream(visit: Visit) -> Outcome:
    """Look whether a streamed answer comes."""
    path = urlsplit(visit.endpoint.stream_url).path.rpartition("/predict")
    return judge_stream(visit.heard, f"/predict{path[2]}" if path[1] else path[2])


def judge_stream(came: Listened | OcinbError, path: str) -> Outcome:
    """Judge the answer to a request for a stream.

    Args:
        came: of the request.
        path: where it was sent first.
    """
    if isinstance(came, OcinbError):
        return broken(came, _NO_STREAM)
    if not came.streamed:
        return failed(f"{path}: one whole answer came instead of events", _NO_STREAM)
    events = f"{len(came.times_s)} events in {came.seconds:.2f} s"
    if came.fell_back:
        return failed(f"{path} does not stream; /predict does: {events}", _NO_STREAM)
    return passed(f"{path}: {events}")


def incremental(visit: Visit) -> Outcome:
    """Look whether the events of the stream are spread in time."""
    heard = visit.heard
    if isinstance(heard, OcinbError):
        return skipped("no stream came")
    return judge_times(heard.times_s)


def judge_times(times_s: Sequence[float]) -> Outcome:
    """Judge when the events of a stream came.

    Held back are they if the wait for the first one is more than ten times as long as
    all others take, and these come faster than any model writes: 2 ms apart or less.

    Args:
        times_s: when each event with text came, in seconds since the request.
    """
    if len(times_s) < _FEW:
        return skipped(f"only {len(times_s)} events with text came, too few to tell")
    first, last = times_s[0], times_s[-1]
    said = (
        f"{len(times_s)} events: the first after {first:.2f} s, the last {last:.2f} s"
    )
    spread_s = last - first
    if last < _QUICK_S:
        return skipped(f"{said}; too quick to tell")
    if spread_s < _SHARE * first and spread_s < _PER_EVENT_S * (len(times_s) - 1):
        return failed(f"{said}: all at once, something holds them back", _HELD_BACK)
    return passed(said)

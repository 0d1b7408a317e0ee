"""A sweep whose trials are carried out by the workers of a client."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ocinb.sweep.engine import target_of
from ocinb.sweep.farm.farm import Farm, Sent
from ocinb.sweep.farm.packing import packed_model
from ocinb.sweep.farm.shares import shares
from ocinb.sweep.farm.workers import workers_of
from ocinb.sweep.metrics.scoring import Scorers
from ocinb.sweep.running import begin

if TYPE_CHECKING:
    from ocinb.sweep.running import Sweep, SweepOptions
    from ocinb.sweep.space import Plan

__all__ = ["run_on"]


def run_on(client: Any, model: Any, plan: Plan, options: SweepOptions) -> Sweep:
    """Return a sweep that is noted in its store and not yet running.

    Slices of at most 200 trials go to the workers, each of which has its share of
    `max_rps` and `max_concurrency`. Rows come back as they are finished, into the store
    of this process; scorers run here. No key is sent: workers make their own signers.

    Args:
        client: a `dask.distributed.Client` or a `concurrent.futures.Executor`; workers
            that join later are not counted.
        model: a chat model; see `packed_model`.
        plan: what it is asked.
        options: how.

    Raises:
        ParameterError: something is not valid, cannot be sent to workers, or there are
            more requests than `limit`.
        MissingExtraError: Dask is not installed.
        StoreError: the store cannot be used.
    """
    target = target_of(model, stream=options.stream, timeout=options.timeout)
    sent = Sent(packed_model(model), options.stream, options.timeout)
    workers = workers_of(client)
    asks_here = any("ask" in each.wants for each in Scorers(options.scorers))
    most_per_s = options.max_rps or target.most_per_s
    parts = shares(most_per_s, options.max_concurrency, workers.count + asks_here)
    paces, own = (parts[:-1], parts[-1]) if asks_here and parts[1:] else (parts, None)
    carrier = partial(Farm, workers=workers, sent=sent, paces=paces, own=own)
    try:
        return begin(model, plan, options, carrier)
    except BaseException:
        workers.exchange.close(is_read=False)
        raise

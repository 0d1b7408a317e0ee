"""What users call: run a sweep, look at an earlier one, answer a table."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Literal

from ocinb.sweep.running import STORE, Sweep, SweepOptions, begin, space_of
from ocinb.sweep.running.lines import shown_by_notebook, wait_with_lines
from ocinb.sweep.space import Plan, prompts_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ocinb.sweep.results import SweepResult
    from ocinb.sweep.running.options import OnError
    from ocinb.sweep.space.plan import Seed

__all__ = ["arun_sweep", "run_sweep"]


def run_sweep(  # noqa: PLR0913 - each is a fact of a sweep that users name in a call
    model: Any,
    space: Any,
    prompts: Any,
    *,
    repeats: int = 1,
    scorers: Sequence[Any] = (),
    stream: bool = True,
    max_concurrency: int | Literal["auto"] = "auto",
    max_rps: float | None = None,
    timeout: float | dict[str, float | None] | None = 60,
    max_attempts: int = 8,
    limit: int | None = 500,
    store: str | Path = STORE,
    resume: bool = True,
    retry_errors: bool = False,
    on_error: OnError = "record",
    warmup: int = 0,
    progress: bool = True,
    seed: Seed = "per-repeat",
    template: str | None = None,
    reference: str | None = None,
    name: str = "",
    background: bool = False,
    client: Any = None,
) -> SweepResult | Sweep:
    """Ask every prompt with every setting, and return what came.

    Finished trials are in the store at once. The same sweep again asks only what is
    missing; a larger grid only what is new. An interrupt stops within a second and
    returns what there is.

    Example:
        ```python
        result = run_sweep(chat, grid(temperature=[0, 0.5, 1]), ["Name a colour."], repeats=5)
        result.summary(by=["temperature"])
        ```

    Args:
        model: one of ocinb's models, or any LangChain chat model; parameters and tools
            bound to it are sent with each request.
        space: `grid(...)`, `sample(...)`, `zip_axes(...)`, a dict of axis -> values, or
            None for the model's own settings.
        prompts: a string, a list of strings or of message lists, or a DataFrame.
        repeats: how often each prompt is asked with each setting, at least 1.
        scorers: functions of a trial that return a number, a boolean or a label; see
            `ocinb.sweep.metrics.scoring`.
        stream: True measures the time to the first token as well.
        max_concurrency: requests open at once; "auto" finds out how many the deployment
            answers promptly.
        max_rps: the most requests that start a second; None is Oracle's limit of 150,
            and none on loopback.
        timeout: seconds without any answer, or a dict as a model's `timeout`.
        max_attempts: requests that a trial may take (429, 5xx, broken connections).
        limit: the most requests that are sent; above it nothing is. None is no limit.
        store: SQLite file that keeps the trials; `":memory:"` keeps none.
        resume: False asks everything again and keeps both.
        retry_errors: True asks failed trials of earlier runs again.
        on_error: "record" makes a failed trial a row; "raise" stops at the first one
            and raises.
        warmup: requests before the first trial, not recorded: a server's first answers
            are slow.
        progress: True says what will be sent, and how far it is.
        seed: `per-repeat` sends 0, 1, 2, ...; an integer is added to these; `fixed`
            sends 0 each time; None sends none.
        template: of a DataFrame's prompts: text with `{column}` in it.
        reference: column of a DataFrame with the right answers.
        name: what the sweep is called in its store.
        background: True returns a running `Sweep` at once, to be watched and cancelled.
        client: a `dask.distributed.Client` or a `concurrent.futures.Executor` whose
            workers carry the trials out.

    Raises:
        ParameterError: something is not valid, or there are more requests than `limit`;
            nothing was sent.
        StoreError: the store cannot be used.
        OcinbError: `on_error="raise"` and a trial failed.
    """
    options = SweepOptions(
        scorers=scorers,
        stream=stream,
        max_concurrency=max_concurrency,
        max_rps=max_rps,
        timeout=timeout,
        max_attempts=max_attempts,
        limit=limit,
        store=store,
        resume=resume,
        retry_errors=retry_errors,
        on_error=on_error,
        warmup=warmup,
        name=name,
    )
    asked = prompts_of(prompts, template=template, reference=reference)
    plan = Plan(space_of(space), asked, repeats=repeats, seed=seed)
    if client is not None:
        from ocinb.sweep.farm import run_on  # noqa: PLC0415 - seldom needed

        sweep = run_on(client, model, plan, options)
    else:
        sweep = begin(model, plan, options)
    if progress:
        _announce(sweep)
    # drawn before it starts: what is imported for that would make the first times late
    is_drawn = progress and not background and shown_by_notebook(sweep)
    sweep.start()
    if background:
        return sweep
    return _finished(sweep, on_error=on_error, lines=progress and not is_drawn)


async def arun_sweep(
    model: Any, space: Any, prompts: Any, **options: Any
) -> SweepResult:
    """Run a sweep as `run_sweep` does, beside other tasks; cancelling it cancels it.

    Args:
        model: as in `run_sweep`.
        space: as in `run_sweep`.
        prompts: as in `run_sweep`.
        options: the other arguments of `run_sweep`, but for `background`.

    Raises:
        ParameterError: as `run_sweep`.
        StoreError: as `run_sweep`.
        OcinbError: as `run_sweep`.
    """
    begun = {"progress": False, **options, "background": True}
    sweep: Any = await asyncio.to_thread(run_sweep, model, space, prompts, **begun)
    try:
        while not await asyncio.to_thread(sweep.wait, 0.1):
            pass
    except asyncio.CancelledError:
        sweep.cancel()
        raise
    return _outcome(sweep, on_error=options.get("on_error", "record"))


def _announce(sweep: Sweep) -> None:
    print(sweep.preflight, file=sys.stdout)  # noqa: T201 - the user is to see it before it is sent
    for line in sweep.warnings:
        print(f"note: {line}", file=sys.stdout)  # noqa: T201 - as above


def _finished(sweep: Sweep, *, on_error: OnError, lines: bool) -> SweepResult:
    try:
        if lines:
            wait_with_lines(sweep)
        else:
            sweep.wait()
    except KeyboardInterrupt:
        sweep.cancel()
    return _outcome(sweep, on_error=on_error)


def _outcome(sweep: Sweep, *, on_error: OnError) -> SweepResult:
    error = sweep.first_error
    if on_error == "raise" and error is not None:
        raise error
    return sweep.result

"""From what the user asks for to a sweep that is ready to run: all checks, no request."""

from __future__ import annotations

import time
from hashlib import blake2b
from importlib.metadata import version
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError
from ocinb.sweep.engine import Engine, target_of
from ocinb.sweep.metrics.scoring import Scorers
from ocinb.sweep.running.sweep import Keys, Sweep
from ocinb.sweep.space import Plan, Space, grid
from ocinb.sweep.store import Store, SweepRecord
from ocinb.sweep.values import Planned, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ocinb.sweep.engine import Target
    from ocinb.sweep.running.carrier import Carrier
    from ocinb.sweep.running.options import SweepOptions
    from ocinb.sweep.space import Estimate

__all__ = ["begin", "space_of"]

_MANY: Final = 20_000
"""Trials whose keys are looked up in the store before a limit counts."""


def space_of(given: Any) -> Space | list[Setting]:
    """Return a space: the user's, or one made of a dict, or of nothing at all.

    Raises:
        ParameterError: it is no space.
    """
    if given is None:
        return [Setting(0, {})]
    if isinstance(given, Space):
        return given
    if isinstance(given, (dict, list)):
        return grid(given)
    msg = (
        f"space must be a grid(...), sample(...) or a dict (got {type(given).__name__})"
    )
    raise ParameterError(msg)


def begin(
    model: Any,
    plan: Plan,
    options: SweepOptions,
    carrier: Callable[..., Carrier] = Engine,
) -> Sweep:
    """Return a sweep that is noted in its store and not yet running.

    Args:
        model: a chat model.
        plan: what it is asked.
        options: how.
        carrier: makes what carries it out; it is called as `Engine` is.

    Raises:
        ParameterError: something is not valid, or there are more requests than `limit`.
        StoreError: the store cannot be used.
    """
    scorers = Scorers(options.scorers)
    target = target_of(model, stream=options.stream, timeout=options.timeout)
    keys = Keys(target, salt=b"" if options.resume else token_bytes(8))
    own: dict[str, Any] = getattr(model, "own_params", dict)()
    estimate = plan.estimate(max_tokens=own.get("max_tokens"))
    store = Store(options.store)
    try:
        _refuse_masses(plan, options, store, estimate)
        sweep_id = store.begin(
            _record(model, target, plan, options, keys), plan.settings, plan.prompts
        )
        store.plan(sweep_id, _planned(plan, keys))
        kept = store.kept(sweep_id)
        sweep = Sweep(
            model,
            plan,
            options,
            target=target,
            keys=keys,
            scorers=scorers,
            store=store,
            sweep_id=sweep_id,
            kept=kept,
            estimate=estimate,
            carrier=carrier,
            warnings=[*getattr(plan.settings, "notes", ()), *plan.warnings(own)],
        )
        _check_limit(sweep, options, is_new=not len(kept))
    except BaseException:
        store.close()
        raise
    return sweep


def _refuse_masses(
    plan: Plan, options: SweepOptions, store: Store, estimate: Estimate
) -> None:
    """Refuse what is far too much at once, however many trials the store has."""
    least = len(plan) - store.count()
    if options.limit is not None and least > max(options.limit, _MANY):
        raise _too_many(str(estimate), options.limit, len(plan))


def _check_limit(sweep: Sweep, options: SweepOptions, *, is_new: bool) -> None:
    count = sweep.to_send
    if options.limit is not None and count > options.limit:
        if is_new:
            sweep.store.forget(sweep.sweep_id)
        raise _too_many(sweep.preflight, options.limit, count)


def _too_many(planned: str, limit: int, count: int) -> ParameterError:
    msg = f"{planned}: limit {limit:,}, pass limit={count} to allow"
    return ParameterError(msg)


def _planned(plan: Plan, keys: Keys) -> Iterator[Planned]:
    for trial in plan:
        yield Planned(
            trial.setting.number,
            trial.prompt.number,
            trial.repeat,
            keys.question(trial).key,
        )


def _record(
    model: Any, target: Target, plan: Plan, options: SweepOptions, keys: Keys
) -> SweepRecord:
    axes: dict[str, dict[Any, None]] = {}
    for setting in plan.settings:
        for axis, value in setting.shown.items():
            axes.setdefault(axis, {})[value] = None
    return SweepRecord(
        plan_key=_plan_key(plan, keys),
        name=options.name,
        created_at=time.time(),
        endpoint=target.endpoint,
        model=target.name,
        description=_description(model),
        axes={axis: list(values) for axis, values in axes.items()},
        repeats=plan.repeats,
        options={"stream": options.stream, "seed": plan.seed},
        version=version("ocinb"),
    )


def _plan_key(plan: Plan, keys: Keys) -> str:
    """Return what is the same for the same settings, prompts, repeats and model.

    It asks something with each setting, so that none fails later for its values.
    """
    digest = blake2b(digest_size=16)
    first, prompt = plan.settings[0], plan.prompts[0]
    for setting in plan.settings:
        digest.update(keys.question(plan.trial(setting, prompt, 0)).key)
    for each in plan.prompts:
        digest.update(keys.question(plan.trial(first, each, 0)).key)
    digest.update(f"{plan.repeats} {plan.seed}".encode())
    return digest.hexdigest()


def _description(model: Any) -> dict[str, Any]:
    kind = type(model)
    own: dict[str, Any] = getattr(model, "set_params", dict)()
    return {"class": f"{kind.__module__}.{kind.__qualname__}", "params": own}

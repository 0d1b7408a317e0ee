"""Results of a sweep that was run before, by this kernel or another one."""

from __future__ import annotations

from pathlib import Path

from ocinb.errors import StoreError, one_line
from ocinb.sweep.results.result import SweepResult
from ocinb.sweep.store import Store

__all__ = ["load_sweep"]


def load_sweep(path: str | Path, name: str | None = None) -> SweepResult:
    """Return the results of a sweep in a store.

    Args:
        path: of the store's file.
        name: of the sweep; None is the newest one. Of several with one name it is the
            newest, too.

    Raises:
        StoreError: there is no such file or sweep, or it cannot be read.
    """
    file = Path(path).expanduser()
    if not file.exists():
        msg = f"there is no store {one_line(str(file), 300)}"
        raise StoreError(msg, hint="run_sweep(..., store=path) makes one")
    store = Store(file)
    sweeps = store.sweeps()
    found = [each for each in sweeps if name is None or each.name == name]
    if not found:
        named = ", ".join(dict.fromkeys(one_line(s.name, 60) or "''" for s in sweeps))
        wanted = "sweep" if name is None else f"sweep {one_line(name, 60)!r}"
        msg = f"there is no {wanted} in {one_line(str(file), 300)}"
        raise StoreError(msg, hint=f"there are: {named}" if sweeps else "it is empty")
    return SweepResult(store, found[-1].id)

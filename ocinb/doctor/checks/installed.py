"""Which packages are here, and which extras are not."""

from __future__ import annotations

import platform
import re
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Final

from ocinb.doctor.outcome import Outcome, failed, passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ocinb.doctor.visit import Visit

__all__ = ["judge_packages", "needs_of", "packages"]

_SHOWN: Final = ("langchain-core", "httpx", "pydantic", "ipython", "ipywidgets")
_NOT_FOR_USERS: Final = ("test", "all")
_NEED: Final = re.compile(
    r"([\w.-]+)(?:\[[^]]*\])?[^;]*(?:;\s*extra\s*==\s*['\"]([\w-]+)['\"])?"
)


def packages(_visit: Visit) -> Outcome:
    """Look at the versions of what is installed."""
    needs = needs_of(requires("ocinb") or ())
    names = {"ocinb", *_SHOWN, *(name for names in needs.values() for name in names)}
    return judge_packages(needs, {name: _version(name) for name in names})


def needs_of(requirements: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the packages that each extra brings; those of "" are always needed.

    Args:
        requirements: as the metadata of ocinb lists them (PEP 508). Those with other
            conditions than an extra are left out, and so is ocinb itself.
    """
    found: dict[str, tuple[str, ...]] = {}
    for requirement in requirements:
        read = _NEED.fullmatch(requirement.strip())
        extra = (read and read[2]) or ""
        if read and read[1] != "ocinb" and extra not in _NOT_FOR_USERS:
            found[extra] = (*found.get(extra, ()), read[1])
    return found


def judge_packages(
    needs: Mapping[str, tuple[str, ...]], versions: Mapping[str, str | None]
) -> Outcome:
    """Judge what is installed.

    Args:
        needs: the packages of each extra; those of "" are always needed.
        versions: of each package; None if it is not installed.
    """
    missing = [name for name in needs.get("", ()) if versions.get(name) is None]
    if missing:
        fix = f"pip install {' '.join(missing)}, or: pip install --upgrade ocinb"
        return failed(f"not installed: {', '.join(missing)}", fix)
    shown = [f"{n} {versions[n]}" for n in ("ocinb", *_SHOWN) if versions.get(n)]
    said = ", ".join([*shown, f"Python {platform.python_version()}"])
    absent = {
        extra: [name for name in names if versions.get(name) is None]
        for extra, names in needs.items()
        if extra
    }
    lacking = {extra: names for extra, names in absent.items() if names}
    if not lacking:
        return passed(f"{said}; every extra is installed")
    told = ", ".join(
        f"{extra} ({', '.join(names)})" for extra, names in lacking.items()
    )
    fix = f"only if you need them: pip install 'ocinb[{','.join(lacking)}]'"
    return passed(f"{said}; extras that are not installed: {told}", fix)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

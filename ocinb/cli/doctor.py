"""`ocinb doctor`: each check as a line when it ends, or all of them as JSON."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ocinb.doctor import diagnose, target_of
from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import did_you_mean
from ocinb.saved.file import SavedFile
from ocinb.saved.text import check_auth

if TYPE_CHECKING:
    from argparse import Namespace

    from ocinb.doctor import Row
    from ocinb.saved.values import Saved

__all__ = ["run"]


def run(arguments: Namespace) -> int:
    """Examine a deployment; return 0 if no check failed, else 1.

    Raises:
        ConfigurationError: an option cannot be right; nothing was checked.
    """
    check_auth(arguments.auth)
    saved = SavedFile().read()
    _check_name(arguments.endpoint, saved)
    if saved.problem and not arguments.endpoint:
        sys.stderr.write(f"ocinb: no alias is known: {saved.problem}\n")
    target = target_of(
        arguments.endpoint,
        saved,
        os.environ,
        auth=arguments.auth,
        model=arguments.model,
    )
    if arguments.json:
        report = diagnose(target)
        sys.stdout.write(f"{report.to_json()}\n")
        return 0 if report.ok else 1
    source = f", from {target.source}" if target.source else ""
    where = target.place or "no endpoint that can be used"
    sys.stdout.write(f"{where}{source}, model {target.model}\n\n")
    report = diagnose(target, on_row=_print)
    sys.stdout.write(f"\n{report.summary}\n")
    return 0 if report.ok else 1


def _print(row: Row) -> None:
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()


def _check_name(given: str, saved: Saved) -> None:
    """Refuse what is meant as an alias and is none; an address is left to a check."""
    if not given or given in saved.aliases or "/" in given or "ocid1." in given:
        return
    question = did_you_mean(given, saved.aliases)
    listed = f"known: {', '.join(saved.aliases)}" if saved.aliases else saved.problem
    msg = f"--endpoint {one_line(given, 60)}: neither an address nor a saved alias{question}"
    raise ConfigurationError(msg, hint=listed or "no alias is saved")

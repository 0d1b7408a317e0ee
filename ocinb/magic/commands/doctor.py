"""`%ocichat doctor`: what is wrong between here and the model's answer, row by row."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, Stopped
from ocinb.magic.asked.interrupts import interruptible
from ocinb.magic.shown.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.doctor import Report, Row, Target
    from ocinb.magic.face import Face
    from ocinb.magic.shown.progress import Line

__all__ = ["DOCTOR_ARGUMENTS", "doctor"]

DOCTOR_ARGUMENTS: Final = "[NAME]"

KEPT_IN: Final = "_oci_doctor"
"""The variable with the last report."""


def doctor(face: Face, rest: str) -> None:
    """Run the subcommand.

    Raises:
        OcinbError: one line that says why it cannot be done.
    """
    target = _target(face, rest)
    if face.frontend.kernel:
        with progress(face.frontend, face.publisher) as line:
            try:
                report = _examined(target, _Table(target, line))
            except Stopped:
                line.end()  # the rows that came stay
                raise
            line.end_with(_bundle(report))
    else:
        report = _examined(target, _print)
        sys.stdout.write(f"{report.summary}\n")
    face.shell.user_ns[KEPT_IN] = report


def _target(face: Face, name: str) -> Target:
    """Return what a name stands for; a wrong address is left to a check.

    Raises:
        ConfigurationError: the name is unknown, or that of another's chat model.
    """
    from ocinb.doctor import Target, target_of  # noqa: PLC0415 - keeps %load_ext quick

    name = name or face.models.current
    saved = face.saved.read()
    here = name in face.models.aliases
    if not here and (not name or name in saved.aliases):
        return target_of(name, saved, os.environ)
    try:
        model: Any = face.models.find(name, face.names())
    except ConfigurationError as error:
        error.add(hint=f"{error.hint}; to ask that: %ocichat -- doctor ...")
        raise
    if not hasattr(model, "check_parameters"):
        msg = f"doctor examines chat models of ocinb only, not a {type(model).__name__}"
        raise ConfigurationError(msg, hint="name another one behind doctor")
    headers = {k: str(v) for k, v in (model.default_headers or {}).items()}
    source = f"the {'alias' if here else 'variable'} {name}"
    return Target(model.endpoint, model.auth or None, model.model, headers, source)


def _examined(target: Target, show: Callable[[Row], object]) -> Report:
    from ocinb.doctor import diagnose  # noqa: PLC0415 - as above

    try:
        with interruptible():
            return diagnose(target, on_row=show)
    except KeyboardInterrupt as interrupt:
        msg = "the doctor was stopped by you"
        raise Stopped(msg) from interrupt


class _Table:
    """A table of the notebook that grows; it stays if the doctor is stopped.

    Args:
        target: that is examined.
        line: where it is shown.
    """

    def __init__(self, target: Target, line: Line) -> None:
        self._target = target
        self._line = line
        self._rows: list[Row] = []
        line.at_once("looking at what stands between here and an answer")

    def __call__(self, row: Row) -> None:
        from ocinb.doctor import Report  # noqa: PLC0415 - as above

        self._rows.append(row)
        seconds = sum(each.seconds for each in self._rows)
        target, rows = self._target, tuple(self._rows)
        report = Report(target.place, target.model, target.source, rows, seconds)
        self._line.put(_bundle(report), at_once=True)


def _print(row: Row) -> None:
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()


def _bundle(report: Report) -> dict[str, str]:
    return {"text/plain": str(report), "text/html": report._repr_html_()}

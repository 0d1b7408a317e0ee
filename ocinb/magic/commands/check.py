"""`%ocichat check`: which sampling parameters the deployment acts on, row by row."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, ParameterError, Stopped, one_line
from ocinb.magic.asked.interrupts import interruptible
from ocinb.magic.shown.progress import progress
from ocinb.magic.typed.arguments import parse_flags
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from ocinb.chat_models.effects.findings import Finding
    from ocinb.magic.face import Face
    from ocinb.magic.shown.progress import Line

__all__ = ["CHECK_ARGUMENTS", "CHECK_FLAGS", "check"]

CHECK_ARGUMENTS: Final = "[PARAMETER...] [--model NAME]"
CHECK_FLAGS: Final = {"--model": FLAGS["--model"], "-m": FLAGS["--model"]}

KEPT_IN: Final = "_oci_check"
"""The variable with the last report."""

_WIDTHS: Final = (max(map(len, PARAMETERS)) + 2, len("no observable effect") + 2)


def check(face: Face, rest: str) -> None:
    """Run the subcommand.

    Raises:
        OcinbError: one line that says why it cannot be done.
    """
    words, typed = parse_flags(rest, f"check {CHECK_ARGUMENTS}", CHECK_FLAGS, {})
    names = [word.replace("-", "_") for word in words] or None
    model = _checkable(face, typed.settings.get("model", ""))
    if face.frontend.kernel:
        with progress(face.frontend, face.publisher) as line:
            try:
                report = _checked(model, names, _Table(model, line))
            except Stopped:
                line.end()  # the rows that came stay
                raise
            line.end_with(_bundle(report))
    else:
        report = _checked(model, names, _Lines())
        sys.stdout.write(f"{report.summary}\n")
    face.shell.user_ns[KEPT_IN] = report


def _checkable(face: Face, name: str) -> Any:
    variables = face.names()
    model = face.models.find(name or face.models.current, variables)
    if not hasattr(model, "check_parameters"):
        msg = f"check asks chat models of ocinb only, not a {type(model).__name__}"
        raise ConfigurationError(msg, hint="name another one with --model")
    return model


def _checked(model: Any, names: list[str] | None, show: _Table | _Lines) -> Any:
    rows: list[Finding] = []

    def on_row(row: Finding) -> None:
        rows.append(row)
        show(rows)

    try:
        with interruptible():
            return model.check_parameters(names, on_row=on_row)
    except KeyboardInterrupt as interrupt:
        msg = f"the check was stopped by you after {len(rows)} parameters"
        raise Stopped(msg) from interrupt
    except ParameterError as error:
        if names is not None and not rows:
            error.add(hint="to ask that as a question: %ocichat -- check ...")
        raise


class _Table:
    """A table of the notebook that grows; it stays if the check is stopped.

    Args:
        model: that is checked.
        line: where it is shown.
    """

    def __init__(self, model: Any, line: Line) -> None:
        self._model = model
        self._line = line
        line.at_once("asking with and without each parameter")

    def __call__(self, rows: list[Finding]) -> None:
        from ocinb.chat_models.effects.findings import (  # noqa: PLC0415 - LangChain takes a second
            ParameterReport,
        )

        self._line.put(_bundle(ParameterReport(self._model.model, tuple(rows), 0)))


class _Lines:
    """A line of a terminal for each row."""

    def __call__(self, rows: list[Finding]) -> None:
        row = rows[-1]
        first, second = _WIDTHS
        told = f"{row.parameter:<{first}}{row.result:<{second}}{one_line(row.seen)}"
        sys.stdout.write(f"{told.rstrip()}\n")
        sys.stdout.flush()


def _bundle(report: Any) -> dict[str, str]:
    return {"text/plain": str(report), "text/html": report._repr_html_()}

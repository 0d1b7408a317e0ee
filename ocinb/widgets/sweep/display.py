"""What a notebook calls to show a sweep or a result."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from IPython import get_ipython
from IPython.display import publish_display_data

from ocinb.errors import MissingExtraError
from ocinb.sweep.results.extra import pandas
from ocinb.view.frontend import frontend_of
from ocinb.widgets.sweep.placing import is_shown, place
from ocinb.widgets.sweep.source import Source
from ocinb.widgets.sweep.stored import static_bundle
from ocinb.widgets.sweep.view import SweepView

if TYPE_CHECKING:
    from ocinb.sweep.results import SweepResult
    from ocinb.sweep.running import Sweep

__all__ = ["show"]


def show(shown: Sweep | SweepResult) -> None:
    """Show a sweep or a result in the running cell.

    A result whose sweep this run of the cell shows already is not shown again. Where
    tables cannot be made, a result's static display says what is missing.

    Args:
        shown: a sweep that may still run, or a result.
    """
    front = frontend_of(get_ipython())
    source = Source(shown)
    if source.sweep is not None:
        with suppress(MissingExtraError):  # the sections of the view will say so
            pandas()  # now, and not while times are measured
    else:
        if is_shown(source.key, front):
            return
        try:
            source.result.trials  # noqa: B018 - says what is missing
        except MissingExtraError:
            publish_display_data(static_bundle(source))
            return
    place(SweepView(shown), front)

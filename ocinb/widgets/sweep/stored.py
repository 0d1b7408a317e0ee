"""What the notebook keeps of a view: the result as static HTML, read without a kernel."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any, Final

import ipywidgets
from IPython.display import publish_display_data

from ocinb.errors import OcinbError, one_line
from ocinb.rendering import escape

if TYPE_CHECKING:
    from ocinb.widgets.sweep.source import Source

__all__ = ["NOT_DRAWN", "Stored", "static_bundle"]

NOT_DRAWN: Final = (
    "This front end did not draw the view's widgets (the kernel has ipywidgets "
    f"{ipywidgets.__version__}; a JupyterLab with widgets of another major version, or "
    "without them, draws none). This is the static view."
)


class Stored:
    """A display below the view, which a live view hides where it can.

    Args:
        source: whose result is kept.

    Attributes:
        drawn: False once it is known that the front end drew no view.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._transient = {"display_id": uuid.uuid4().hex}
        self._publishing = threading.Lock()
        self._last: dict[str, str] = {}
        self._displayed = False
        self.drawn = True

    def display(self) -> None:
        """Display the result as it is now, in the running cell."""
        self._displayed = True
        self.update()

    def update(self) -> None:
        """Put the result as it is now where it was displayed, if it is another one."""
        if not self._displayed:
            return
        with self._publishing:
            data = self._bundle()
            if data == self._last:
                return
            publish_display_data(
                data, transient=self._transient, update=bool(self._last)
            )
            self._last = data

    def _bundle(self) -> dict[str, str]:
        bundle = static_bundle(self._source)
        note = "" if self.drawn else f'<div class="ocinb">{escape(NOT_DRAWN)}</div>'
        html = bundle["text/html"]
        data = {"text/html": f'<div class="ocinb-sweep-stored">{note}{html}</div>'}
        plain = bundle["text/plain"]
        data["text/plain"] = plain if self.drawn else f"{NOT_DRAWN}\n\n{plain}"
        return data


def static_bundle(source: Source) -> dict[str, str]:
    """Return a result as HTML and as text, with how far its sweep is if it runs."""
    try:
        bundle: dict[str, Any] = source.result._repr_mimebundle_()
    except OcinbError as error:
        bundle = {"text/plain": str(error)}
    plain = str(bundle["text/plain"])
    html = str(bundle.get("text/html") or f'<div class="ocinb">{escape(plain)}</div>')
    if not source.is_over and source.sweep is not None:
        running = one_line(f"running: {source.sweep.progress}", 300)
        html = f'<div class="ocinb">{escape(running)}</div>{html}'
        plain = f"{running}\n{plain}"
    return {"text/html": html, "text/plain": plain}

"""A chart that any notebook shows: Vega-Lite, a picture and text."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from ocinb.errors import MissingExtraError
from ocinb.sweep.plots.looks import EMBEDDED

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from matplotlib.axes import Axes

__all__ = ["VEGA_LITE", "Plot"]

VEGA_LITE: Final = "application/vnd.vegalite.v5+json"

_DPI: Final = 144
_INCHES: Final = (6.4, 4.4)


class Chart(Protocol):
    """What is drawn, in each of three ways."""

    def spec(self) -> dict[str, Any]:
        """Return a Vega-Lite 5 specification with its data in it."""
        ...

    def text(self) -> str:
        """Return the numbers that are drawn, as lines."""
        ...

    def draw(self, axes: Axes) -> None:
        """Draw on axes of matplotlib."""
        ...


@dataclass(frozen=True, repr=False)
class Plot:
    """A chart.

    In a notebook it draws itself; nothing is fetched. JupyterLab draws the Vega-Lite
    specification, other readers show the picture, a terminal the text.

    Attributes:
        spec: a Vega-Lite 5 specification with its data in it.
        text: the numbers that are drawn, as lines.
        draw: draws the same on axes of matplotlib.
    """

    spec: dict[str, Any]
    text: str
    draw: Callable[[Axes], None] = field(repr=False, compare=False)

    @classmethod
    def of(cls, chart: Chart) -> Plot:
        """Return the plot of a chart."""
        return cls(chart.spec(), chart.text(), chart.draw)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return every form of the chart; no picture without matplotlib."""
        del include, exclude  # IPython picks from what it gets
        data: dict[str, Any] = {VEGA_LITE: self.spec, "text/plain": self.text}
        try:
            data["image/png"] = self.to_png()
        except MissingExtraError:
            return data, {VEGA_LITE: EMBEDDED}
        size = {"width": round(_INCHES[0] * 100), "height": round(_INCHES[1] * 100)}
        return data, {VEGA_LITE: EMBEDDED, "image/png": size}

    def to_png(self) -> bytes:
        """Return the chart as a picture; the same chart gives the same bytes.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        try:
            from matplotlib import style  # noqa: PLC0415 - heavy, and an extra
            from matplotlib.backends.backend_agg import (  # noqa: PLC0415 - as above
                FigureCanvasAgg,
            )
            from matplotlib.figure import Figure  # noqa: PLC0415 - as above
        except ImportError as error:
            msg = "pictures are drawn by matplotlib, which is not installed"
            raise MissingExtraError(msg, hint='pip install "ocinb[sweep]"') from error
        written = io.BytesIO()
        with style.context("default"), warnings.catch_warnings():
            # a letter that the font lacks is drawn as a box, a long label is cut
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            warnings.filterwarnings("ignore", "constrained_layout not applied")
            figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
            FigureCanvasAgg(figure)
            self.draw(figure.subplots())
            figure.savefig(written, format="png", metadata={"Software": None})
        return written.getvalue()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the chart as a PNG picture.

        Args:
            path: of the file; one that exists is replaced.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        file = Path(path)
        file.write_bytes(self.to_png())
        return file

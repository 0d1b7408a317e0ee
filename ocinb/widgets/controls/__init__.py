"""Controls for the sampling parameters, made from the one list of them."""

from ocinb.widgets.controls.controls import Controls
from ocinb.widgets.controls.presets import Presets
from ocinb.widgets.controls.restoring import restored
from ocinb.widgets.controls.style import CONTROLS_CSS

__all__ = ["CONTROLS_CSS", "Controls", "Presets", "restored"]

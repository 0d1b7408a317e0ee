"""What the controls look like."""

from __future__ import annotations

from typing import Final

__all__ = ["CONTROLS_CSS"]

CONTROLS_CSS: Final = """
.ocinb-params.ocinb-params {
  display: grid;
  gap: 2px 24px;
  grid-template-columns: repeat(auto-fit, minmax(min(330px, 100%), 1fr));
  overflow: visible;
}
.ocinb-param.ocinb-param {
  align-items: center;
  display: grid;
  gap: 0 6px;
  grid-template-columns: minmax(4em, 8.5em) minmax(50px, 1fr) minmax(4em, 8.5em) 4.2em;
  overflow: visible;
}
.ocinb-param.ocinb-no-slider { grid-template-columns: minmax(4em, 8.5em) minmax(4em, 1fr) 4.2em; }
.ocinb-param .widget-html-content { overflow-wrap: anywhere; }
.ocinb-param-name .ocinb.ocinb.ocinb { font-size: var(--jp-ui-font-size1, 13px); line-height: 1.3; }
.ocinb-param-note.ocinb-param-note { grid-column: 1 / -1; }
.ocinb-param > * { width: auto; min-width: 0; margin: 0; }
.ocinb-slider.ocinb-slider { display: flex; height: 26px; margin: 0 10px 0 8px; }
.ocinb-unset > .ocinb-slider .noUi-handle, .ocinb-unset > .ocinb-slider .ui-slider-handle { opacity: 0.5; }
.ocinb-mark { color: var(--jp-brand-color1, #1976d2); font-size: 0.7em; margin-left: 4px; vertical-align: middle; }
.ocinb-param > .ocinb-button.ocinb-button { min-height: 24px; padding: 0 4px; }
.ocinb-param > .ocinb-button:disabled { visibility: hidden; }
"""

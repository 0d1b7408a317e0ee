"""What the controls look like."""

from __future__ import annotations

from typing import Final

__all__ = ["CONTROLS_CSS"]

CONTROLS_CSS: Final = """
.ocinb-params.ocinb-params {
  align-items: start;
  container-type: inline-size;
  display: grid;
  gap: 4px 20px;
  grid-template-columns: repeat(auto-fill, minmax(min(max(29em, 40%), 100%), 1fr));
  overflow: visible;
}
.ocinb-group.ocinb-group { margin-top: 8px; }
.ocinb-param.ocinb-param {
  --ocinb-name: clamp(10.4em, 19cqi, 17em);
  align-items: center;
  display: grid;
  gap: 0 6px;
  grid-template-columns: var(--ocinb-name) minmax(60px, 1fr) 8.6em 3.6em;
  overflow: visible;
}
.ocinb-param > * { width: auto; min-width: 0; margin: 0; }
.ocinb-param > .ocinb-value { grid-column: 3; }
.ocinb-no-slider > .ocinb-value { grid-column: 2 / 4; }
.ocinb-param > .ocinb-param-note { grid-column: 1 / -1; }
.ocinb-main > .ocinb-param.ocinb-param { --ocinb-name: 8em; }
@container (max-width: 59.5em) {
  .ocinb-param.ocinb-param { --ocinb-name: clamp(10.4em, 36cqi, 17em); }
}
@container (max-width: 29em) {
  .ocinb-param.ocinb-param { grid-template-columns: minmax(60px, 1fr) minmax(5em, 10em) 3.6em; }
  .ocinb-param > .ocinb-param-name { grid-column: 1 / -1; }
  .ocinb-param > .ocinb-value { grid-column: 2; }
  .ocinb-no-slider > .ocinb-value { grid-column: 1 / 3; }
}
.ocinb-param .widget-html-content { overflow-wrap: anywhere; }
.ocinb-param-name .ocinb.ocinb.ocinb { font-size: var(--jp-ui-font-size1, 13px); line-height: 1.3; }
.ocinb-slider.ocinb-slider { display: flex; height: 26px; margin: 0 8px; }
.ocinb-unset .noUi-handle.noUi-handle, .ocinb-unset .ui-slider-handle { background: var(--jp-layout-color3, #ddd); }
.ocinb-panel .ocinb-unset select { color: var(--jp-ui-font-color2, #616161); }
.ocinb-mark { color: var(--jp-brand-color1, #1976d2); font-size: 0.7em; margin-left: 4px; vertical-align: middle; }
.ocinb-param > .ocinb-button.ocinb-button { min-height: 24px; padding: 0 2px; }
.ocinb-param > .ocinb-button:disabled { visibility: hidden; }
"""

"""What the panel looks like, in light and in dark."""

from __future__ import annotations

from typing import Final

from ocinb.rendering.style import compact
from ocinb.widgets.controls import CONTROLS_CSS
from ocinb.widgets.live import live_stylesheet

__all__ = ["panel_stylesheet"]

_CSS: Final = """
.ocinb-panel.ocinb-panel {
  border: 1px solid var(--jp-border-color2, #bdbdbd);
  border-radius: 6px;
  box-sizing: border-box;
  color: var(--jp-ui-font-color1, inherit);
  display: flex;
  flex-direction: column;
  gap: 6px;
  margin: 2px 0;
  max-width: 100%;
  overflow: hidden;
  padding: 10px 12px;
  width: 100%;
}
.ocinb-panel .widget-html, .ocinb-panel .widget-vbox, .ocinb-panel .widget-hbox,
.ocinb-panel .widget-text, .ocinb-panel .widget-textarea { max-width: 100%; }
.ocinb-panel .widget-html { height: auto; margin: 0; min-height: 0; }
.ocinb-panel .widget-html-content { line-height: inherit; }
.ocinb-transcript.ocinb-transcript {
  display: flex;
  flex-direction: column-reverse;
  max-height: min(32em, 60vh);
  overflow: hidden auto;
}
.ocinb-turns.ocinb-turns {
  display: block;
  flex: none;
  overflow: visible;
  width: 100%;
}
.ocinb-turn.ocinb-turn { display: block; overflow: visible; padding: 0 4px 10px 0; }
.ocinb-turn > .widget-vbox { display: block; overflow: visible; }
.ocinb-you.ocinb-you {
  background: var(--jp-layout-color2, #eee);
  border-radius: 6px;
  padding: 6px 10px;
  width: auto;
}
.ocinb-card-box.ocinb-card-box, .ocinb-card.ocinb-card { overflow: visible; }
.ocinb-card.ocinb-card {
  border: 1px solid var(--jp-border-color2, #bdbdbd);
  border-radius: 4px;
  margin-top: 6px;
  padding: 4px 10px 8px;
}
.ocinb-row.ocinb-row {
  align-items: center;
  display: flex;
  flex-flow: row wrap;
  gap: 2px;
  overflow: visible;
}
.ocinb-row > .widget-text > label, .ocinb-row > .widget-dropdown > label { flex: none; width: auto; }
.ocinb-row > .widget-text, .ocinb-row > .widget-dropdown { flex: 0 1 auto; margin: 0 4px 0 0; width: auto; }
.ocinb-row > .ocinb-wide { flex: 1 1 10em; max-width: min(34em, 100%); }
.ocinb-row > .widget-text > input { flex: 1 1 4em; min-width: 0; }
.ocinb-row > .widget-dropdown > select { min-width: 10em; }
.ocinb-picker > .ocinb-row { gap: 4px 10px; padding-bottom: 4px; }
.ocinb-composer.ocinb-composer { align-items: flex-end; display: flex; gap: 4px; overflow: visible; }
.ocinb-composer > .ocinb-button { flex: none; }
.ocinb-composer > .widget-text, .ocinb-composer > .widget-textarea { flex: 1 1 auto; min-width: 0; }
.ocinb-wide.ocinb-wide { width: auto; margin: 0; }
.ocinb-wide.widget-textarea { display: block; height: auto; }
.ocinb-wide.widget-textarea > label { display: block; text-align: left; width: auto; }
.ocinb-wide.widget-textarea > textarea { box-sizing: border-box; height: auto; width: 100%; }
.ocinb-wide.ocinb-wide > label { width: auto; }
.ocinb-panel .ocinb-code textarea { font-family: var(--jp-code-font-family, ui-monospace, monospace); }
.ocinb-panel :is(input, textarea, select) {
  background-color: var(--jp-layout-color1, Field);
  border: 1px solid var(--jp-border-color1, #9e9e9e);
  border-radius: 3px;
  color: var(--jp-ui-font-color1, FieldText);
  font-family: var(--jp-ui-font-family, inherit);
}
.ocinb-panel select {
  appearance: none;
  background-image:
    linear-gradient(45deg, transparent 50%, currentColor 50%), linear-gradient(-45deg, transparent 50%, currentColor 50%);
  background-position: right 12px center, right 8px center;
  background-repeat: no-repeat;
  background-size: 4.5px 5px;
  padding-right: 24px;
}
.ocinb-panel :is(input, textarea)::placeholder { color: var(--jp-ui-font-color2, #616161); opacity: 1; }
.ocinb-button.ocinb-button {
  border: 1px solid var(--jp-border-color1, #9e9e9e);
  border-radius: 3px;
  color: var(--jp-ui-font-color1, inherit);
  background: var(--jp-layout-color1, transparent);
  box-shadow: none;
  height: auto;
  line-height: 1.6;
  margin: 0;
  min-height: 26px;
  padding: 1px 10px;
  width: auto;
}
.ocinb-button.ocinb-quiet {
  background: none;
  border-color: transparent;
  color: var(--jp-ui-font-color2, #616161);
  padding: 1px 6px;
}
.ocinb-button.ocinb-quiet:hover, .ocinb-button.ocinb-quiet:focus-visible {
  background: var(--jp-layout-color2, #eee);
  color: var(--jp-ui-font-color0, inherit);
}
.ocinb-button.ocinb-button.ocinb-button:is(:hover, :focus, :active) { box-shadow: none; }
.ocinb-button.ocinb-primary {
  background: var(--ocinb-accent, #1565c0);
  border-color: transparent;
  color: #fff;
}
.ocinb-button.ocinb-on { background: var(--jp-layout-color3, #ddd); color: var(--jp-ui-font-color0, inherit); }
.ocinb-button.ocinb-button:disabled { cursor: default; opacity: 0.45; }
.ocinb-panel :is(button, input, textarea, select, summary, a):focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1976d2);
  outline-offset: 1px;
}
.ocinb-problem.ocinb-problem.ocinb-problem {
  border-left: 3px solid var(--jp-error-color1, #c62828);
  margin: 6px 0;
  padding-left: 8px;
}
.ocinb-said.ocinb-said, .ocinb-said-label > label {
  clip-path: inset(50%);
  height: 1px;
  margin: 0;
  overflow: hidden;
  padding: 0;
  position: absolute;
  white-space: nowrap;
  width: 1px;
}
.ocinb-head-line.ocinb-head-line { color: var(--jp-ui-font-color2, #616161); }
.ocinb-columns.ocinb-columns { display: flex; flex-flow: row wrap; gap: 12px; overflow: visible; }
.ocinb-columns + .widget-html.widget-html { margin-top: 8px; }
.ocinb-card-box > .ocinb-row { margin-top: 4px; }
.ocinb-column.ocinb-column { flex: 1 1 260px; min-width: 0; overflow: visible; }
.ocinb-column > .ocinb-button { align-self: flex-start; }
.ocinb-page.ocinb-page { max-height: 30em; overflow: auto; }
.ocinb-panel.jupyter-widgets-disconnected::before {
  color: var(--jp-ui-font-color1, inherit);
  content: "The kernel of this panel has gone. Run its cell again to go on.";
  font: 600 var(--jp-ui-font-size1, 13px) var(--jp-ui-font-family, sans-serif);
  position: static;
}
.jp-OutputArea:has(.ocinb-panel) > .jp-OutputArea-child:has(.ocinb-stored) { display: none; }
"""


def panel_stylesheet() -> str:
    """Return the CSS of the panel and of the answers in it.

    The stored transcript below the panel is hidden as long as a live panel is on the
    page above it.
    """
    return live_stylesheet() + compact(_CSS + CONTROLS_CSS)

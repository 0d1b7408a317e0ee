"""What the view of a sweep looks like, in light and in dark."""

from __future__ import annotations

from typing import Final

from ocinb.rendering.style import compact
from ocinb.widgets.panel.style import panel_stylesheet

__all__ = ["view_stylesheet"]

_CSS: Final = """
.ocinb-sweep-view {
  --ocinb-ok: #3182bd;
  --ocinb-failed: #d55e00;
  --ocinb-kept: #8fb8d8;
  --ocinb-cut: #9e9e9e;
}
.ocinb-first.ocinb-first {
  align-items: center;
  display: flex;
  flex-flow: row wrap;
  gap: 2px 8px;
  justify-content: space-between;
  overflow: visible;
}
.ocinb-progress-box.ocinb-progress-box, .ocinb-section.ocinb-section,
.ocinb-opened.ocinb-opened, .ocinb-settings.ocinb-settings { display: block; overflow: visible; }
.ocinb-gone.ocinb-gone { display: none; }
.ocinb-bar {
  background: var(--jp-layout-color2, #eee);
  border-radius: 4px;
  display: flex;
  height: 10px;
  margin: 2px 0 4px;
  overflow: hidden;
}
.ocinb-bar > i { display: block; height: 100%; transition: width 0.2s; }
.ocinb-key { display: flex; flex-flow: row wrap; font-size: 0.85em; gap: 0 14px; margin: 0; min-height: 1.5em; }
.ocinb-key i { border-radius: 2px; display: inline-block; height: 0.7em; margin-right: 5px; width: 0.7em; }
.ocinb-ok { background: var(--ocinb-ok); }
.ocinb-failed { background: var(--ocinb-failed); }
.ocinb-kept { background: var(--ocinb-kept); }
.ocinb-cut { background: var(--ocinb-cut); }
.ocinb-section.ocinb-section {
  border-top: 1px solid var(--jp-border-color2, #bdbdbd);
  margin-top: 6px;
  padding-top: 6px;
}
.ocinb-setting.ocinb-setting {
  align-items: center;
  display: grid;
  gap: 0 8px;
  grid-template-columns: minmax(9em, 34%) minmax(0, 1fr);
  overflow: visible;
}
.ocinb-setting > .ocinb-button.ocinb-name {
  background: none;
  border-color: transparent;
  color: var(--jp-content-link-color, LinkText);
  justify-content: flex-start;
  overflow-wrap: anywhere;
  padding: 1px 4px;
  text-align: left;
  white-space: normal;
  width: 100%;
}
.ocinb-setting > .ocinb-button.ocinb-name:hover { background: var(--jp-layout-color2, #eee); text-decoration: underline; }
.ocinb-setting > .ocinb-figures-box { margin: 0; width: auto; }
.ocinb-setting > .ocinb-name.widget-html { margin: 0; padding: 0 4px; width: auto; }
.ocinb-figures.ocinb-figures {
  align-items: center;
  display: grid;
  font-variant-numeric: tabular-nums;
  gap: 0 10px;
  grid-template-columns: 4.6em 9.5em minmax(3em, 1fr) 6em minmax(8em, 0.8fr);
}
.ocinb-figures.ocinb-figures.ocinb-figures.ocinb-figures { font-size: var(--jp-ui-font-size1, 13px); }
.ocinb-figures.ocinb-figures.ocinb-figures.ocinb-figures > span { margin: 0; overflow-wrap: normal; }
.ocinb-figures-head.ocinb-figures-head.ocinb-figures-head.ocinb-figures-head { color: var(--jp-ui-font-color2, #616161); font-size: var(--jp-ui-font-size1, 13px); }
.ocinb-figures-head > span { font-size: 0.85em; }
.ocinb-interval { display: block; height: 12px; margin-right: 6px; position: relative; }
.ocinb-interval > i {
  background: var(--ocinb-ok);
  border-radius: 2px;
  height: 4px;
  min-width: 2px;
  opacity: 0.55;
  position: absolute;
  top: 4px;
}
.ocinb-interval > b {
  background: var(--jp-ui-font-color1, #212121);
  border-radius: 50%;
  height: 8px;
  margin-left: -4px;
  position: absolute;
  top: 2px;
  width: 8px;
}
.ocinb-mark-best {
  border: 1px solid var(--jp-border-color1, #9e9e9e);
  border-radius: 8px;
  font-size: 0.85em;
  padding: 0 7px;
  white-space: nowrap;
}
.ocinb-answers table { width: 100%; }
.ocinb-answers.ocinb-answers.ocinb-answers.ocinb-answers :is(td, th) { min-width: 9em; overflow-wrap: anywhere; vertical-align: top; }
.ocinb-answers.ocinb-answers.ocinb-answers.ocinb-answers th { font-weight: 600; }
.ocinb-answers.ocinb-answers.ocinb-answers.ocinb-answers :is(td, th):first-child { min-width: 12em; }
.ocinb-answer { margin: 0; max-height: 12em; overflow: auto; overflow-wrap: anywhere; white-space: pre-wrap; }
.ocinb-answer + .ocinb-answer { border-top: 1px dotted var(--jp-border-color2, #bdbdbd); margin-top: 4px; padding-top: 4px; }
.ocinb-remark { color: var(--jp-ui-font-color2, #616161); font-size: 0.85em; margin: 2px 0 0; }
.ocinb-opened > .ocinb-row { margin-top: 8px; }
.ocinb-sweep-view .ocinb-row > .widget-dropdown { max-width: min(30em, 100%); min-width: 0; }
.ocinb-sweep-view .widget-dropdown > select { max-width: 100%; min-width: 0; }
.ocinb-notes > summary { cursor: pointer; }
.ocinb-sweep-view .jupyter-widgets-output-area { overflow: auto; width: 100%; }
.ocinb-sweep-view.jupyter-widgets-disconnected::before {
  color: var(--jp-ui-font-color1, inherit);
  content: "The kernel of this view has gone. Run its cell again to go on.";
  font: 600 var(--jp-ui-font-size1, 13px) var(--jp-ui-font-family, sans-serif);
  position: static;
}
.jp-OutputArea:has(.ocinb-sweep-view) > .jp-OutputArea-child:has(.ocinb-sweep-stored) { display: none; }
@container (max-width: 560px) {
  .ocinb-setting.ocinb-setting { grid-template-columns: minmax(0, 1fr); margin-bottom: 6px; }
  .ocinb-figures.ocinb-figures { grid-template-columns: 4.6em 9.5em minmax(3em, 1fr); }
  .ocinb-figures-head.ocinb-figures-head { display: none; }
}
.ocinb-sweep-box.ocinb-sweep-box { container-type: inline-size; display: block; overflow: visible; width: 100%; }
"""


def view_stylesheet() -> str:
    """Return the CSS of the view; it is at home in the frame of a chat panel.

    What is stored below the view is hidden as long as a live view is above it.
    """
    return panel_stylesheet() + compact(_CSS)

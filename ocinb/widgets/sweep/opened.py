"""One setting, opened: a chat with it, and Python that asks with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import HTML, VBox

from ocinb.errors import OcinbError, ParameterError
from ocinb.rendering import escape, fenced, to_html
from ocinb.sweep.space.plan import messages_of
from ocinb.sweep.values import Trial
from ocinb.view.code import as_code
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.panel import ChatPanel
from ocinb.widgets.sweep.section import row

if TYPE_CHECKING:
    from ocinb.sweep.results import SweepResult
    from ocinb.sweep.values import Prompt, Setting

__all__ = ["Opened", "code_of", "model_with", "panel_with"]

NO_MODEL = "this result knows no model: set result.model = your model, then click again"


class Opened:
    """Shows at most one setting.

    Attributes:
        panel: the chat with it; None if none is shown.
        widget: what is displayed.
    """

    def __init__(self) -> None:
        self.panel: ChatPanel | None = None
        self._result: SweepResult | None = None
        self._setting: Setting | None = None
        self._title = lean(HTML, value="")
        self._code = lean(HTML, value="")
        self._as_code = button("As code", self._toggle_code, "Python that asks with it")
        self._close = button("Close", self.clear, "Close this chat")
        self._bar = row(self._title, self._as_code, self._close)
        self.widget = lean(VBox, children=(), _dom_classes=("ocinb-opened",))

    def show(self, result: SweepResult, number: int) -> None:
        """Open a setting in place of the one before.

        Args:
            result: of the sweep.
            number: of the setting.
        """
        self.clear()
        found = {each.number: each for each in result.store.settings(result.record.id)}
        self._result, self._setting = result, found[number]
        self._title.value = (
            f'<div class="ocinb"><strong>{escape(str(self._setting))}</strong></div>'
        )
        shown: tuple[Any, ...] = (self._bar, self._code)
        try:
            self.panel = panel_with(result.model, self._setting)
            shown = (*shown, self.panel)
        except OcinbError as error:
            self._code.value = line_html(str(error), "problem", "alert")
        self.widget.children = shown

    def clear(self) -> None:
        """Close what is shown."""
        self.widget.children = ()
        self._code.value = ""
        if self.panel is not None:
            self.panel.close()
            self.panel = None

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        self.clear()
        parts = (self._title, self._code, self._as_code, self._close, self._bar)
        for widget in (*parts, self.widget):
            widget.close()

    def _toggle_code(self) -> None:
        if self._code.value or self._result is None or self._setting is None:
            self._code.value = ""
            return
        try:
            prompts = self._result.store.prompts(self._result.record.id, first=1)
            code = code_of(self._result.model, self._setting, prompts[0])
            self._code.value = to_html(fenced(code, "python"))
        except OcinbError as error:
            self._code.value = line_html(str(error), "problem", "alert")


def model_with(model: Any, setting: Setting) -> Any:
    """Return a model that sends a setting whenever it is asked.

    Args:
        model: that was swept; None if nobody knows any more.
        setting: of the sweep. Its system prompt is no part of a model.

    Raises:
        ParameterError: there is no model.
    """
    if model is None:
        raise ParameterError(NO_MODEL)
    left_out = ("system", "tools")
    values = {n: v for n, v in setting.values.items() if n not in left_out}
    fields = getattr(type(model), "model_fields", {})
    if values.keys() <= fields.keys():
        return model.model_copy(update=values)
    return model.bind(**values)


def panel_with(model: Any, setting: Setting) -> ChatPanel:
    """Return a chat panel whose model sends a setting.

    Args:
        model: as in `model_with`.
        setting: as in `model_with`; its system prompt and its tools are the panel's.

    Raises:
        ParameterError: as `model_with`.
    """
    system, tools = setting.values.get("system"), setting.values.get("tools")
    return ChatPanel(model_with(model, setting), system=system or "", tools=tools or ())


def code_of(model: Any, setting: Setting, prompt: Prompt) -> str:
    """Return Python that asks the first prompt of a sweep with a setting.

    Raises:
        ParameterError: as `model_with`.
    """
    messages = messages_of(Trial(setting, prompt, 0))
    tools = setting.values.get("tools") or ()
    return as_code(model_with(model, setting), messages, {}, tools=tools)

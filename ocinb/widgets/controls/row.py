"""One sampling parameter as a row: its name, a slider or a choice, a box, a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML, Button, Dropdown, FloatSlider, HBox, IntSlider, Text

from ocinb.rendering import escape
from ocinb.widgets.controls.span import span_of
from ocinb.widgets.controls.typed import read, shown
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipywidgets import Widget

    from ocinb.sampling import Parameter

__all__ = ["UNSET", "Row"]

UNSET: Final = object()
"""Left to the model: its own setting, or its class default."""

_ONE_ANSWER: Final = (
    "one answer is shown here: Compare asks twice, and the model itself gives more"
)
_SAID: Final = "ocinb-said-label"


class Row:
    """Shows one parameter and takes what the user does with it.

    Args:
        parameter: from the list of all.
        own: what the model sends by itself; None is nothing.
        changed: called with the value after the user has changed it: None is "not
            sent", `UNSET` is left to the model.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self, parameter: Parameter, own: Any, changed: Callable[[str, Any], object]
    ) -> None:
        self._parameter = parameter
        self._own = own
        self._changed = changed
        self._value: Any = UNSET
        self._showing = False
        self._span = span_of(parameter)
        self._label = lean(HTML, value="", _dom_classes=("ocinb-param-name",))
        self._note = lean(HTML, value="", _dom_classes=("ocinb-param-note",))
        self._reset = lean(
            Button,
            description="reset",
            tooltip=f"reset {parameter.name}",
            disabled=True,
            _dom_classes=("ocinb-button", "ocinb-quiet"),
        )
        self._reset.on_click(lambda _: self._set(UNSET))
        self._slider = self._make_slider()
        self._box = self._make_box()
        middle = () if self._slider is None else (self._slider,)
        parts = (self._label, *middle, self._box, self._reset, self._note)
        kinds = ("ocinb-param", *(() if middle else ("ocinb-no-slider",)))
        self.widget = lean(HBox, children=parts, _dom_classes=kinds)
        self._draw()

    def show(self, value: Any) -> None:
        """Show a value that code has set; `UNSET` is left to the model."""
        if value is not self._value and value != self._value:
            self._value = value
            self._note.value = ""
            self._draw()

    def use_own(self, own: Any) -> None:
        """Take up what another model sends by itself."""
        self._own = own
        if isinstance(self._box, Dropdown):
            self._showing = True
            self._box.options = self._choices()
            self._showing = False
        self._draw()

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for widget in (*self.widget.children, self.widget):
            widget.close()

    # What the user does

    def _slid(self, change: Any) -> None:
        value = None if self._span is None else self._span.value(change["new"])
        if self._showing or change["new"] == self._place():
            return
        if value is None:
            note = f"{self._parameter.name}: the slider gave no number; it is as it was"
            self._set(self._value, note)
        else:
            self._set(int(value) if self._parameter.kind == "int" else value)

    def _typed(self, change: Any) -> None:
        text = change["new"]
        if self._showing or text == self._text():
            return
        before = self._own if self._value is UNSET else self._value
        typed = read(self._parameter, text, before)
        value, note = typed
        if self._parameter.name in {"n", "best_of"} and (value or 1) > 1:
            value, note = before, _ONE_ANSWER
        as_before = bool(note) and value is before and self._value is UNSET
        if as_before or (value is None and self._own is None):
            value = UNSET
        self._set(value, note)

    def _chosen(self, change: Any) -> None:
        if not self._showing:
            self._set(self._values()[change["new"]])

    def _set(self, value: Any, note: str = "") -> None:
        self._value = value
        self._note.value = line_html(note, "footer", "status")
        self._draw()
        self._changed(self._parameter.name, value)

    # How it looks

    def _draw(self) -> None:
        """Show the value everywhere, which is no change of the user's."""
        name, is_set = self._parameter.name, self._value is not UNSET
        mark = ' <span class="ocinb-mark" title="changed">●</span>' if is_set else ""
        said = escape(self._parameter.help)
        self._showing = True
        self._label.value = (
            f'<span class="ocinb" title="{said}">{_breakable(name)}{mark}</span>'
        )
        self._reset.disabled = not is_set
        if self._slider is not None:
            self._slider.value = self._place()
        if isinstance(self._box, Dropdown):
            self._box.value = self._text()
        else:
            self._box.placeholder = self._hint()
            self._box.value = self._text()
            # what was typed and is not the value must go, also where it did not change
            self._box.send_state("value")
        dim = "ocinb-unset"
        (self.widget.remove_class if is_set else self.widget.add_class)(dim)
        self._showing = False

    def _place(self) -> Any:
        """Return where the slider stands: at the value that counts."""
        counts = self._value
        if counts is UNSET:
            counts = self._own
        if counts is None:
            counts = self._parameter.server_default
        place = self._span.place(counts) if self._span else 0
        return int(place) if self._parameter.kind == "int" else place

    def _text(self) -> str:
        if isinstance(self._box, Dropdown):
            values = self._values()
            same = (
                w for w, v in values.items() if v is self._value or v == self._value
            )
            return next(same, next(iter(values)))
        return "" if self._value is UNSET else shown(self._value)

    def _hint(self) -> str:
        default = self._parameter.server_default
        server = "server default" if default is None else f"server: {shown(default)}"
        if self._value is UNSET and self._own is not None:
            return f"model: {shown(self._own)}"
        return f"not sent ({server})" if self._value is None else server

    # What it is made of

    def _make_slider(self) -> Widget | None:
        if self._span is None:
            return None
        whole = self._parameter.kind == "int"
        kind, number = (IntSlider, int) if whole else (FloatSlider, float)
        slider = lean(
            kind,
            min=number(self._span.low),
            max=number(self._span.high),
            step=number(self._span.step),
            value=self._place(),
            readout=False,
            description=f"{self._parameter.name} slider",
            _dom_classes=("ocinb-slider", _SAID),
        )
        slider.observe(self._slid, "value")
        return slider

    def _make_box(self) -> Text | Dropdown:
        parameter = self._parameter
        if parameter.kind == "bool" or parameter.choices:
            choice = lean(
                Dropdown,
                options=self._choices(),
                value="own",
                description=parameter.name,
                _dom_classes=("ocinb-wide", "ocinb-value", _SAID),
            )
            choice.observe(self._chosen, "value")
            return choice
        box = lean(
            Text,
            value="",
            placeholder=self._hint(),
            description=parameter.name,
            continuous_update=False,
            _dom_classes=("ocinb-wide", "ocinb-value", _SAID),
        )
        box.observe(self._typed, "value")
        return box

    def _values(self) -> dict[str, Any]:
        """Return what the choices of a dropdown stand for."""
        own = {"own": UNSET, **({} if self._own is None else {"none": None})}
        words = {word: word for word in self._parameter.choices}
        return {**own, **(words or {"on": True, "off": False})}

    def _choices(self) -> list[tuple[str, str]]:
        own = {True: "on", False: "off"}.get(self._own, self._own)
        default = {True: "on", False: "off"}.get(self._parameter.server_default)
        server = f"server default ({default})" if default else "server default"
        names = {
            "own": server if self._own is None else f"model: {own}",
            "none": f"not sent ({server})",
        }
        return [(names.get(word, word), word) for word in self._values()]


def _breakable(name: str) -> str:
    """Return a name that a narrow column breaks after its underscores."""
    return escape(name).replace("_", "_<wbr>")

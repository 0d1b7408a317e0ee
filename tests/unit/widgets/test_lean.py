"""Widgets send what they were made with, under the names that a front end knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import HTML, Button, Dropdown, FloatSlider, Text, Textarea

from ocinb.widgets import lean

if TYPE_CHECKING:
    from ipywidgets import Widget


@pytest.mark.parametrize(
    ("kind", "traits", "sent"),
    [
        (HTML, {"value": "x"}, {"value": "x"}),
        (Text, {"value": "x", "description": "d"}, {"value": "x", "description": "d"}),
        (Textarea, {"value": "x", "rows": 3}, {"value": "x", "rows": 3}),
        (Button, {"description": "b"}, {"description": "b"}),
        (
            FloatSlider,
            {"value": 0.5, "min": 0.0, "max": 1.0},
            {"value": 0.5, "min": 0.0, "max": 1.0},
        ),
        (
            Dropdown,
            {"options": [("one", 1), ("two", 2)], "value": 2},
            {"_options_labels": ("one", "two"), "index": 1},
        ),
    ],
)
def test_nothing_else_is_sent(kind: type[Widget], traits: Any, sent: Any) -> None:
    widget = lean(kind, **traits)
    state = widget.get_state()
    kinds = ("_model_", "_view_")  # what kind of widget it is
    assert {n: v for n, v in state.items() if not n.startswith(kinds)} == sent
    widget.close()


def test_a_list_that_gets_other_options_sends_them() -> None:
    widget = lean(Dropdown, options=["a"], value="a")
    widget.options = ["b", "c"]
    assert widget.get_state()["_options_labels"] == ("b", "c")
    widget.close()

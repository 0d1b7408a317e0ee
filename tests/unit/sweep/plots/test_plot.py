"""The forms in which a chart is shown, and what names in it can do: nothing."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pytest

from ocinb.errors import MissingExtraError
from ocinb.sweep.plots import VEGA_LITE, Plots
from tests.unit.sweep.plots.tables import trials

if TYPE_CHECKING:
    from pathlib import Path

    from ocinb.sweep.plots import Plot

PLOT = Plots(trials()).box("ttft_s", by="top_p")
PNG = b"\x89PNG\r\n"


def test_a_chart_is_a_specification_a_picture_and_text():
    data, metadata = PLOT._repr_mimebundle_()
    assert list(data) == [VEGA_LITE, "text/plain", "image/png"]
    assert data["image/png"].startswith(PNG)
    assert data["text/plain"] == repr(PLOT)
    assert metadata[VEGA_LITE]["embed_options"]["actions"]["editor"] is False


def test_the_same_chart_gives_the_same_picture_whatever_the_user_has_set():
    first = PLOT.to_png()
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30}):
        assert PLOT.to_png() == first
        assert mpl.rcParams["font.size"] == 30


def test_a_picture_can_be_saved(tmp_path: Path):
    file = PLOT.save(tmp_path / "box.png")
    assert file.read_bytes() == PLOT.to_png()


def test_without_matplotlib_the_rest_is_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    data, metadata = PLOT._repr_mimebundle_()
    assert list(data) == [VEGA_LITE, "text/plain"]
    assert list(metadata) == [VEGA_LITE]
    with pytest.raises(MissingExtraError, match=r"ocinb\[sweep\]"):
        PLOT.to_png()


def test_pictures_are_drawn_in_any_thread():
    drawn: list[bytes] = []
    thread = threading.Thread(target=lambda: drawn.append(PLOT.to_png()))
    thread.start()
    thread.join()
    assert drawn == [PLOT.to_png()]


HOSTILE = [
    "$\\frac{$ and $x$",
    '<img src="http://127.0.0.1:9/x" onerror="alert(1)">',
    '\\": window.hacked=1, "',
    "two\nlines\x1b[31m\u202e",
    "東京 🐻",
    "image",
]


def charts_of(name: str, values: list[str]) -> list[Plot]:
    """Return every chart of a table in which an axis has this name and these values."""
    table = trials().rename(columns={"temperature": name})
    table[name] = [values[n % len(values)] for n in range(len(table))]
    plots = Plots(table, axes=[name, "top_p"])
    return [
        plots.heatmap(name, "top_p", "ttft_s"),
        plots.line(name, "ttft_s", by="top_p"),
        plots.line("top_p", "ttft_s", by=name),
        plots.box("ttft_s"),
        plots.ecdf("ttft_s", by=name),
        plots.pareto("ttft_s", "quality"),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_only_words(name: str):
    for plot in charts_of(name, [name, f"{name}2"]):
        assert not [word for word in words_in(plot.spec) if set(word) & set('<>"\\\n&')]
        assert all(c.isprintable() or c == "\n" for c in plot.text)
        assert "image" not in titles_in(plot.spec)


@pytest.mark.parametrize("number", range(6))
def test_no_name_is_read_as_mathematics_or_stops_a_picture(number: int):
    plot = charts_of(HOSTILE[0], HOSTILE)[number]
    assert plot.to_png().startswith(PNG)


def words_in(spec: Any) -> list[str]:
    if isinstance(spec, dict):
        return [word for value in spec.values() for word in words_in(value)]
    if isinstance(spec, list):
        return [word for value in spec for word in words_in(value)]
    return [spec] if isinstance(spec, str) else []


def titles_in(spec: Any) -> set[str]:
    found: set[str] = set()
    json.loads(
        json.dumps(spec),
        object_hook=lambda o: (
            found.add(o["title"]) if "field" in o and "title" in o else o
        ),
    )
    return found


def test_no_chart_has_a_mark_or_a_channel_that_could_load_or_lead_anywhere():
    plots = Plots(trials())
    charts = (
        plots.heatmap("temperature", "top_p", "ttft_s"),
        plots.line("temperature", "ttft_s", by="top_p"),
        plots.box("ttft_s"),
        plots.ecdf("ttft_s"),
        plots.pareto("ttft_s", "quality"),
    )
    for plot in charts:
        text = json.dumps({k: v for k, v in plot.spec.items() if k != "$schema"})
        for word in ('"url"', '"href"', '"image"', '"expr"', '"signal"', "http"):
            assert word not in text

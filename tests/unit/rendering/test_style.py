"""What rendered text looks like, in light and in dark."""

from __future__ import annotations

import re

import pytest

from ocinb.rendering import stylesheet
from ocinb.rendering.highlight import TOKEN_CLASSES
from ocinb.rendering.style import compact


def _palettes() -> list[dict[str, str]]:
    found = (
        dict(re.findall(r"--ocinb-(\w+):(#\w{6})", block))
        for block in re.findall(r"\{([^}]*)\}", stylesheet())
    )
    return [palette for palette in found if palette]


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_there_is_one_palette_for_light_and_one_for_dark():
    light, dark = _palettes()
    assert light.keys() == dark.keys()
    assert _luminance(light["code"]) > 0.8
    assert _luminance(dark["code"]) < 0.1


@pytest.mark.parametrize("palette", _palettes(), ids=["light", "dark"])
def test_every_colour_of_code_can_be_read(palette: dict[str, str]):
    low = {
        name: colour
        for name, colour in palette.items()
        if name != "code" and _contrast(colour, palette["code"]) < 4.5
    }
    assert low == {}


def test_every_class_of_coloured_code_has_a_colour():
    groups = re.findall(r"\.highlight :is\(([^)]*)\)", stylesheet())
    assert set(re.findall(r"\.(\w+)", ",".join(groups))) == TOKEN_CLASSES


def test_every_colour_that_is_used_is_in_the_palettes():
    used = set(re.findall(r"var\(--ocinb-(\w+)\)", stylesheet()))
    light, _ = _palettes()
    assert used == {*light, "line"}
    assert "--ocinb-line:var(--jp-border-color2,#" in stylesheet()


def test_nothing_is_loaded():
    assert not re.search(r"url\(|@import|@font-face|https?:|<", stylesheet())


def _alternatives(selectors: str) -> list[str]:
    return re.split(r",(?![^(]*\))", selectors)


def test_every_rule_stays_inside_our_own_element():
    selectors = re.findall(r"([^{}]+)\{[^}]*\}", stylesheet())
    single = [one for several in selectors for one in _alternatives(several)]
    assert len(single) > 30
    assert all(re.search(r"\.ocinb(?![\w-])", selector) for selector in single)


def test_it_is_short_because_it_travels_with_every_answer():
    assert len(stylesheet()) < 4_000
    assert not re.search(r"\s{2}|\n|: | [{};]|;}", stylesheet())


def test_what_authors_need_is_left_out_and_nothing_else():
    css = """
    .a:is(p, h1) > .b :not(pre), .c { margin: 0 auto;
      color: red; }
    """
    assert compact(css).strip() == (
        ".a:is(p,h1)>.b :not(pre),.c{margin:0 auto;color:red}"
    )


def test_every_variable_of_the_page_has_a_fallback():
    variables = re.findall(r"var\((--jp-[^)]*)\)", stylesheet())
    assert variables
    assert all("," in variable for variable in variables)


def test_the_dark_palette_follows_the_theme_of_the_notebook():
    dark_rule = stylesheet().split("}")[1]
    assert '[data-jp-theme-light="false"] .ocinb' in dark_rule

"""What a preset keeps for flags is checked as if it were typed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.known.kept import read_settings
from ocinb.saved.text import parse


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        ({"format": "markdwon"}, "presets.a: --format markdwon: must be one of"),
        ({"formt": "text"}, "presets.a: unknown key formt; did you mean format?"),
        ({"format": 5}, "presets.a: format must be a text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(preset: Any, says: str):
    text = json.dumps({"version": 1, "presets": {"a": preset}})
    with pytest.raises(ConfigurationError) as raised:
        parse(text, read_settings)
    assert says in str(raised.value)


def test_the_values_of_flags_are_kept():
    given = {"format": "text", "system": "Be brief."}
    assert read_settings(given) == given

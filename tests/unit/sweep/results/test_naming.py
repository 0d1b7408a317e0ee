"""Names of columns, each of which stands once."""

from __future__ import annotations

from dataclasses import fields

from ocinb.sweep.results.naming import OWN, names_of_axes, names_of_scores
from ocinb.sweep.values import Row


def test_an_axis_that_is_called_as_a_column_of_ours_is_prefixed():
    assert names_of_axes(["temperature", "error", "seed"]) == {
        "temperature": "temperature",
        "error": "param_error",
        "seed": "param_seed",
    }


def test_axes_that_are_one_name_once_normalised_stay_apart():
    names = names_of_axes(["k\u00fc", "ku\u0308"])
    assert list(names.values()) == ["k\u00fc", "param_k\u00fc"]


def test_scores_that_are_one_name_once_normalised_stay_apart():
    names = names_of_scores(["\u00e9", "e\u0301", "z"], ["score_z"])
    assert list(names.values()) == ["score_\u00e9", "score_\u00e9_2", "score_z_2"]


def test_every_field_of_a_row_has_a_column():
    assert {each.name for each in fields(Row)} <= set(OWN)
    assert len(set(OWN)) == len(OWN)

"""The page about deployments says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocinb.magic.commands.use import USE_FLAGS
from ocinb.wire.method import NAMED
from ocinb.wire.refusals import READ, policy
from ocinb.wire.region import API_VARIABLE, COMPARTMENT_VARIABLES

PAGE = (Path(__file__).parents[2] / "docs" / "deployments.md").read_text()


@pytest.mark.parametrize("group", ["group", "dynamic-group"])
def test_its_statements_are_those_that_errors_ask_for(group: str):
    assert f"\n{policy(READ, group)}\n" in PAGE


@pytest.mark.parametrize(
    "name", [*COMPARTMENT_VARIABLES, API_VARIABLE, *USE_FLAGS, *NAMED]
)
def test_every_variable_flag_and_way_to_sign_is_named(name: str):
    assert name in PAGE

"""The first word of `%%ocisweep` may name the model, as that of `%%ocichat` does."""

from __future__ import annotations

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.sweeping.request import read_sweep


def test_the_first_word_is_the_model() -> None:
    asked = read_sweep("clever temperature=0,1 repeats=2", "Hi", {})

    assert asked.model == "clever"
    assert asked.axes == {"temperature": [0, 1]}


def test_without_a_first_word_the_flag_tells_or_nobody_does() -> None:
    assert read_sweep("temperature=0,1 --model clever", "Hi", {}).model == "clever"
    assert read_sweep("temperature=0,1", "Hi", {}).model == ""


def test_a_model_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="named twice: clever and --model"):
        read_sweep("clever temperature=0,1 --model other", "Hi", {})


def test_a_word_that_comes_later_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="unexpected 'clever'"):
        read_sweep("temperature=0,1 clever", "Hi", {})

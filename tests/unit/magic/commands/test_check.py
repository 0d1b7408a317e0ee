"""`%ocichat check` in a terminal: what it refuses; the table is tested on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.magic.commands.completer import Known, complete

if TYPE_CHECKING:
    from collections.abc import Callable


def test_other_chat_models_are_not_checked(
    face: Any, refused: Callable[[str], str], reciting: Any
) -> None:
    face.shell.user_ns["llm"] = reciting(answers=[["Hi"]])
    told = refused("check --model llm")
    assert "check asks chat models of ocinb only, not a RecitingModel" in told


def test_without_a_model_it_says_how_to_set_one_up(
    refused: Callable[[str], str],
) -> None:
    assert "no model is set up" in refused("check temperature")


def test_an_unknown_flag_is_named(refused: Callable[[str], str]) -> None:
    assert "unknown flag --modle; did you mean --model?" in refused("check --modle x")


def test_tab_offers_parameters() -> None:
    line = "%ocichat check temperature top"
    assert complete(line, len(line), Known()) == ["top_p", "top_k", "top_logprobs"]

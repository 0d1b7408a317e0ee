"""What a model thought is told apart from its answer, and folded."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from ocinb.errors import ConfigurationError
from ocinb.magic.shown.bundle import bundle_of
from ocinb.magic.typed.arguments import parse_cell
from ocinb.view.footer import Footer
from ocinb.view.reasoning import folded_html, reasoning_of
from tests.unit.rendering.test_markdown import ATTACKS, assert_inert


@pytest.mark.parametrize("kind", [AIMessage, AIMessageChunk])
def test_it_is_found_where_our_models_and_langchain_keep_it(kind: type[AIMessage]):
    ours = kind("yes", additional_kwargs={"reasoning_content": "hm"})
    blocks = kind(
        [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "yes"}]
    )
    for message in (ours, blocks):
        assert reasoning_of(message) == "hm"
        assert message.text == "yes"


@pytest.mark.parametrize(
    "message",
    [
        AIMessage("yes"),
        AIMessage([{"type": "text", "text": "yes"}]),
        AIMessage("yes", additional_kwargs={"reasoning_content": None}),
    ],
)
def test_most_answers_have_none(message: AIMessage):
    assert reasoning_of(message) == ""


def test_it_is_a_section_that_is_closed():
    html = folded_html("Let me *see*.")
    assert html.startswith("<details class=")
    assert " open" not in html
    assert "<summary>Reasoning</summary>" in html
    assert "<em>see</em>" in html
    assert folded_html(" \n") == ""


def test_it_stands_over_the_answer_and_only_in_the_html():
    bundle = bundle_of("yes", Footer("", ("model",)), "markdown", "Let me see.")
    assert bundle["text/plain"] == bundle["text/markdown"] == "yes"
    html = bundle["text/html"]
    assert html.index("Let me see.") < html.index("<p>yes</p>") < html.index("model")
    assert bundle_of("yes", Footer(), "raw", "Let me see.") == {"text/plain": "yes"}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_in_it_is_inert_and_cannot_leave_it(attack: str):
    html = folded_html(f"{attack}</details><p>{attack}")
    assert html.count("<details") == html.count("</details>") == 1
    inside = html.partition("</summary>")[2].removesuffix("</details>")
    assert_inert(inside)


def test_a_flag_hides_it():
    assert parse_cell("", "hi", {}).reasoning == "show"
    assert parse_cell("--reasoning hide", "hi", {}).reasoning == "hide"
    with pytest.raises(ConfigurationError, match="must be one of show, hide"):
        parse_cell("--reasoning hid", "hi", {})

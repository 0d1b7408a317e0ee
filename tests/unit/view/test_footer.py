"""The line under an answer."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call

from ocinb.conversation import Timings, Turn
from ocinb.view.footer import Footer, footer_of, speed_of

MODEL = FakeListChatModel(responses=["hi"])


def turn(status: Any = "done", text: str = "hi", **facts: Any) -> Turn:
    usage = UsageMetadata(input_tokens=12, output_tokens=3, total_tokens=15)
    metadata = {"model_name": "small", "finish_reason": "stop", **facts}
    message = AIMessage(text, response_metadata=metadata, usage_metadata=usage)
    context = facts.get("turns", 0)
    return Turn("hello", status=status, messages=(message,), context=context)


def test_model_finish_reason_and_tokens_are_told():
    footer = footer_of(turn(), MODEL, {})
    assert footer == Footer("", ("small", "stop", "12 prompt + 3 tokens"))
    assert footer.text == "small · stop · 12 prompt + 3 tokens"


def test_the_context_is_told():
    assert "context: 1 turn" in footer_of(turn(turns=1), MODEL, {}).facts
    assert "context: 2 turns" in footer_of(turn(turns=2), MODEL, {}).facts


def test_the_tokens_of_the_context_are_those_that_the_server_counted():
    before = turn(turns=1)
    told = footer_of(turn(turns=2), MODEL, {}, before=before).facts
    assert "context: 2 turns, 15 tokens" in told


def test_tokens_of_a_context_that_was_cut_short_are_not_known():
    before = turn(turns=2)
    told = footer_of(turn(turns=2), MODEL, {}, before=before).facts
    assert "context: 2 turns" in told
    uncounted = Turn("x", status="done", messages=(AIMessage("hi"),))
    told = footer_of(turn(turns=1), MODEL, {}, before=uncounted).facts
    assert "context: 1 turn" in told


def test_tokens_of_all_rounds_are_told_together():
    first = AIMessage(
        "",
        usage_metadata=UsageMetadata(input_tokens=9, output_tokens=2, total_tokens=11),
    )
    (last,) = turn().messages
    both = Turn("x", status="done", messages=(first, last))
    assert "21 prompt + 5 tokens" in footer_of(both, MODEL, {}).facts


def test_what_is_told_of_the_question_comes_first():
    footer = footer_of(turn(), MODEL, {}, asked=("schema City",), misfit="no City: x")
    assert footer.facts[0] == "schema City"
    assert footer.warning == "no City: x"
    cut = footer_of(turn(finish_reason="length"), MODEL, {}, misfit="no City: x")
    assert cut.warning == "cut at max_tokens; no City: x"


def test_an_answer_that_was_cut_names_the_limit():
    cut = turn(finish_reason="length")
    footer = footer_of(cut, MODEL, {"max_tokens": 1024})
    assert footer.text.startswith("cut at max_tokens (1,024) · small")


def test_tools_for_which_no_round_was_left_are_named():
    calls = [tool_call(name=name, args={}, id=name) for name in ("a", "b\x1b[31m")]
    asked = Turn("x", status="done", messages=(AIMessage("", tool_calls=calls),))
    warning = footer_of(asked, MODEL, {}).warning
    assert warning == "no round was left: not run: a, b [31m"


def test_only_parameters_that_differ_from_the_start_are_told():
    sent = {"temperature": 1.0, "max_tokens": 1024, "top_p": 0.5, "stop": ["x"]}
    facts = footer_of(turn(), MODEL, {**sent, "seed": None, "extra": 1}).facts
    assert facts[3:] == ("top_p=0.5", 'stop=["x"]', "extra=1")
    assert "max_tokens=9" in footer_of(turn(), MODEL, {"max_tokens": 9}).facts


@pytest.mark.parametrize(
    ("asked", "warning"),
    [
        (turn(finish_reason="length"), "cut at max_tokens"),
        (turn(finish_reason="", stop_reason="max_tokens"), "cut at max_tokens"),
        (turn("stopped"), "stopped by you"),
        (Turn("a prompt that was never sent"), "stopped by you"),
        (turn("failed"), "incomplete: the answer broke off"),
        (turn("failed", ""), "no answer"),
        (turn(), ""),
    ],
)
def test_what_the_user_has_to_know_comes_first(asked: Turn, warning: str):
    footer = footer_of(asked, MODEL, {})
    assert footer.warning.startswith(warning)
    assert bool(footer.warning) is bool(warning)
    assert footer.text.startswith(warning)


def test_the_request_id_is_told_on_demand_alone():
    asked = turn(opc_request_id="ABC/DEF")
    told = "opc-request-id ABC/DEF"
    assert footer_of(asked, MODEL, {"seed": 1}, verbose=True).facts[-1] == told
    assert told not in footer_of(asked, MODEL, {}).facts
    assert len(footer_of(turn(), MODEL, {}, verbose=True).facts) == 3


def test_a_model_without_a_name_is_called_by_its_class():
    bare = Turn("x", status="done", messages=(AIMessage("hi"),))
    assert footer_of(bare, MODEL, {}).facts == ("FakeListChatModel",)


def test_nothing_that_a_server_says_breaks_the_line():
    facts = footer_of(turn(model_name="a\nb\x1b[31m", finish_reason="s\nt"), MODEL, {})
    assert facts.facts[:2] == ("a b [31m", "s t")


def test_speed_is_told_once_there_is_a_token():
    assert speed_of(Timings()) == ""
    assert speed_of(Timings(ttft_s=0.071)) == "first token 0.07 s"
    timings = Timings(ttft_s=0.071, tokens_per_s=91.4)
    assert speed_of(timings) == "first token 0.07 s · 91 tokens/s"

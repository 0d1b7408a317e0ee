"""A tool call in the notebook: readable in every form, and inert in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage

from ocinb.conversation.toolbox import Toolbox
from ocinb.magic.shown.bundle import bundle_of
from ocinb.view.tool_cards import card_text, in_words

if TYPE_CHECKING:
    from ocinb.conversation import ToolRequest, ToolResult

HOSTILE = "<script>alert(1)</script>![x](http://evil.test/x)\x1b[31m\u202e"


def echo(text: str) -> str:
    """Say it again."""
    return text


def fail(text: str) -> str:
    """Fail."""
    raise ValueError(text)


def request(name: str = "echo", **args: Any) -> ToolRequest:
    call = {"name": name, "args": args or {"text": "hi"}, "id": "1"}
    message = AIMessage("", tool_calls=[call])
    (made,) = Toolbox([echo, fail]).requests(message)
    return made


def card_of(asked: ToolRequest, result: ToolResult | None = None) -> dict[str, Any]:
    return bundle_of("", None, "markdown", cards=[(asked, result)])


def ran(asked: ToolRequest) -> ToolResult:
    return asked.run_here()


def test_a_call_that_waits_shows_its_arguments() -> None:
    bundle = card_of(request())
    assert bundle["text/plain"] == 'echo: asks to be run\n{\n  "text": "hi"\n}'
    assert "<strong>echo</strong>" in bundle["text/html"]


def test_a_call_that_ran_shows_its_result() -> None:
    asked = request()
    assert card_text(asked, ran(asked)).endswith("}\nhi")


@pytest.mark.parametrize(
    ("name", "words"), [("echo", "done"), ("fail", "failed")], ids=["done", "failed"]
)
def test_it_says_how_it_went(name: str, words: str) -> None:
    asked = request(name)
    assert in_words(asked, ran(asked)) == words


def test_a_call_that_cannot_run_says_why() -> None:
    words = in_words(request("format_disk"), None)
    assert words.startswith("cannot run: there is no tool format_disk")


def test_nothing_of_it_changes_from_run_to_run() -> None:
    first, second = request(), request()
    assert card_of(first, ran(first)) == card_of(second, ran(second))


@pytest.mark.parametrize("name", ["echo", "fail", HOSTILE])
def test_whatever_a_model_or_a_tool_says_is_inert(name: str) -> None:
    asked = request(name, text=HOSTILE)
    result = None if asked.problem else ran(asked)
    bundle = card_of(asked, result)

    html = bundle["text/html"].partition("</style>")[2]
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in "".join(bundle.values())
    assert "\u202e" not in "".join(bundle.values())
    outside = bundle["text/markdown"].split("```")[::2]
    assert not any("<" in part for part in outside)

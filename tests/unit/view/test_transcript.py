"""A conversation in a notebook reads the same wherever it is opened, and is inert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

from ocinb.conversation import Conversation, Turn
from ocinb.errors import ParameterError, StreamFailed
from ocinb.view.transcript import (
    error_line,
    transcript_bundle,
    turn_forms,
    turns_markdown,
)
from tests.unit.rendering.answers import Page
from tests.unit.rendering.test_inert import assert_lifeless
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE

if TYPE_CHECKING:
    from collections.abc import Sequence

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

CALL = AIMessageChunk(
    content="",
    additional_kwargs={"reasoning_content": "I need the weather."},
    tool_call_chunks=[
        {"name": "weather", "args": '{"city": "Bern"}', "id": "1", "index": 0}
    ],
)


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


@pytest.fixture
def talk(reciting: Any) -> Conversation:
    """A conversation with a tool call, a picture and a failure."""
    steps = [
        [CALL],
        ["It is ", "**sunny**."],
        ["A dot."],
        ["half", StreamFailed("broken", hint="ask again", status=500)],
    ]
    conversation = Conversation(
        reciting(answers=steps), tools=[weather], safe_tools=[weather]
    )
    conversation.ask("How is it?", seed=7)
    conversation.ask([{"type": "text", "text": "What is this?"}, IMAGE])
    with pytest.raises(StreamFailed):
        conversation.ask("c")
    return conversation


def shown(html: str) -> Page:
    return Page(html.partition("</style>")[2])


def inert(bundle: dict[str, str]) -> None:
    page = shown(bundle["text/html"])
    known = {"details", "summary", "div", "p", "strong", "blockquote"}
    drawn = {"pre", "code", "span", "em", "a", "ul", "ol", "li", "br", "hr", "s"}
    tables = {"table", "thead", "tbody", "tr", "th", "td", "h1"}
    assert set(page.tags) <= known | drawn | tables
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert not any(map(UNSAFE.search, bundle.values()))
    assert_lifeless(bundle["text/markdown"])


def test_the_first_line_says_how_many_turns_there_are_and_how_to_go_on(
    talk: Conversation,
):
    line = "Transcript: 3 turns. Re-run the cell to go on."
    bundle = transcript_bundle(talk.turns)
    assert f"<summary>{line}</summary>" in bundle["text/html"]
    assert bundle["text/plain"].splitlines()[0] == line


def test_it_is_folded_unless_it_is_to_be_open(talk: Conversation):
    assert shown(html_of(talk)).values("details", "open") == []
    assert shown(html_of(talk, opened=True)).values("details", "open") == [None]


def every_form(turns: Sequence[Turn], **options: Any) -> dict[str, str]:
    """The bundle of a conversation, and its Markdown, which is exported."""
    markdown = "\n\n".join(turns_markdown(turns, options.get("system", "")))
    return {**transcript_bundle(turns, **options), "text/markdown": markdown}


def html_of(talk: Conversation, **options: Any) -> str:
    return transcript_bundle(talk.turns, **options)["text/html"]


@pytest.mark.parametrize("kind", ["text/html", "text/markdown", "text/plain"])
def test_everything_that_was_said_is_in_every_form(talk: Conversation, kind: str):
    bundle = every_form(talk.turns, system="Be brief.")
    text = bundle[kind] if kind != "text/html" else shown(bundle[kind]).text
    told = (
        *("System prompt", "Be brief.", "You", "How is it?", "Reasoning"),
        *("I need the weather.", "weather", "done", '"city"', "sunny in Bern"),
        *("It is ", "seed=7", "What is this?", "[image_url]", "A dot.", "half"),
        *("broken (status 500) - ask again", "incomplete: the answer broke off"),
    )
    places = [text.replace("\\", "").find(part) for part in told]
    assert -1 not in places
    assert [*places] == sorted(places)


def test_an_answer_is_rendered_and_its_reasoning_is_folded(talk: Conversation):
    html = html_of(talk)
    assert "<p>It is <strong>sunny</strong>.</p>" in html
    assert shown(html).tags.count("details") == 2


def test_a_loaded_conversation_makes_the_same_bytes(talk: Conversation):
    again = Conversation.from_json(talk.to_json(), talk.model)
    assert transcript_bundle(again.turns) == transcript_bundle(talk.turns)


def test_an_image_is_named_and_not_stored(talk: Conversation):
    assert "AAAA" not in "".join(transcript_bundle(talk.turns).values())


def test_the_look_stands_before_everything_and_once(talk: Conversation):
    html = html_of(talk)
    assert html.startswith("<style>")
    assert html.count("<style>") == 1


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_was_said_is_inert(attack: str):
    call = {"name": attack, "args": {attack: attack}, "id": "1"}
    answer = AIMessage(
        attack,
        tool_calls=[call],
        additional_kwargs={"reasoning_content": attack},
        response_metadata={"model_name": attack, "finish_reason": attack},
    )
    said = (answer, ToolMessage(attack, tool_call_id="1"), AIMessage(attack))
    error = ParameterError(attack, hint=attack)
    turn = Turn(attack, "failed", messages=said, error=error)
    inert(every_form([turn], title=attack, system=attack))


def test_a_turn_says_that_it_was_stopped_or_is_not_finished():
    stopped = Turn("a", "stopped", messages=(AIMessage("half"),))
    assert "stopped by you" in transcript_bundle([stopped])["text/plain"]
    growing = Turn("a", "streaming", messages=(AIMessage("half"),))
    assert "this answer is not finished" in transcript_bundle([growing])["text/plain"]


def test_calls_say_whether_they_ran():
    calls = [{"name": name, "args": {}, "id": name} for name in ("a", "b", "c", "d")]
    bad = {"name": "e", "args": "[1", "id": "e", "error": "not JSON", "type": "x"}
    answer = AIMessage(
        "", tool_calls=calls, invalid_tool_calls=[{**bad, "type": "invalid_tool_call"}]
    )
    timed = {"milliseconds": 1.5}
    results = (
        ToolMessage("1", tool_call_id="a", response_metadata=timed),
        ToolMessage("2", tool_call_id="b", response_metadata=timed, status="error"),
        ToolMessage("not run: no", tool_call_id="c", status="error"),
    )
    text = transcript_bundle([Turn("q", "done", messages=(answer, *results))])[
        "text/plain"
    ]
    for told in ("a: done", "b: failed", "c: not run", "d: not run", "e: cannot run"):
        assert told in text
    assert "[1" in text
    assert "1.5" not in text


def test_a_conversation_without_turns_says_so():
    text = transcript_bundle([], title="Notes")["text/plain"]
    assert text == "Notes: no turns. Re-run the cell to go on."


def test_at_most_200_kb_of_an_answer_are_drawn():
    turn = Turn("q", "done", messages=(AIMessage("word " * 100_000),))
    html = transcript_bundle([turn])["text/html"]
    assert len(html) < 230_000
    assert "Only the first 200 kB are shown here" in html


def test_an_error_of_another_model_holds_no_key():
    line = error_line(ValueError('refused: api_key="sk-secret"\nBearer abcdefgh'))
    assert line.startswith("ValueError: refused")
    assert "sk-secret" not in line
    assert "abcdefgh" not in line


def test_without_a_model_name_or_an_answer_there_is_still_a_line():
    turn = Turn("q", "failed", error=ParameterError("no"))
    assert transcript_bundle([turn])["text/plain"].endswith(
        "You:\nq\n\nno\n\nno answer"
    )


def test_a_turn_that_was_rendered_before_is_not_rendered_again(talk: Conversation):
    before = {turn.id: turn_forms(turn) for turn in talk.turns}
    kept = transcript_bundle(talk.turns, forms=lambda turn: before[turn.id])
    assert kept == transcript_bundle(talk.turns)

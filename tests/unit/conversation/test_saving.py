"""A conversation as text: what comes back, what is left out, what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage
from langchain_core.tools import tool
from pydantic import BaseModel

from ocinb.conversation import Conversation
from ocinb.errors import OcinbError, ParameterError, StreamFailed

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@tool(response_format="content_and_artifact")
def weather(city: str) -> tuple[str, object]:
    """Tell the weather."""
    return f"sunny in {city}", object()


CALL = AIMessageChunk(
    content="",
    tool_call_chunks=[
        {"name": "weather", "args": '{"city": "Bern"}', "id": "1", "index": 0}
    ],
)


@pytest.fixture
def talk(reciting: Any) -> Conversation:
    """A conversation with rounds, branches, a picture and a failure."""
    steps = [
        [CALL],
        ["It is ", "sunny."],
        ["B"],
        ["B2"],
        ["half", StreamFailed("broken", hint="ask again", status=500)],
    ]
    conversation = Conversation(
        reciting(answers=steps), system="Be brief.", tools=[weather], max_history=7
    )
    conversation.ask("How?", approve=lambda r: r.approve(), key=("cell", 0), seed=1)
    conversation.ask([{"type": "text", "text": "What is this?"}, IMAGE])
    conversation.retry(temperature=0.5)
    with pytest.raises(StreamFailed):
        conversation.ask("c")
    return conversation


@pytest.fixture
def again(talk: Conversation) -> Callable[..., Conversation]:
    def load(**settings: Any) -> Conversation:
        return Conversation.from_json(talk.to_json(), talk.model, **settings)

    return load


def test_every_branch_comes_back(talk: Conversation, again: Any):
    loaded = again()
    assert loaded.to_json() == talk.to_json()
    assert loaded.turns[1] == talk.turns[1]
    second = loaded.turns[1]
    assert [t.text for t in loaded.branches(second)] == ["B", "B2"]
    loaded.switch(loaded.branches(second)[0])
    assert loaded.turns[-1].text == "B"


def test_the_next_request_carries_the_same(talk: Conversation, again: Any):
    loaded, sent = again(tools=[weather]).messages, talk.messages
    without = {"artifact"}  # what a tool returned beside its text is no JSON here
    assert [m.model_dump(exclude=without) for m in loaded] == [
        m.model_dump(exclude=without) for m in sent
    ]


def test_settings_come_back_and_may_be_others(again: Any):
    loaded = again()
    assert (loaded.system, loaded.max_history, loaded.max_rounds) == ("Be brief.", 7, 5)
    assert again(system="Be long.").system == "Be long."


def test_a_picture_comes_back(again: Any):
    turn = again().turns[1]
    assert turn.prompt == "What is this?"
    assert turn.question == HumanMessage(
        [{"type": "text", "text": "What is this?"}, IMAGE]
    )


def test_what_was_asked_and_measured_comes_back(talk: Conversation, again: Any):
    turn, before = again().turns[0], talk.turns[0]
    assert turn.params == {"seed": 1}
    assert turn.key == ("cell", 0)
    assert turn.timings == before.timings
    assert turn.usage == before.usage


def test_a_failure_comes_back_with_its_line(talk: Conversation, again: Any):
    error, before = again().turns[-1].error, talk.turns[-1].error
    assert isinstance(error, StreamFailed)
    assert str(error) == str(before)


def test_the_error_of_another_library_comes_back_as_a_line(reciting: Any):
    talk = Conversation(reciting(answers=[[KeyError("theirs")]]))
    with pytest.raises(KeyError):
        talk.ask("a")
    loaded = Conversation.from_json(talk.to_json(), talk.model)
    error = loaded.turns[0].error
    assert type(error) is OcinbError
    assert str(error) == "KeyError: 'theirs'"
    assert loaded.to_json() == talk.to_json()


def test_a_loaded_conversation_goes_on(talk: Conversation, again: Any):
    talk.model.answers = [["D"]]
    loaded = again()
    turn = loaded.ask("d")
    assert (turn.text, turn.id in {t.id for t in talk.turns}) == ("D", False)
    loaded.ask("How, again?", key=("cell", 0))
    assert [t.stale for t in loaded.turns] == [False, True, True, True]


def test_what_is_no_json_is_left_out(talk: Conversation):
    class Form(BaseModel):
        """A form."""

    talk.model.answers = [["A"]]
    talk.ask("a", response_format=Form, top_p=0.5, stop=("x", Form))
    saved = json.loads(talk.to_json())
    assert saved["turns"][-1]["params"] == {"top_p": 0.5, "stop": ["x"]}
    result = saved["turns"][0]["messages"][1]["data"]
    assert result["content"] == "sunny in Bern"
    assert "artifact" not in result


def test_numbers_that_json_has_not_become_null(reciting: Any):
    logprobs = {"content": [{"token": "a", "logprob": float("-inf")}]}
    chunk = AIMessageChunk(content="a", response_metadata={"logprobs": logprobs})
    talk = Conversation(reciting(answers=[[chunk]]))
    talk.ask("a")
    text = talk.to_json()
    assert "Infinity" not in text
    metadata = json.loads(text)["turns"][0]["messages"][0]["data"]["response_metadata"]
    assert metadata["logprobs"]["content"] == [{"token": "a", "logprob": None}]


def test_credentials_are_not_kept(reciting: Any):
    facts = {"headers": {"Set-Cookie": "tell-tale"}, "model_name": "small"}
    chunk = AIMessageChunk(content="a", response_metadata=facts)
    talk = Conversation(reciting(answers=[[chunk]]))
    talk.ask("a", extra_headers={"X-Key": "tell-tale"}, api_key="tell-tale")
    assert "tell-tale" not in talk.to_json()


def test_half_a_surrogate_pair_can_be_written_to_a_file(reciting: Any, tmp_path: Any):
    talk = Conversation(reciting(answers=[["A\ud83d"]]))
    talk.ask("a")
    path = tmp_path / "talk.json"
    path.write_text(talk.to_json(), encoding="utf-8")
    loaded = Conversation.from_json(path.read_text(encoding="utf-8"), talk.model)
    assert loaded.turns == talk.turns


def test_an_answer_that_is_coming_is_kept_as_if_stopped(reciting: Any):
    talk = Conversation(reciting(answers=[["Once", 30]]))
    stream = talk.stream("a")
    next(stream)
    loaded = Conversation.from_json(talk.to_json(), talk.model)
    stream.close()
    assert (loaded.turns[0].status, loaded.turns[0].text) == ("stopped", "Once")


def test_an_empty_conversation_comes_back(reciting: Any):
    talk = Conversation(reciting(answers=[["A"]]))
    assert Conversation.from_json(talk.to_json(), talk.model).turns == ()


def changed(talk: Conversation, **facts: Any) -> str:
    return json.dumps({**json.loads(talk.to_json()), **facts})


def broken(talk: Conversation, **facts: Any) -> str:
    saved = json.loads(talk.to_json())
    saved["turns"][1].update(facts)
    return json.dumps(saved)


ANSWER = {"type": "ai", "data": {"content": "A"}}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: "{", r"no saved conversation: not JSON \(Expecting property name"),
        (lambda _: "[]", "no saved conversation: it does not say format"),
        (lambda t: changed(t, format="x"), "does not say format 'ocinb conversation'"),
        (lambda t: changed(t, version=2), r"version 2 cannot be read \(known: 1\)"),
        (lambda t: changed(t, version="1\n2"), r"version '1\\n2' cannot be read"),
        (lambda t: changed(t, leaf="77"), "broken at leaf: there is no such turn"),
        (lambda t: changed(t, more=1), "broken at more: Extra inputs"),
        (lambda t: broken(t, parent="2"), "broken at turn 2: its parent has to come"),
        (lambda t: broken(t, id="1"), "broken at turn 1: its parent has to come"),
        (lambda t: broken(t, status="running"), "broken at turns.1.status: Input"),
        (lambda t: broken(t, messages=[{}]), "broken at turn 2: KeyError: 'type'"),
        (
            lambda t: broken(t, messages=[{"type": "human", "data": {"content": "x"}}]),
            "only answers and results follow a prompt",
        ),
        (
            lambda t: broken(t, messages=[{"type": "ai", "data": {"content": 3}}]),
            "broken at turn 2: ValidationError",
        ),
        (lambda t: broken(t, timings={"x": 1.0}), "broken at turn 2: TypeError"),
        (
            lambda t: broken(
                t, error={"kind": "OcinbError", "message": "x", "facts": {"args": 1}}
            ),
            "broken at error: unknown fact args",
        ),
    ],
)
def test_what_is_broken_is_refused_in_one_line(
    talk: Conversation, spoil: Any, said: str
):
    with pytest.raises(ParameterError, match=said) as raised:
        Conversation.from_json(spoil(talk), talk.model)
    assert "\n" not in str(raised.value)


def test_an_error_of_an_unknown_kind_is_one_of_ours(talk: Conversation):
    error = {"kind": "one_line", "message": "x", "facts": {}}
    loaded = Conversation.from_json(broken(talk, error=error), talk.model)
    assert type(loaded.branches(loaded.turns[1])[0].error) is OcinbError

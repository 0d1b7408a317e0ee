"""An answer that was cut, stopped or broken goes on in its own turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessageChunk

from ocinb.conversation import Conversation
from ocinb.conversation.going_on import GO_ON
from ocinb.errors import ParameterError, StreamFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import Turn


def end(reason: str) -> AIMessageChunk:
    return AIMessageChunk(content="", response_metadata={"finish_reason": reason})


@pytest.fixture
def cut(reciting: Any) -> Callable[..., Conversation]:
    """A conversation whose first answer was cut at max_tokens."""

    def make(*later: list[Any], **settings: Any) -> Conversation:
        answers = [["Once", " upon"], *later]
        model = reciting(answers=answers, finish_reason="length")
        conversation = Conversation(model, **settings)
        conversation.ask("Tell a story.", max_tokens=2)
        model.finish_reason = "stop"
        return conversation

    return make


def sent(talk: Conversation) -> list[tuple[str, str]]:
    return [(m.type, str(m.text)) for m in talk.model.asked[-1]]


def test_the_new_text_joins_the_old_one(cut: Any):
    conversation = cut([" a time", "."])
    assert conversation.turns[0].cut
    turn = conversation.go_on()
    assert (turn.text, turn.status, turn.cut) == ("Once upon a time.", "done", False)
    assert conversation.turns == (turn,)
    assert turn.params == {"max_tokens": 2}
    assert sent(conversation) == [
        ("human", "Tell a story."),
        ("ai", "Once upon"),
        ("human", GO_ON),
    ]


def test_the_next_request_carries_one_answer(cut: Any):
    conversation = cut([" a time."], ["Thanks."])
    conversation.go_on()
    conversation.ask("Nice.")
    assert sent(conversation) == [
        ("human", "Tell a story."),
        ("ai", "Once upon a time."),
        ("human", "Nice."),
    ]


def test_usage_is_that_of_both_requests(cut: Any):
    turn = cut([" a", " time"]).go_on()
    assert turn.usage["output_tokens"] == 4
    assert turn.usage["input_tokens"] == 14


def test_an_answer_can_be_cut_again(cut: Any):
    conversation = cut([" a"], [" time."])
    conversation.model.finish_reason = "length"
    assert conversation.go_on().cut
    conversation.model.finish_reason = "stop"
    assert conversation.go_on().text == "Once upon a time."


def test_a_failure_before_the_first_word_leaves_the_turn_as_it_was(cut: Any):
    conversation = cut([StreamFailed("refused")], [" a time."])
    before = conversation.turns[0]
    with pytest.raises(StreamFailed):
        conversation.go_on(temperature=1.0)
    after = conversation.turns[0]
    assert (after.messages, after.status, after.params) == (
        *(before.messages, "done", before.params),
    )
    assert isinstance(after.error, StreamFailed)
    assert conversation.go_on().text == "Once upon a time."


def test_a_failure_in_the_middle_keeps_all_and_can_go_on(cut: Any):
    conversation = cut([" a", StreamFailed("broken")], [" time."])
    with pytest.raises(StreamFailed):
        conversation.go_on()
    turn = conversation.turns[0]
    assert (turn.text, turn.status, turn.cut) == ("Once upon a", "done", True)
    assert conversation.go_on().text == "Once upon a time."


def test_a_stop_in_the_middle_keeps_all_and_can_go_on(cut: Any):
    conversation = cut([" a", 30], [" time."])
    run = conversation.start_going_on()
    chunks = run.chunks()
    next(chunks)
    chunks.close()
    turn = conversation.turns[0]
    assert (turn.text, turn.status) == ("Once upon a", "stopped")
    assert conversation.go_on().text == "Once upon a time."
    assert conversation.turns[0].status == "done"


def test_a_stop_before_the_first_word_leaves_the_turn_as_it_was(cut: Any):
    conversation = cut([30])
    before = conversation.turns[0]
    run = conversation.start_going_on().begin()
    run.stop()
    assert run.result(5) == before
    assert conversation.turns == (before,)


def test_the_text_so_far_can_be_read_while_it_goes_on(cut: Any):
    conversation = cut([" a", 0.05, " time."])
    chunks = conversation.start_going_on().chunks()
    assert conversation.turns[0].text == "Once upon"
    next(chunks)
    assert conversation.turns[0].text == "Once upon a"
    list(chunks)


def test_a_stopped_answer_can_go_on(reciting: Any):
    conversation = Conversation(reciting(answers=[["Once", 30], [" upon"]]))
    stream = conversation.stream("a")
    next(stream)
    stream.close()
    assert conversation.go_on().text == "Once upon"
    assert [m[1] for m in sent(conversation)] == ["a", "Once", GO_ON]


def test_a_broken_answer_can_go_on(reciting: Any):
    model = reciting(answers=[["Once", StreamFailed("broken")], [" upon"]])
    conversation = Conversation(model)
    with pytest.raises(StreamFailed):
        conversation.ask("a")
    turn = conversation.go_on()
    assert (turn.text, turn.status, turn.error) == ("Once upon", "done", None)


def test_logprobs_of_both_parts_are_kept(reciting: Any):
    def token(text: str, reason: str) -> AIMessageChunk:
        logprobs = {"content": [{"token": text, "logprob": -0.5}]}
        facts = {"logprobs": logprobs, "finish_reason": reason}
        return AIMessageChunk(content=text, response_metadata=facts)

    model = reciting(answers=[[token("Once", "length")], [token(" upon", "stop")]])
    model.finish_reason = ""
    conversation = Conversation(model)
    conversation.ask("a")
    metadata = conversation.go_on().message.response_metadata
    tokens = [each["token"] for each in metadata["logprobs"]["content"]]
    assert tokens == ["Once", " upon"]
    assert metadata["finish_reason"] == "stop"


def test_a_tool_may_be_called_where_an_answer_goes_on(reciting: Any):
    def now() -> str:
        """Tell the time."""
        return "noon"

    call = AIMessageChunk(
        content="",
        tool_call_chunks=[{"name": "now", "args": "", "id": "1", "index": 0}],
    )
    model = reciting(answers=[["It"], [" is: ", call], ["Noon."]])
    model.finish_reason = "length"
    conversation = Conversation(model, tools=[now], safe_tools=[now])
    conversation.ask("a")
    model.finish_reason = "stop"
    turn = conversation.go_on()
    assert [str(m.text) for m in turn.messages] == ["It is: ", "noon", "Noon."]
    assert sent(conversation) == [("human", "a"), ("ai", "It is: "), ("tool", "noon")]


def asked(reciting: Any, *steps: Any) -> Conversation:
    conversation = Conversation(reciting(answers=[list(steps)]))
    conversation.ask("a")
    return conversation


def test_a_whole_answer_does_not_go_on(reciting: Any):
    with pytest.raises(ParameterError, match="the last answer is whole"):
        asked(reciting, "A").go_on()


def test_an_answer_without_text_does_not_go_on(reciting: Any):
    with pytest.raises(ParameterError, match="no text to go on with"):
        asked(reciting).go_on()


def test_an_answer_that_is_coming_goes_on_by_itself(reciting: Any):
    conversation = Conversation(reciting(answers=[["A", 30]]))
    stream = conversation.stream("a")
    next(stream)
    with pytest.raises(ParameterError, match="still coming"):
        conversation.go_on()
    stream.close()


def test_without_a_turn_nothing_goes_on(reciting: Any):
    with pytest.raises(ParameterError, match="there is no turn yet"):
        Conversation(reciting(answers=[["A"]])).go_on()


def turn_texts(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.text for turn in turns]


def test_only_the_last_turn_goes_on(cut: Any):
    conversation = cut(["B"])
    conversation.ask("b")
    with pytest.raises(ParameterError, match="is whole"):
        conversation.go_on()
    assert turn_texts(conversation.turns) == ["Once upon", "B"]

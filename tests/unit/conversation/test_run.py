"""One execution of a turn: what is kept, and how it is timed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.language_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage

from ocinb.conversation import Run, Timings, Turn
from ocinb.errors import Stopped, StreamFailed

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def run(reciting: Any) -> Callable[..., Run]:
    def make(*steps: Any, clock: Callable[[], float] | None = None) -> Run:
        model = reciting(answers=[list(steps)])
        clocked = {} if clock is None else {"clock": clock}
        return Run(Turn("hello"), model, [HumanMessage("hello")], **clocked)

    return make


def ticking() -> Callable[[], float]:
    """A clock that is one second further each time it is read."""
    seconds = iter(range(1, 1000))
    return lambda: float(next(seconds))


def test_a_run_that_was_not_started_is_pending(run: Callable[..., Run]):
    assert run("a").turn == Turn("hello")


def test_the_answer_grows_while_it_streams(run: Callable[..., Run]):
    growing = run("Once", 0.05, " upon", " a time")
    chunks = growing.chunks()
    next(chunks)
    assert growing.turn.status == "streaming"
    assert growing.turn.open
    assert growing.turn.text.startswith("Once")
    for _ in chunks:
        pass
    assert growing.turn.status == "done"
    assert not growing.turn.open
    assert growing.turn.text == "Once upon a time"


def test_the_message_is_a_whole_message_with_usage_and_finish_reason(
    run: Callable[..., Run],
):
    finished = run("a", "b")
    list(finished.chunks())
    message = finished.turn.message
    assert isinstance(message, AIMessage)
    assert not isinstance(message, AIMessageChunk)
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.usage_metadata is not None
    assert message.usage_metadata["output_tokens"] == 2


def test_timings_are_told_by_the_clock(run: Callable[..., Run]):
    # read at the start, at each of the three tokens, and at the end
    timed = run("a", "b", "c", clock=ticking())
    list(timed.chunks())
    assert timed.turn.timings == Timings(ttft_s=1.0, total_s=4.0, tokens_per_s=1.0)
    assert timed.turn.message is not None
    assert timed.turn.message.response_metadata["timings"] == {
        "ttft_s": 1.0,
        "total_s": 4.0,
        "tokens_per_s": 1.0,
    }


def test_one_token_makes_no_rate(run: Callable[..., Run]):
    timed = run("a", clock=ticking())
    list(timed.chunks())
    assert timed.turn.timings.tokens_per_s is None


def test_an_answer_without_a_token_has_no_first_token(run: Callable[..., Run]):
    timed = run(clock=ticking())
    list(timed.chunks())
    assert timed.turn.timings.ttft_s is None
    assert timed.turn.text == ""


def test_an_error_keeps_the_text_that_came(run: Callable[..., Run]):
    failing = run("Once", " upon", StreamFailed("the server gave up"))
    with pytest.raises(StreamFailed) as raised:
        list(failing.chunks())
    turn = failing.turn
    assert turn.status == "failed"
    assert turn.error is raised.value
    assert turn.text == "Once upon"
    assert raised.value.partial_text == "Once upon"


def test_text_that_only_the_error_knows_is_kept_too(run: Callable[..., Run]):
    error = StreamFailed("broken", partial_text="Once upon a ti")
    failing = run("Once", error)
    with pytest.raises(StreamFailed):
        list(failing.chunks())
    assert failing.turn.text == "Once upon a ti"


def test_an_error_before_the_first_token_leaves_no_message(run: Callable[..., Run]):
    failing = run(StreamFailed("refused"))
    with pytest.raises(StreamFailed):
        list(failing.chunks())
    assert failing.turn.message is None
    assert failing.turn.text == ""


def test_errors_of_other_chat_models_pass_through_unchanged(run: Callable[..., Run]):
    failing = run("Once", KeyError("theirs"))
    with pytest.raises(KeyError):
        list(failing.chunks())
    assert (failing.turn.status, failing.turn.text) == ("failed", "Once")


def test_closing_the_generator_stops_the_answer_and_keeps_its_text(
    run: Callable[..., Run],
):
    stopping = run("Once", 30)
    chunks = stopping.chunks()
    next(chunks)
    chunks.close()
    assert (stopping.turn.status, stopping.turn.text) == ("stopped", "Once")
    assert stopping.turn.error is None


def test_a_stop_raised_by_the_model_is_no_failure(run: Callable[..., Run]):
    stopping = run("Once", Stopped("stopped by the user"))
    with pytest.raises(Stopped):
        list(stopping.chunks())
    assert stopping.turn.status == "stopped"


def test_a_model_that_cannot_stream_answers_in_one_chunk():
    answer = AIMessage("whole", response_metadata={"finish_reason": "stop"})
    whole = Run(Turn("x"), FakeMessagesListChatModel(responses=[answer]), [])
    chunks = list(whole.chunks())
    assert all(isinstance(chunk, AIMessageChunk) for chunk in chunks)
    assert whole.turn.text == "whole"
    assert whole.turn.message is not None
    assert whole.turn.message.response_metadata["finish_reason"] == "stop"


def test_batches_join_what_came_together(run: Callable[..., Run]):
    batched = run(*"abcdefgh")
    batches = list(batched.batches(every_s=0.2))
    assert "".join(str(c.text) for batch in batches for c in batch) == "abcdefgh"
    assert len(batches) <= 3


async def test_a_run_streams_on_the_callers_loop_too(run: Callable[..., Run]):
    own = run("a", "b")
    text = "".join([str(chunk.text) async for chunk in own.achunks()])
    assert text == own.turn.text == "ab"
    assert own.turn.status == "done"

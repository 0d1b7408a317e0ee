"""A conversation: turns in order, and what each request carries."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from ocinb.conversation import Conversation
from ocinb.errors import StreamFailed

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def talk(reciting: Any) -> Callable[..., Conversation]:
    def make(*answers: list[Any], **settings: Any) -> Conversation:
        return Conversation(reciting(answers=list(answers)), **settings)

    return make


def sent(talk: Conversation, request: int = -1) -> list[tuple[str, str]]:
    return [(m.type, str(m.text)) for m in talk.model.asked[request]]


def test_a_new_conversation_is_empty(talk: Any):
    assert talk(["a"]).turns == ()
    assert talk(["a"]).messages == []


def test_ask_returns_the_finished_turn(talk: Any):
    conversation = talk(["Blue", " light"])
    turn = conversation.ask("Why?")
    assert (turn.prompt, turn.text, turn.status) == ("Why?", "Blue light", "done")
    assert conversation.turns == (turn,)


def test_the_second_request_carries_the_first_turn(talk: Any):
    conversation = talk(["A"], ["B"])
    conversation.ask("a")
    turn = conversation.ask("b")
    assert sent(conversation) == [("human", "a"), ("ai", "A"), ("human", "b")]
    assert turn.context == 1


def test_the_system_prompt_comes_first_in_every_request(talk: Any):
    conversation = talk(["A"], system="Be brief.")
    conversation.ask("a")
    conversation.ask("b")
    assert (
        sent(conversation, 0)[0] == sent(conversation, 1)[0] == ("system", "Be brief.")
    )
    assert [m.type for m in conversation.messages] == ["system", *["human", "ai"] * 2]


def test_what_a_request_would_carry_can_be_asked_without_sending_it(talk: Any):
    conversation = talk(["A"], ["B"], system="Be brief.")
    conversation.ask("a", key="cell 1")
    conversation.ask("b", key="cell 2")
    before = conversation.turns
    texts = [str(m.text) for m in conversation.messages_for("c")]
    assert texts == ["Be brief.", "a", "A", "b", "B", "c"]
    again = [str(m.text) for m in conversation.messages_for("c", key="cell 2")]
    assert again == ["Be brief.", "a", "A", "c"]
    assert conversation.turns == before
    assert len(conversation.model.asked) == 2


def test_max_history_limits_the_turns_that_are_sent(talk: Any):
    conversation = talk(["X"], max_history=1)
    for prompt in "abc":
        conversation.ask(prompt)
    assert [text for _, text in sent(conversation)] == ["b", "X", "c"]
    conversation.max_history = 0
    assert conversation.ask("d").context == 0
    assert sent(conversation) == [("human", "d")]


def test_parameters_reach_the_model_and_the_turn(talk: Any):
    conversation = talk(["A"])
    turn = conversation.ask("a", temperature=0.5, stop=["x"])
    assert conversation.model.params == [{"temperature": 0.5, "stop": ["x"]}]
    assert turn.params == {"temperature": 0.5, "stop": ["x"]}


def test_tools_are_offered_with_every_request(talk: Any):
    def weather(city: str) -> str:
        """Tell the weather."""
        return city

    conversation = talk(["A"], tools=[weather])
    conversation.ask("a")
    assert conversation.model.params == [{"tools": [weather]}]


def test_any_langchain_chat_model_will_do():
    model = GenericFakeChatModel(messages=iter([AIMessage("one two three")]))
    conversation = Conversation(model)
    chunks = [str(chunk.text) for chunk in conversation.stream("count")]
    assert [chunk for chunk in chunks if chunk] == ["one", " ", "two", " ", "three"]
    assert conversation.turns[0].text == "one two three"


def test_a_failed_turn_is_kept_and_not_sent_again(talk: Any):
    conversation = talk(["half", StreamFailed("broken")], ["B"])
    with pytest.raises(StreamFailed) as raised:
        conversation.ask("a")
    assert raised.value.partial_text == "half"
    assert [(t.status, t.text) for t in conversation.turns] == [("failed", "half")]
    conversation.ask("b")
    assert sent(conversation) == [("human", "b")]


def test_an_interrupt_stops_the_answer_and_keeps_its_text(talk: Any):
    conversation = talk(["Once", 30])
    interrupt = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        conversation.ask("a")
    turn = conversation.turns[0]
    assert (turn.status, turn.text) == ("stopped", "Once")
    assert conversation.model.hangups == 1
    interrupt.join()


def test_the_text_so_far_can_be_read_while_it_streams(talk: Any):
    conversation = talk(["Once", 0.05, " upon"])
    stream = conversation.stream("a")
    next(stream)
    assert conversation.turns[0].text == "Once"
    assert conversation.messages == []
    list(stream)
    assert conversation.turns[0].text == "Once upon"


async def test_aask_runs_on_the_callers_loop(talk: Any):
    conversation = talk(["A"])
    turn = await conversation.aask("a", temperature=1.0)
    assert (turn.text, turn.params) == ("A", {"temperature": 1.0})


async def test_cancelling_aask_keeps_the_text(talk: Any):
    conversation = talk(["Once", 30])
    asking = asyncio.create_task(conversation.aask("a"))
    await asyncio.sleep(0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    turn = conversation.turns[0]
    assert (turn.status, turn.text) == ("stopped", "Once")
    assert conversation.model.hangups == 1


def test_a_key_asked_again_replaces_its_own_turn(talk: Any):
    conversation = talk(["A"], ["A2"])
    conversation.ask("a", key=("cell", 0))
    conversation.ask("a, better", key=("cell", 0))
    assert [(t.prompt, t.text) for t in conversation.turns] == [("a, better", "A2")]
    assert sent(conversation) == [("human", "a, better")]


def test_a_replaced_turn_makes_later_ones_stale_and_deletes_none(talk: Any):
    conversation = talk(["X"])
    for key in "abc":
        conversation.ask(key, key=key)
    conversation.ask("b2", key="b")
    assert [(t.prompt, t.stale) for t in conversation.turns] == [
        ("a", False),
        ("b2", False),
        ("c", True),
    ]
    assert sent(conversation) == [("human", "a"), ("ai", "X"), ("human", "b2")]
    conversation.ask("c2", key="c")
    assert [t.stale for t in conversation.turns] == [False, False, False]


def test_two_keys_of_one_cell_are_two_turns(talk: Any):
    conversation = talk(["X"])
    conversation.ask("a", key=("cell", 0))
    conversation.ask("b", key=("cell", 1))
    assert [t.prompt for t in conversation.turns] == ["a", "b"]


def test_turns_without_a_key_are_appended(talk: Any):
    conversation = talk(["X"])
    conversation.ask("a")
    conversation.ask("a")
    assert len(conversation.turns) == 2


def test_a_long_answer_is_joined_in_linear_time(talk: Any):
    def seconds(tokens: int) -> float:
        conversation = talk(["token "] * tokens)
        before = time.process_time()
        turn = conversation.ask("a")
        assert turn.text == "token " * tokens
        return time.process_time() - before

    seconds(100)
    assert seconds(4000) < 4 * 2.5 * max(seconds(1000), 0.05)

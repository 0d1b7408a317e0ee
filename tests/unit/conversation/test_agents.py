"""Agents: Runnables that stream messages and run their own tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import Runnable, RunnableGenerator

from ocinb.conversation import Conversation, ToolRequest, ToolResult
from ocinb.errors import AnswerError, ParameterError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

CALL = tool_call_chunk(name="weather", args='{"city": "Bern"}', id="1", index=0)


def piece(text: str, answer: str, **facts: Any) -> AIMessageChunk:
    return AIMessageChunk(content=text, id=answer, **facts)


ANSWERS = [
    piece("Let me", "x"),
    piece(" look.", "x", tool_call_chunks=[CALL]),
    piece("", "x", chunk_position="last"),
    ToolMessage("sunny", tool_call_id="1", name="weather"),
    piece("It is", "y"),
    piece(" sunny.", "y"),
]


@pytest.fixture
def streaming() -> Callable[..., Runnable[Any, Any]]:
    """Make a Runnable that streams what it is given, and notes what it was asked."""

    def make(*steps: Any, asked: list[Any] | None = None) -> Runnable[Any, Any]:
        async def stream(inputs: AsyncIterator[Any]) -> AsyncIterator[Any]:
            async for given in inputs:
                if asked is not None:
                    asked.append(given)
            for step in steps:
                yield step

        return RunnableGenerator(stream)

    return make


def test_its_calls_and_results_are_shown_as_they_happen(streaming: Any):
    talk = Conversation(streaming(*ANSWERS))
    items = list(talk.stream("How is it?"))
    kinds = [type(item).__name__ for item in items]
    assert kinds == [
        *["AIMessageChunk"] * 3,
        *("ToolRequest", "ToolResult"),
        *["AIMessageChunk"] * 2,
    ]
    request, result = items[3:5]
    assert isinstance(request, ToolRequest)
    assert isinstance(result, ToolResult)
    assert (request.name, request.args) == ("weather", {"city": "Bern"})
    assert (request.decision, request.waiting) == ("theirs", False)
    assert (result.request, result.text, result.ok) == (request, "sunny", True)


def test_its_rounds_are_the_turns_messages(streaming: Any):
    turn = Conversation(streaming(*ANSWERS)).ask("How is it?")
    assert [(m.type, str(m.text)) for m in turn.messages] == [
        ("ai", "Let me look."),
        ("tool", "sunny"),
        ("ai", "It is sunny."),
    ]
    assert (turn.text, turn.status, turn.not_run) == ("It is sunny.", "done", ())


def test_the_next_request_carries_its_rounds(streaming: Any):
    asked: list[Any] = []
    talk = Conversation(streaming(*ANSWERS, asked=asked), system="Be brief.")
    talk.ask("a")
    talk.ask("b")
    assert [m.type for m in asked[1]] == [
        *("system", "human", "ai", "tool", "ai", "human")
    ]


def test_nothing_can_be_decided_about_its_calls(streaming: Any):
    talk = Conversation(streaming(*ANSWERS))
    items = talk.stream("a")
    request = next(item for item in items if isinstance(item, ToolRequest))
    assert request.approve() is False
    assert request.reject() is False
    list(items)


def test_whole_messages_and_pairs_will_do(streaming: Any):
    call = tool_call(name="weather", args={"city": "Bern"}, id="1")
    talk = Conversation(
        streaming(
            (AIMessage("Let me look.", tool_calls=[call], id="x"), {"node": "model"}),
            (ToolMessage("sunny", tool_call_id="1"), {"node": "tools"}),
            (AIMessage("It is sunny.", id="y"), {"node": "model"}),
        )
    )
    items = list(talk.stream("a"))
    assert [type(i).__name__ for i in items] == [
        *("AIMessageChunk", "ToolRequest", "ToolResult", "AIMessageChunk")
    ]
    assert talk.turns[0].text == "It is sunny."


def test_a_message_that_was_streamed_is_not_taken_again(streaming: Any):
    whole = AIMessage("It is sunny.", id="y")
    talk = Conversation(
        streaming(piece("It is sunny.", "y", chunk_position="last"), whole)
    )
    assert [m.text for m in talk.ask("a").messages] == ["It is sunny."]


def test_answers_that_come_at_the_same_time_are_kept_apart(streaming: Any):
    talk = Conversation(
        streaming(
            piece("one", "x"),
            piece("uno", "y"),
            piece(" two", "x", chunk_position="last"),
            piece(" due", "y", chunk_position="last"),
        )
    )
    assert [m.text for m in talk.ask("a").messages] == ["one two", "uno due"]


def test_the_same_ids_in_each_round_are_left_alone(streaming: Any):
    again = [
        piece("", "z", tool_call_chunks=[CALL], chunk_position="last"),
        ToolMessage("rain", tool_call_id="1", name="weather"),
        piece("Wet.", "w"),
    ]
    talk = Conversation(streaming(*ANSWERS, *again))
    results = [i for i in talk.stream("a") if isinstance(i, ToolResult)]
    assert [r.text for r in results] == ["sunny", "rain"]
    assert results[0].request is not results[1].request
    sent = talk.messages
    assert [str(m.text) for m in sent if m.type == "tool"] == ["sunny", "rain"]


def test_a_result_of_an_unseen_call_is_shown_nonetheless(streaming: Any):
    talk = Conversation(
        streaming(ToolMessage("42", tool_call_id="9", name="think"), piece("So.", "y"))
    )
    (result,) = [i for i in talk.stream("a") if isinstance(i, ToolResult)]
    assert (result.request.name, result.text) == ("think", "42")


def test_calls_that_it_leaves_open_are_shown_and_told(streaming: Any):
    turn = Conversation(streaming(*ANSWERS[:2])).ask("a")
    assert turn.not_run == ("weather",)


def test_what_a_user_said_is_not_an_answer(streaming: Any):
    turn = Conversation(streaming(HumanMessage("a"), piece("A", "x"))).ask("a")
    assert [m.type for m in turn.messages] == ["ai"]


def test_a_chain_round_a_model_is_asked_with_messages(reciting: Any):
    prompt = ChatPromptTemplate(
        [("system", "Be brief."), MessagesPlaceholder("messages")]
    )
    model = reciting(answers=[["A"], ["B"]])
    talk = Conversation((lambda messages: {"messages": messages}) | prompt | model)
    talk.ask("a")
    assert talk.ask("b").text == "B"
    assert [m.type for m in model.asked[1]] == [*("system", "human", "ai", "human")]


def test_a_chain_that_streams_texts_will_do(reciting: Any):
    talk = Conversation(reciting(answers=[["Once", " upon"]]) | StrOutputParser())
    assert talk.ask("a").text == "Once upon"


def test_a_model_with_things_bound_to_it_is_no_agent(reciting: Any):
    def weather(city: str) -> str:
        """Tell the weather."""
        return f"sunny in {city}"

    call = AIMessageChunk(content="", tool_call_chunks=[CALL])
    model = reciting(answers=[[call], ["Sunny."]])
    talk = Conversation(model.bind(stop=["x"]), tools=[weather])
    turn = talk.ask("a", approve=lambda request: request.approve())
    assert [str(m.text) for m in turn.messages] == ["", "sunny in Bern", "Sunny."]
    assert model.params[0]["stop"] == ["x"]


def test_a_model_that_has_tools_already_is_not_given_more(reciting: Any):
    model = reciting(answers=[["A"]]).bind_tools([reciting])
    with pytest.raises(ParameterError, match="has tools bound to it already"):
        Conversation(model, tools=[len]).ask("a")


def test_an_agent_brings_its_own_tools(streaming: Any):
    talk = Conversation(streaming(*ANSWERS), tools=[streaming])
    with pytest.raises(ParameterError, match="tools cannot be offered to a Runnable"):
        talk.ask("a")
    assert talk.turns == ()


def test_what_is_no_message_is_refused(streaming: Any):
    talk = Conversation(streaming({"messages": []}))
    with pytest.raises(AnswerError, match="the model streamed a dict"):
        talk.ask("a")


def test_a_stop_keeps_what_came(streaming: Any):
    talk = Conversation(streaming(*ANSWERS[:3], 0))
    stream = talk.stream("a")
    for item in stream:
        if isinstance(item, ToolRequest):
            break
    stream.close()
    turn = talk.turns[0]
    assert turn.messages[0].text == "Let me look."


class Graph(Runnable[Any, Any]):
    """What a LangGraph graph looks like from outside."""

    stream_mode = "updates"

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def get_state(self) -> None:
        """Return the state."""

    def invoke(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    async def astream(self, state: Any, *_: Any, **options: Any) -> Any:
        self.asked.append((state, options))
        for step in ANSWERS:
            yield step, {"langgraph_node": "agent"}


def test_a_graph_is_given_a_state_and_asked_for_messages():
    graph = Graph()
    turn = Conversation(graph, system="Be brief.").ask("a")
    state, options = graph.asked[0]
    assert [m.type for m in state["messages"]] == ["system", "human"]
    assert options == {"stream_mode": "messages"}
    assert turn.text == "It is sunny."


def test_an_agent_takes_no_sampling_parameters(streaming: Any):
    for agent in (Graph(), streaming("a")):
        with pytest.raises(ParameterError, match=r"no sampling parameters \(seed\)"):
            Conversation(agent).ask("a", seed=1)

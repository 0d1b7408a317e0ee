"""The small model answers as vLLM would: parameters, constraints, tools, counts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ocinb.local import LocalDeployment
from tests.contract.local_client import COMPLETIONS, HELLO, SHORT, Client

COUNT = {
    "messages": [{"role": "user", "content": "Count from 1 to 5."}],
    "temperature": 0,
    "max_tokens": 40,
    "seed": 1,
}
HOT = {**HELLO, "temperature": 2, "max_tokens": 12}
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "age": {"type": "integer", "minimum": 0, "maximum": 99},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
    "required": ["city"],
    "additionalProperties": False,
}
WHO = {
    "type": "object",
    "properties": {"who": {"$ref": "#/$defs/Who"}},
    "required": ["who"],
    "additionalProperties": False,
    "$defs": {"Who": {"type": "string", "enum": ["me", "you"]}},
}


@pytest.fixture(scope="module")
def client(local_deployment: LocalDeployment) -> Client:
    return Client(local_deployment)


def tool(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "description": "", "parameters": parameters}
    return {"type": "function", "function": function}


TOOLS = {
    "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
    "temperature": 0,
    "max_tokens": 60,
    "seed": 1,
    "tools": [tool("get_weather", CITY), tool("greet", WHO)],
}
NAMED = {**TOOLS, "tool_choice": {"type": "function", "function": {"name": "greet"}}}
REQUIRED = {**TOOLS, "tool_choice": "required"}


@pytest.mark.parametrize(
    "greedy", [{"temperature": 0}, {"top_k": 1}, {"min_p": 1}, {"top_p": 1e-4}]
)
def test_each_way_to_be_greedy_gives_the_likeliest_text(
    client: Client, greedy: dict[str, Any]
):
    assert client.send({**HOT, **greedy}).text == client.send({**HOT, "top_k": 1}).text


def test_the_same_seed_gives_the_same_text(client: Client):
    texts = {client.send({**HOT, "seed": 7}).text for _ in range(3)}

    assert len(texts) == 1
    assert client.send({**HOT, "seed": 8}).text not in texts


def test_choices_differ_and_repeat_with_the_seed(client: Client):
    asked = {**HOT, "n": 5, "seed": 7}
    first, again = (client.send(asked).json["choices"] for _ in range(2))
    texts = [choice["message"]["content"] for choice in first]

    assert len(set(texts)) == 5
    assert texts == [choice["message"]["content"] for choice in again]


def test_the_tokens_of_all_choices_are_counted(client: Client):
    usage = client.send({**HOT, "n": 3, "ignore_eos": True}).json["usage"]

    assert usage["completion_tokens"] == 36
    assert usage["total_tokens"] == usage["prompt_tokens"] + 36


def test_streamed_choices_interleave(client: Client):
    asked = {**HOT, "n": 2, "ignore_eos": True, "seed": 1}
    indexes = [chunk["choices"][0]["index"] for chunk in client.stream(asked).chunks]

    assert indexes[:2] == [0, 1]
    assert indexes != sorted(indexes)


@pytest.mark.parametrize(
    ("name", "value"), [("repetition_penalty", 1.8), ("logit_bias", {"33": -100})]
)
def test_a_parameter_changes_the_answer(client: Client, name: str, value: object):
    assert client.send({**COUNT, name: value}).text != client.send(COUNT).text


def test_llamas_own_name_for_a_parameter_changes_nothing(client: Client):
    asked = {**COUNT, "repeat_penalty": 1.8}

    assert client.send(asked).text == client.send(COUNT).text


def test_a_stop_string_ends_the_answer_and_is_told(client: Client):
    choice = client.send({**COUNT, "stop": ["3"]}).json["choices"][0]

    assert (choice["finish_reason"], choice["stop_reason"]) == ("stop", "3")
    assert "3" not in choice["message"]["content"]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_stop_string_can_be_shown(client: Client, streamed: object):
    asked = {**COUNT, "stop": ["3"], "include_stop_str_in_output": True}
    text = client.stream(asked).streamed_text if streamed else client.send(asked).text

    assert text.endswith("3")


def test_the_last_token_of_a_stream_comes_with_its_end(client: Client):
    last = client.stream({**SHORT, "ignore_eos": True}).chunks[-1]["choices"][0]

    assert last["finish_reason"] == "length"
    assert last["delta"]["content"]


def test_a_message_can_be_continued(client: Client):
    said = {"role": "assistant", "content": "1, 2,"}
    asked = {
        **COUNT,
        "messages": [*COUNT["messages"], said],  # type: ignore[misc] # a list
        "continue_final_message": True,
        "add_generation_prompt": False,
    }

    assert client.send(asked).text.startswith(" 3")
    assert client.stream(asked).streamed_text == client.send(asked).text


def test_usage_can_come_with_every_chunk(client: Client):
    options = {"include_usage": True, "continuous_usage_stats": True}
    asked = {**SHORT, "ignore_eos": True, "stream_options": options}
    counts = [
        chunk["usage"]["completion_tokens"] for chunk in client.stream(asked).chunks
    ]

    assert counts == [0, 1, 2, 3, 4, 5, 6, 7, 8, 8]


def test_alternatives_of_each_token_are_shown(client: Client):
    asked = {**SHORT, "logprobs": True, "top_logprobs": 3, "ignore_eos": True}
    choice = client.send(asked).json["choices"][0]
    tokens = choice["logprobs"]["content"]

    assert len(tokens) == 8
    assert {len(token["top_logprobs"]) for token in tokens} == {3}
    assert "".join(t["token"] for t in tokens) == choice["message"]["content"]
    assert sorted(tokens[0]) == ["bytes", "logprob", "token", "top_logprobs"]


def test_completions_show_alternatives_in_columns(client: Client):
    asked = {"prompt": "Once upon", "max_tokens": 3, "logprobs": 2, "temperature": 0}
    choice = client.send(asked, route=COMPLETIONS).json["choices"][0]

    assert "".join(choice["logprobs"]["tokens"]) == choice["text"]
    assert [len(tops) for tops in choice["logprobs"]["top_logprobs"]] == [2, 2, 2]


def test_several_prompts_are_completed_in_order(client: Client):
    asked = {"prompt": ["Once", "Twice"], "max_tokens": 3, "n": 2}
    got = client.send(asked, route=COMPLETIONS).json

    assert [choice["index"] for choice in got["choices"]] == [0, 1, 2, 3]
    assert got["usage"]["prompt_tokens"] == 3


def test_a_prompt_may_be_token_ids(client: Client):
    asked = {"prompt": [28120, 905], "max_tokens": 2}
    usage = client.send(asked, route=COMPLETIONS).json["usage"]

    assert usage["prompt_tokens"] == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"response_format": {"type": "json_schema", "json_schema": {"schema": PERSON}}},
        {"structured_outputs": {"json": PERSON}},
        {"structured_outputs": {"json": json.dumps(PERSON)}},
    ],
)
def test_an_answer_follows_its_schema(client: Client, asked: dict[str, Any]):
    person = json.loads(client.send({**HOT, **asked, "max_tokens": 80}).text)

    assert sorted(person) == ["age", "name"]
    assert 0 <= person["age"] <= 99


def test_a_streamed_answer_follows_its_schema(client: Client):
    asked = {**HOT, "max_tokens": 80, "structured_outputs": {"json": PERSON}}

    assert "age" in json.loads(client.stream(asked).streamed_text)


def test_an_answer_follows_its_regex(client: Client):
    asked = {**HOT, "structured_outputs": {"regex": r"\d{3}-\d{4}"}}

    assert re.fullmatch("[0-9]{3}-[0-9]{4}", client.send(asked).text)


@pytest.mark.parametrize(
    "asked",
    [
        {"choice": ["red", "blue"]},
        {"grammar": 'root ::= "red" | "blue"'},
        {"grammar": 'start: "red" | "blue"'},
    ],
)
def test_an_answer_is_one_of_the_choices(client: Client, asked: dict[str, Any]):
    assert client.send({**HOT, "structured_outputs": asked}).text in {"red", "blue"}


def test_a_completion_follows_its_grammar_too(client: Client):
    asked = {"prompt": "A:", "structured_outputs": {"choice": ["yes"]}}
    got = client.send({**asked, "max_tokens": 9}, route=COMPLETIONS)

    assert got.json["choices"][0]["text"] == "yes"


@pytest.mark.parametrize(
    "asked",
    [
        {"regex": "("},
        {"regex": "a(?=b)"},
        {"json": {"type": "banana"}},
        {"json": {"type": "string", "minLength": 5, "maxLength": 3}},
        {"json": {"not": {}}},
        {"grammar": "start: /(/"},
        {"grammar": 'root ::= "a'},
    ],
)
def test_what_cannot_be_followed_is_refused_and_not_ignored(
    client: Client, asked: dict[str, Any]
):
    got = client.send({**HOT, "structured_outputs": asked})

    assert (got.status, got.json["error"]["type"]) == (400, "BadRequestError")


def calls_of(answer: Any) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = answer.json["choices"][0]["message"]["tool_calls"]
    return calls


def test_a_required_call_has_valid_arguments(client: Client):
    got = client.send(REQUIRED)
    (call,) = calls_of(got)
    arguments = json.loads(call["function"]["arguments"])

    assert arguments in (
        {"city": "Paris"},
        {"city": "Rome"},
        {"who": "me"},
        {"who": "you"},
    )
    assert got.json["choices"][0]["finish_reason"] == "tool_calls"


def test_a_named_tool_is_called_whatever_the_question(client: Client):
    got = client.send(NAMED)
    (call,) = calls_of(got)

    assert call["function"]["name"] == "greet"
    assert json.loads(call["function"]["arguments"])["who"] in {"me", "you"}
    assert got.json["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("asked", [REQUIRED, NAMED])
def test_a_streamed_call_is_the_same_as_the_whole_one(
    client: Client, asked: dict[str, Any]
):
    (whole,) = calls_of(client.send(asked))
    deltas = [c["choices"][0]["delta"] for c in client.stream(asked).chunks]
    parts = [part["function"] for d in deltas for part in d.get("tool_calls", [])]
    arguments = "".join(part.get("arguments", "") for part in parts)

    assert parts[0] == {"name": whole["function"]["name"]}
    assert json.loads(arguments) == json.loads(whole["function"]["arguments"])


def test_a_tool_whose_schema_is_nonsense_is_called_with_any_object(client: Client):
    asked = {**REQUIRED, "tools": [tool("f", {"type": "banana"})], "max_tokens": 300}
    choice = client.send(asked).json["choices"][0]

    assert choice["finish_reason"] in {"tool_calls", "length"}


def test_a_prompt_too_long_for_the_answer_is_refused(client: Client):
    words = {"role": "user", "content": "word " * 200}
    got = client.send({**SHORT, "messages": [words], "max_tokens": 4000})

    assert got.json["error"]["param"] == "input_tokens"
    assert "for a total of at least" in got.json["error"]["message"]


def test_messages_that_the_template_cannot_take_are_refused(client: Client):
    asked = {**SHORT, "messages": [{"role": "user", "content": [{"type": "text"}]}]}

    assert client.send(asked).status == 400


def test_answers_that_need_more_memory_than_there_is_wait_for_it():
    asked = {**HELLO, "n": 6, "max_tokens": 90, "ignore_eos": True, "temperature": 1}
    with LocalDeployment(context_length=128) as deployment:
        choices = Client(deployment).send(asked).json["choices"]

    assert [choice["finish_reason"] for choice in choices] == ["length"] * 6

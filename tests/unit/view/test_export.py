"""A conversation that leaves the notebook says the same, and asks the same again."""

from __future__ import annotations

import base64
import warnings
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.conversation import Turn, history_for_request
from ocinb.errors import ParameterError
from ocinb.magic.typed.arguments import parse_cell
from ocinb.view.export import as_markdown, as_messages, as_notebook
from tests.unit.rendering.test_inert import assert_lifeless
from tests.unit.rendering.test_markdown import ATTACKS

ENDPOINT = "https://md.us-ashburn-1.oci.customer-oci.com/ocid1.x/predict"
PICTURE = base64.b64encode(b"\x89PNG not really").decode()
CALL = {"name": "weather", "args": {"city": "Bern"}, "id": "1"}

PROMPTS = (
    "How is it?",
    "two\nlines\n\n  and more",
    "# only a comment",
    "\nspace around\n",
    "json {system} and {x}",
    'tab\tand \'quotes\' """ \\',
    "line\r\nends \x85 \u2028 \x1b[31m",
    "%%ocichat other\nx",
)


def llm(**fields: Any) -> ChatOCIModelDeploymentVLLM:
    return ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT, **fields)


def turn(prompt: Any, answer: str = "ok", **params: Any) -> Turn:
    asked, said = Turn.of(prompt), (AIMessage(answer),)
    return replace(asked, status="done", messages=said, params=params)


def cells(notebook: dict[str, Any], kind: str) -> list[str]:
    nbformat.validate(notebook)
    return [c["source"] for c in notebook["cells"] if c["cell_type"] == kind]


def run(notebook: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Return each request that the cells would make, with the model it would ask."""
    names: dict[str, Any] = {"system": "a variable of somebody else"}
    asked = []
    for source in cells(notebook, "code"):
        if source.startswith("%%ocichat"):
            line, _, body = source.removeprefix("%%ocichat ").partition("\n")
            request = parse_cell(line, body, names)
            asked.append((request, names[request.model]))
        else:
            code = source.replace("%load_ext ocinb", "")
            exec(compile(code, "cell", "exec"), names)  # noqa: S102 - our own text
    return asked


def test_the_cells_ask_every_prompt_again_with_the_system_prompt():
    system = 'It\'s "brief" {x}\n--format json'
    talk = [turn(prompt) for prompt in PROMPTS]
    asked = run(as_notebook(talk, llm(), system=system))
    assert [request.prompt for request, _ in asked] == list(PROMPTS)
    assert {request.system for request, _ in asked} == {system}


def test_the_cells_ask_with_the_parameters_of_each_turn():
    model = llm(temperature=0.5, model_kwargs={"x": 1})
    params: list[dict[str, Any]] = [{}, {"seed": 7, "y": 2}, {"seed": 7, "y": 2}]
    params += [{"temperature": None, "x": None}]
    talk = [turn("hi", **given) for given in params]
    notebook = as_notebook(talk, model)
    assert len(cells(notebook, "code")) == len(talk) + 3
    for given, (_, again) in zip(params, run(notebook), strict=True):
        with warnings.catch_warnings():  # of names that are no known parameter
            warnings.simplefilter("ignore")
            wanted = model.sent_params(**given)
        assert again.sent_params() == wanted


def test_the_answers_stand_after_their_prompts():
    notebook = as_notebook([turn("a", "**b**"), turn("c", "d")], llm(), title="My talk")
    assert cells(notebook, "markdown") == ["# My talk", "**b**", "d"]
    assert cells(notebook, "code")[0].startswith("%load_ext ocinb\n\nfrom ocinb import")


def test_a_picture_goes_with_its_prompt():
    url = {"url": f"data:image/png;base64,{PICTURE}"}
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": url},
        {"type": "image", "base64": PICTURE, "mime_type": "image/png"},
        {"type": "image_url", "image_url": {"url": "https://a.test/x.png"}},
    ]
    ((request, _),) = run(as_notebook([turn(parts)], llm()))
    assert request.prompt == "What is this?"
    assert request.images == ("image_1_2", "image_1_3")


def test_nothing_secret_is_in_a_notebook():
    model = llm(auth=lambda request: request, default_headers={"x-api-key": "hush"})
    assert "hush" not in str(as_notebook([turn("a")], model))


def test_a_conversation_without_turns_is_a_notebook_too():
    assert cells(as_notebook([], llm()), "markdown") == ["# Conversation"]


def test_the_messages_are_those_of_the_next_request():
    rounds = (
        AIMessage("", tool_calls=[CALL]),
        ToolMessage("it's\n'sunny'", tool_call_id="1"),
        AIMessage("Sunny."),
    )
    talk = [
        Turn("How?", "done", messages=rounds),
        Turn("broken", "failed", error=ParameterError("no")),
        Turn("b", "stopped", messages=(AIMessage("half"),)),
    ]
    names: dict[str, Any] = {}
    exec(as_messages(talk, system="Be brief."), names)  # noqa: S102 - our own text
    wanted = [SystemMessage("Be brief."), *history_for_request(talk)]
    assert names["messages"] == wanted
    assert HumanMessage("broken") not in wanted


def test_no_turns_are_no_messages():
    assert as_messages([]) == "messages = []\n"


def test_markdown_says_everything_in_order():
    text = as_markdown([turn("q", "**a**")], title="A *talk*", system="Be brief.")
    assert text.startswith(
        "# A \\*talk\\*\n\n**System prompt**\n\nBe brief.\n\n---\n\n"
    )
    assert text.endswith("**You**\n\nq\n\n**Model**\n\n**a**\n")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_was_said_is_lifeless(attack: str):
    talk = [turn(attack, attack)]
    assert_lifeless(as_markdown(talk, title=attack, system=attack))
    notebook = as_notebook(talk, llm(), title=attack, system=attack)
    for source in cells(notebook, "markdown"):
        assert_lifeless(source)
    ((request, _),) = run(notebook)
    assert request.prompt == attack

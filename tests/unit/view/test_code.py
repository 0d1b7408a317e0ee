"""The program that asks again: short, readable, and without a secret."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.errors import ParameterError
from ocinb.view.code import as_code, model_source
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE

ENDPOINT = "https://md.us-ashburn-1.oci.customer-oci.com/ocid1.x/predict"
HI = [HumanMessage("hi")]


class Mine(ChatOCIModelDeploymentVLLM):
    """A class of the user."""


def signer(request: Any) -> Any:
    return request


def llm(**fields: Any) -> ChatOCIModelDeploymentVLLM:
    return ChatOCIModelDeploymentVLLM(**{"endpoint": ENDPOINT, **fields})


def test_the_program_reads_as_a_user_would_write_it():
    model = llm(auth="api_key", temperature=None, max_tokens=1024)
    assert as_code(model, HI, {"seed": 7}) == (
        "from langchain_core.messages import HumanMessage\n"
        "from ocinb import ChatOCIModelDeploymentVLLM\n"
        "\n"
        "model = ChatOCIModelDeploymentVLLM(\n"
        f'    endpoint="{ENDPOINT}",\n'
        '    auth="api_key",\n'
        "    temperature=None,\n"
        "    seed=7,\n"
        "    max_tokens=1024,\n"
        ")\n"
        "messages = [\n"
        '    HumanMessage("hi"),\n'
        "]\n"
        "for chunk in model.stream(messages):\n"
        '    print(chunk.text, end="")\n'
    )


def test_only_what_differs_from_the_class_is_told():
    model = llm(temperature=0.2, model="odsc-llm", streaming=False, top_k=None)
    source = model_source(model, {"seed": None, "top_p": None})
    assert source.expression == f'ChatOCIModelDeploymentVLLM(endpoint="{ENDPOINT}")'
    assert source.params == {}


def test_what_cannot_move_into_the_constructor_stays_in_the_call():
    code = as_code(llm(model_kwargs={"x": 1}), HI, {"seed": 7, "guided-json": {}})
    assert 'stream(messages, seed=7, **{"guided-json": {}})' in code


def test_credentials_and_the_values_of_headers_are_left_to_be_passed():
    model = llm(auth=signer, default_headers={"x-api-key": "hush", "route": "/v1"})
    code = as_code(model, HI, {})
    assert "# auth=auth,  # the signer or the ADS dict that you passed" in code
    assert "# default_headers=headers,  # your values for 'x-api-key', 'route'" in code
    assert "hush" not in code
    assert "/v1" not in code
    assert "function signer" not in code


def test_without_credentials_nothing_is_said_of_them():
    assert "auth" not in as_code(llm(), HI, {})


def test_a_class_of_the_user_is_named():
    code = as_code(Mine(endpoint=ENDPOINT, seed=1), HI, {})
    assert f"from {Mine.__module__} import Mine" in code
    assert "# and the fields of your own class" in code
    compile(code, "cell", "exec")


def test_another_chat_model_is_told_as_far_as_it_can_be():
    other = FakeListChatModel(responses=["secret"])
    code = as_code(
        other,
        HI,
        {"temperature": 0.5},
        tools=[{"name": "f", "parameters": {}, "description": ""}],
    )
    assert "import FakeListChatModel\n" in code
    assert "# and what else you gave it, such as credentials" in code
    assert "model.bind_tools(tools).stream(messages, temperature=0.5)" in code
    assert "secret" not in code
    compile(code, "cell", "exec")


def test_a_class_of_the_notebook_is_not_imported():
    class Local(FakeListChatModel):
        pass

    code = as_code(Local(responses=[""]), HI, {})
    assert "# Local is a class of your own" in code
    assert "import Local" not in code


def test_a_message_without_a_role_is_refused_in_one_line():
    with pytest.raises(ParameterError, match="a RemoveMessage has no role"):
        as_code(llm(), [RemoveMessage(id="1")], {})


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_nothing_in_the_program_acts_on_a_terminal(attack: str):
    code = as_code(llm(model=attack), [AIMessage(attack)], {"stop": [attack]})
    assert not UNSAFE.search(code)
    compile(code, "cell", "exec")

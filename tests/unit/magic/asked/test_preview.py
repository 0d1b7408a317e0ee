"""How a program gets at the chat model without holding its credentials."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM, Conversation
from ocinb.magic.asked.preview import code_of, preview_of
from ocinb.view.request_text import ModelCode
from ocinb.wire.signing import RequestSigner, make_private_key
from tests.unit.chat_models.recorder import ENDPOINT, make

IMPORT = "from ocinb import ChatOCIModelDeploymentVLLM"


def test_a_variable_that_holds_it_is_used():
    model = make()
    names = {"_hidden": model, "other": make(), "llm": model}
    assert code_of(model, "alias", names) == ModelCode("llm")


def test_one_that_signs_by_default_is_made_anew():
    model = ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT)
    made = f"ChatOCIModelDeploymentVLLM(endpoint={ENDPOINT!r})"
    assert code_of(model, "", {}) == ModelCode(made, IMPORT)


def test_the_name_of_a_way_to_sign_is_no_secret():
    model = ChatOCIModelDeployment(endpoint=ENDPOINT, auth="resource_principal")
    code = code_of(model, "", {})
    assert code.expression == (
        f"ChatOCIModelDeployment(endpoint={ENDPOINT!r}, auth='resource_principal')"
    )
    assert code.imports == "from ocinb import ChatOCIModelDeployment"


class Own(ChatOCIModelDeploymentVLLM):
    """Somebody's own class."""


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (
            ChatOCIModelDeploymentVLLM,
            {"auth": RequestSigner("a/b/c", make_private_key())},
        ),
        (ChatOCIModelDeploymentVLLM, {"default_headers": {"x-api-key": "hush"}}),
        (Own, {}),
    ],
)
def test_any_other_comes_from_its_alias(kind: Any, fields: dict[str, Any]):
    code = code_of(kind(endpoint=ENDPOINT, **fields), "prod", {})
    assert code == ModelCode(
        "get_ipython().run_line_magic(\"ocichat\", 'alias get prod')"
    )
    compile(code.expression, "cell", "eval")


def test_the_tools_of_a_conversation_are_in_the_request():
    def weather(city: str) -> str:
        """Tell the weather."""
        return city

    model = make()
    talk = Conversation(model, tools=[weather])
    told = preview_of(talk, model, "hi", {}, None, ModelCode("llm"))
    bound = model.bind_tools([weather]).kwargs["tools"]  # type: ignore[attr-defined]  # a bound model
    body = model.prepare("hi", stream=True, tools=bound).body.decode()
    assert body in told
    assert '"name": "weather"' in told


def test_a_model_that_tells_nothing_is_told_by_what_it_is_given(reciting: Any):
    talk = Conversation(reciting(answers=[["A"]]), system="Be brief.")
    talk.ask("first")
    told = preview_of(talk, talk.model, "hi", {"seed": 7}, None, ModelCode("llm"))
    assert "RecitingModel does not tell what it sends" in told
    assert "system:\n  Be brief.\n\nhuman:\n  first\n\nai:\n  A\n\nhuman:\n  hi" in told
    assert told.endswith('parameters: {"seed": 7}')

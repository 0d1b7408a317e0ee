"""Bad input: refused in one line, before a byte goes to the server."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import ConfigurationError, OcinbError
from ocinb.local import Script
from ocinb.sampling import ParameterWarning
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com"
FORM = "use https://modeldeployment.<region>.oci.customer-oci.com/<ocid>/predict"
CIRCULAR: dict[str, Any] = {"type": "object"}
CIRCULAR["properties"] = {"again": CIRCULAR}


def tool(name: str, **schema: Any) -> dict[str, Any]:
    function = {"name": name, "description": "d", "parameters": schema}
    return {"type": "function", "function": function}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def check_line(error: OcinbError, says: str) -> None:
    line = str(error)
    assert says in line
    assert line.isprintable()
    assert len(line) < 600
    assert error.attempts == 0


ENDPOINTS: dict[str, tuple[Any, str]] = {
    "none": (None, "endpoint is missing: pass endpoint= or set OCI_LLM_ENDPOINT"),
    "empty": ("", "(Model Deployment > Invoking your model)"),
    "plain http": ("http://example.com/x/predict", "endpoint must be https://"),
    "ocid": ("ocid1.datasciencemodeldeployment.oc1.x", f"looks like an OCID; {FORM}"),
    "console": ("https://cloud.oracle.com/data-science/x", f"console page; {FORM}"),
    "no predict": (
        f"{HOST}/ocid1.x",
        f"is no predict URL of a model deployment; {FORM}",
    ),
    "template": (f"{HOST}/<ocid>/predict", f"no URL has: '<' - {FORM}"),
    "password": ("https://user:pw@host/x/predict", "must not hold a user name or pass"),
    "fragment": (f"{HOST}/x/predict#top", "must not have a #fragment"),
    "space": (f"{HOST}/x y/predict", "no URL has: ' '"),
    "newline": (f"{HOST}/x/predict\n", r"no URL has: '\n'"),
    "unicode dots": ("https://host\u3002example/x/predict", r"no URL has: '\u3002'"),
    "backslash": ("https://host\\@evil.example/x/predict", r"no URL has: '\\'"),
    "no text": (b"https://host/x/predict", "endpoint must be a string"),
}

FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt": (
        {"temprature": 1},
        "unknown parameter temprature; did you mean temperature?",
    ),
    "unknown": ({"zzz": 1}, "zzz - other fields of the server go into model_kwargs"),
    "auth": ({"auth": 5}, "auth must be an oci signer or an ADS auth dict {config, "),
    "auth name": ({"auth": "nobody"}, "auth must be an oci signer or an ADS auth dict"),
    "auth class": ({"auth": dict}, "auth must be an oci signer or an ADS auth dict"),
    "no signer": ({"auth": {"config": {}}}, "an ADS auth dict {config, signer}"),
    "timeout": ({"timeout": 0}, "timeout must be a number > 0 s (got 0)"),
    "timeout < 0": (
        {"timeout": {"idle": -1}},
        "timeout['idle'] must be a number > 0 s",
    ),
    "timeout text": ({"timeout": "x"}, "timeout must be a number > 0 s (got 'x')"),
    "timeout part": ({"timeout": {"read": 5}}, "no part 'read' (connect, idle, total)"),
    "retries": ({"max_retries": -1}, "max_retries must be an integer >= 0 (got -1)"),
    "retries text": ({"max_retries": "x"}, "max_retries must be an integer >= 0"),
    "authorization": (
        {"default_headers": {"Authorization": "hunter2"}},
        "header Authorization is set by signing and cannot be overridden",
    ),
    **{
        name: ({"default_headers": {name: "hunter2"}}, f"header {name} is set by sign")
        for name in ("Date", "Host", "x-content-sha256", "Content-Length")
    },
    "CR LF": (
        {"default_headers": {"x-a": "b\r\nc: hunter2"}},
        "header 'x-a' holds a ch",
    ),
    "name": (
        {"default_headers": {"x\r\na": "hunter2"}},
        r"header 'x\r\na' holds a char",
    ),
    "letters": (
        {"default_headers": {"x-a": "日本 hunter2"}},
        "that no header may hold",
    ),
    "bytes": ({"default_headers": {"x-a": b"hunter2"}}, "must be a string or a number"),
}


@pytest.mark.usefixtures("socket_disabled")
class TestConstructor:
    @pytest.mark.parametrize("case", ENDPOINTS)
    def test_an_endpoint_that_cannot_be_is_refused_without_a_socket(
        self, case: str, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)
        endpoint, says = ENDPOINTS[case]
        with pytest.raises(ConfigurationError) as caught:
            ChatOCIModelDeploymentVLLM(endpoint=endpoint)

        check_line(caught.value, says)
        assert "pw" not in str(caught.value)

    @pytest.mark.parametrize("case", FIELDS)
    def test_a_field_that_cannot_be_is_refused_without_a_socket(self, case: str):
        fields, says = FIELDS[case]
        with pytest.raises(ConfigurationError) as caught:
            ChatOCIModelDeploymentVLLM(endpoint=f"{HOST}/x/predict", **fields)

        check_line(caught.value, says)
        assert "hunter2" not in str(caught.value)


PARAMETERS: dict[str, tuple[tuple[Any, ...], str]] = {
    "temperature": (
        (-0.1, "hot", math.nan, math.inf, True),
        "temperature must be a number in [0, 2] (got ",
    ),
    "top_p": ((0, -1, 1.01), "top_p must be a number in (0, 1] (got "),
    "top_k": ((-2, 1.5), "top_k must be -1 or 0 (off), or an integer >= 1 (got "),
    "min_p": ((-0.1, 1.1), "min_p must be a number in [0, 1] (got "),
    "repetition_penalty": ((0, -1), "repetition_penalty must be a number > 0 (got "),
    "max_tokens": ((0, -5, 1.5, "512"), "max_tokens must be an integer >= 1 (got "),
    "n": ((0,), "n must be an integer >= 1 (got 0)"),
    "stop": ((["", "x"], [""], [5]), "stop must be non-empty strings (got "),
    "seed": ((0.5, 2**70), "seed must be a 64-bit integer (-1 = none) (got "),
    "logit_bias": (({"a": 1}, {5: "x"}), "logit_bias must be a dict of token id -> nu"),
    "response_format": (({"a": {1}}, CIRCULAR), "response_format must be a dict that "),
}
"""Values that no server accepts, and what the line says."""


def _tools(*tools: Any) -> dict[str, Any]:
    return {"tools": list(tools)}


CALLS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no messages": ([], {}, "messages is empty: nothing to send"),
    "empty prompt": (" \n", {}, "the prompt is empty: nothing to send"),
    "no content": ([{"role": "user", "content": None}], {}, "the prompt is empty"),
    "surrogate": ("a\ud800", {}, "prompt has an invalid character at 1"),
    "ten megabytes": ("x" * 10_485_760, {}, "the service takes 10,485,760 (10 MB)"),
    "image": (
        [HumanMessage([{"type": "image", "source_type": "id", "id": "x"}])],
        {},
        "a content block of type image cannot be sent",
    ),
    "result of no call": (
        [HumanMessage("hi"), ToolMessage("sunny", tool_call_id="")],
        {},
        "a tool message has no tool_call_id",
    ),
    **{
        f"{name} {values.index(value)}": ("hi", {name: value}, says)
        for name, (values, says) in PARAMETERS.items()
        for value in values
    },
    "n > 1": ("hi", {"n": 2, "temperature": 0}, "n must be 1 when temperature is 0"),
    "min > max": ("hi", {"min_tokens": 9, "max_tokens": 3}, "in [0, max_tokens]"),
    "tool": ("hi", _tools({"type": "function"}), "a tool cannot be sent"),
    "spaces": ("hi", _tools(tool("a b")), "must match [A-Za-z0-9_-]{1,64} (got 'a b')"),
    "letters": ("hi", _tools(tool("grün")), "tool name must match [A-Za-z0-9_-]{1,64}"),
    "65": ("hi", _tools(tool("a" * 65)), "tool name must match [A-Za-z0-9_-]{1,64}"),
    "twins": ("hi", _tools(tool("x"), tool("x")), "two tools have the name x"),
    "set": ("hi", _tools(tool("x", a={1})), "cannot be sent as JSON: tools: "),
    "circle": ("hi", _tools(tool("x", **CIRCULAR)), "tools: it holds itself, or is "),
    "choice": (
        "hi",
        {**_tools(tool("x")), "tool_choice": "y"},
        "tool_choice 'y' is no tool (tools: x)",
    ),
}
"""Prompt and arguments, and what the line says."""

WAYS: dict[str, Callable[..., Any]] = {
    "invoke": lambda m, prompt, **more: m.invoke(prompt, **more),
    "stream": lambda m, prompt, **more: list(m.stream(prompt, **more)),
    "ainvoke": lambda m, prompt, **more: asyncio.run(m.ainvoke(prompt, **more)),
    "bind": lambda m, prompt, **more: m.bind(**more).invoke(prompt),
}


class TestCall:
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("case", CALLS)
    def test_a_bad_call_is_refused_before_any_request(
        self, case: str, way: str, stage: Stage
    ):
        prompt, more, says = CALLS[case]
        with stage.playing(Script.answer("never")) as model:
            with pytest.raises(OcinbError) as caught:
                WAYS[way](model, prompt, **more)

            assert stage.connections == 0

        check_line(caught.value, says)

    @pytest.mark.parametrize(
        "prompt",
        [b"bytes", [b"bytes"], None, 5, [{"role": "tool", "content": "no call"}]],
        ids=repr,
    )
    def test_what_is_no_prompt_is_never_sent(self, prompt: Any, stage: Stage):
        with stage.playing(Script.answer("never")) as model:
            with pytest.raises(
                (OcinbError, ValueError, NotImplementedError, KeyError)
            ) as caught:
                model.invoke(prompt)

            assert stage.connections == 0
        assert str(caught.value)

    def test_bad_tools_are_refused_when_they_are_bound(self, stage: Stage):
        with stage.playing(Script.answer("never")) as model:
            with pytest.raises(OcinbError, match="tool name must match"):
                model.bind_tools([tool("two words")])

            assert stage.connections == 0


class TestServersToJudge:
    @pytest.mark.parametrize(
        "prompt",
        [
            [SystemMessage("only this")],
            [HumanMessage("hi"), AIMessage("an answer at the end")],
            [HumanMessage("a\x00b\x07")],
            [HumanMessage("x" * 5_000_000)],
            [HumanMessage("{{ ''.__class__ }} {% raw")],
            [SystemMessage("{{ bad " * 150_000), HumanMessage("hi")],
        ],
        ids=["only system", "answer last", "NUL", "5 MB", "Jinja", "1 MB of Jinja"],
    )
    def test_a_prompt_is_sent_as_it_is(self, prompt: Any, stage: Stage):
        with stage.playing(Script.answer("fine")) as model:
            assert model.invoke(prompt).text == "fine"

            sent = [
                message["content"] for message in stage.requests[0].json["messages"]
            ]
        assert sent == [message.content for message in prompt]

    @pytest.mark.parametrize(
        "template", ["{{ ''.__class__ }}", "{% for", "{{ x }}" * 150_000]
    )
    def test_a_chat_template_is_data_and_is_never_rendered_here(
        self, template: str, stage: Stage
    ):
        with stage.playing(Script.answer("fine")) as model:
            model.invoke("hi", chat_template=template)

            assert stage.requests[0].json["chat_template"] == template

    @pytest.mark.parametrize(
        ("name", "value"),
        [("temperature", 2.1), ("presence_penalty", 2.1), ("frequency_penalty", -2.1)],
    )
    def test_one_servers_policy_is_a_warning(self, name: str, value: Any, stage: Stage):
        with stage.playing(Script.answer("fine")) as model:
            with pytest.warns(ParameterWarning, match=f"^{name} should be .* in "):
                model.invoke("hi", **{name: value})

            assert stage.requests[0].json[name] == value

    def test_none_is_not_sent(self, stage: Stage):
        with stage.playing(Script.answer("fine"), temperature=None) as model:
            model.invoke("hi", max_tokens=None)

            assert set(stage.requests[0].json) == {"messages", "model"}

    def test_a_huge_number_of_tokens_is_refused_by_the_server(self, stage: Stage):
        refusal = Script.error(400, message="max_tokens is too large")
        with stage.playing(refusal) as model:
            with pytest.raises(OcinbError, match="max_tokens is too large"):
                model.invoke("hi", max_tokens=10**9)

            assert len(stage.requests) == 1

    def test_no_retries_is_really_none(self, stage: Stage):
        busy = Script.error(503, headers={"retry-after": "0"}, message="busy")
        with stage.playing(busy, max_retries=0) as model:
            with pytest.raises(OcinbError, match="busy"):
                model.invoke("hi")

            assert len(stage.requests) == 1


def test_an_endpoint_with_spaces_round_it_and_a_query_works(stage: Stage):
    endpoint = f"  {stage.endpoint}/?version=2 "
    with stage.playing(Script.answer("fine"), endpoint=endpoint) as model:
        assert model.invoke("hi").text == "fine"

        assert stage.requests[0].target.endswith("/predict?version=2")

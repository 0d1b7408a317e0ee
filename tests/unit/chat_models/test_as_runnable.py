"""What LangChain can ask a chat model about itself, without asking the deployment."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.globals import get_verbose, set_verbose
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import ConfigurableField
from pydantic import TypeAdapter

from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from tests.unit.chat_models.recorder import ENDPOINT, loaded, make

NAME = "ChatOCIModelDeploymentVLLM"


class TestSchemas:
    @pytest.mark.parametrize(
        "prompt",
        [
            "hello",
            [{"type": "human", "content": "hello"}],
            {"text": "hello", "type": "StringPromptValue"},
        ],
        ids=["text", "messages", "prompt value"],
    )
    def test_every_form_of_prompt_fits_the_input(self, prompt: Any):
        model = make()

        assert model.get_input_schema().model_validate(prompt)
        assert model.input_schema.model_validate(prompt)

    def test_what_is_no_prompt_does_not_fit(self):
        with pytest.raises(ValueError, match="validation errors"):
            make().get_input_schema().model_validate(5)

    def test_an_answer_fits_the_output(self):
        answer = AIMessage("hi").model_dump()
        model = make()

        assert model.get_output_schema().model_validate(answer)
        assert model.output_schema.model_validate(answer)
        assert TypeAdapter(AnyMessage).validate_python(answer) == AIMessage("hi")

    def test_they_are_described_as_json(self):
        model = make()

        assert json.loads(json.dumps(model.get_input_jsonschema()))["title"] == (
            f"{NAME}Input"
        )
        assert json.loads(json.dumps(model.get_output_jsonschema()))["title"] == (
            f"{NAME}Output"
        )

    def test_their_types_are_those_of_every_chat_model(self):
        model = make()

        assert "PromptValue" in str(model.InputType)
        assert "AIMessage" in str(model.OutputType)


class TestConfiguration:
    def test_what_can_be_configured_is_listed(self):
        plain = make()
        model = plain.configurable_fields(top_k=ConfigurableField(id="k", name="Top"))

        assert plain.config_specs == []
        assert [(spec.id, spec.name) for spec in model.config_specs] == [("k", "Top")]

    def test_it_is_described_as_a_schema(self):
        model = make().configurable_fields(top_k=ConfigurableField(id="k"))
        schema = model.config_schema().model_validate({"configurable": {"k": 5}})

        assert schema.model_dump()["configurable"]["k"] == 5
        assert "configurable" in model.get_config_jsonschema()["properties"]

    def test_a_verbose_of_none_is_langchains_global_setting(self):
        before = get_verbose()
        try:
            set_verbose(True)
            assert make(verbose=None).verbose is True
        finally:
            set_verbose(before)
        assert make(verbose=None).verbose is before


class TestGraph:
    def test_a_model_is_named_after_its_class_or_as_the_user_says(self):
        assert make().get_name() == NAME
        assert make(name="mine").get_name() == "mine"
        assert make().get_name("Input") == f"{NAME}Input"

    def test_its_graph_can_be_drawn(self):
        drawn = make().get_graph().draw_mermaid()

        assert f"{NAME}({NAME})" in drawn

    def test_the_prompts_of_a_chain_are_found(self):
        template = ChatPromptTemplate.from_messages([("user", "{x}")])

        assert (template | make() | StrOutputParser()).get_prompts() == [template]
        assert make().get_prompts() == []


class TestDumps:
    def test_where_langchain_finds_the_class(self):
        namespace = ["ocinb", "chat_models", "vllm"]

        assert ChatOCIModelDeploymentVLLM.get_lc_namespace() == namespace
        assert ChatOCIModelDeploymentVLLM.lc_id() == [*namespace, NAME]
        assert ChatOCIModelDeploymentVLLM.is_lc_serializable() is True

    def test_no_field_is_marked_a_secret_since_none_is_dumped(self):
        model = make(auth=lambda request: request)

        assert (model.lc_secrets, model.lc_attributes) == ({}, {})
        assert "auth" not in model.to_json()["kwargs"]

    def test_to_json_holds_what_was_set(self):
        written = make(top_p=1.0, temperature=None).to_json()

        assert written["type"] == "constructor"
        assert written["id"][-1] == NAME
        assert written["kwargs"]["top_p"] == 1.0
        assert written["kwargs"]["temperature"] is None
        assert "top_k" not in written["kwargs"]

    def test_what_cannot_be_dumped_would_be_named(self):
        assert make().to_json_not_implemented()["type"] == "not_implemented"

    def test_a_dump_of_a_chain_holds_the_model(self):
        chain = make(top_k=5) | StrOutputParser()

        assert dumpd(chain)["kwargs"]["first"] == dumpd(make(top_k=5))

    def test_a_loaded_model_is_of_the_same_class(self):
        assert type(loaded(make())) is ChatOCIModelDeploymentVLLM

    def test_as_a_dict_it_has_its_kind_and_what_it_sends(self):
        assert make(top_k=5).asdict() == {
            "_type": "oci_model_depolyment_chat_endpoint_vllm",
            "endpoint": ENDPOINT,
            "model": "odsc-llm",
            "temperature": 0.2,
            "max_tokens": 256,
            "top_k": 5,
        }
        kind = ChatOCIModelDeployment(endpoint=ENDPOINT).asdict()["_type"]
        assert kind == "oci_model_depolyment_chat_endpoint"

    @pytest.mark.filterwarnings("ignore:.*is deprecated", "ignore:.*was deprecated")
    def test_the_older_names_still_work(self):
        model = make(top_k=5)

        assert model.dict() == model.asdict()
        assert model.json() == model.model_dump_json()
        assert model.copy(update={"top_k": 6}).sent_params()["top_k"] == 6

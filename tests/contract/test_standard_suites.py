"""LangChain's own standard suites: what a chat model of the field must do.

What a small real model can do is asked of the real one; tools, structured output and
images are answered by `small_mind`, over the same wire.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.integration_tests import chat_models as suite
from langchain_tests.unit_tests import ChatModelUnitTests

from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from tests.contract import small_mind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.language_models import BaseChatModel
    from syrupy.assertion import SnapshotAssertion

ENDPOINT = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com/ocid1.x/predict"

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)

BEYOND_A_SMALL_MODEL = (
    "test_tool",
    "test_bind_runnables",
    "test_structured",
    "test_json_mode",
    "test_image",
    "test_agent_loop",
    "test_unicode_tool_call",
)


class TestStandardUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatOCIModelDeploymentVLLM

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"endpoint": ENDPOINT}

    @property
    def init_from_env_params(
        self,
    ) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return {"OCI_LLM_ENDPOINT": ENDPOINT}, {}, {"endpoint": ENDPOINT}

    @pytest.mark.xfail(
        reason="LangChain's fixed list of loadable classes holds no other package's",
        strict=True,
    )
    def test_serdes(self, model: BaseChatModel, snapshot: SnapshotAssertion) -> None:
        super().test_serdes(model, snapshot)


class TestStandardIntegration(ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def deployment(
        self,
        request: pytest.FixtureRequest,
        local_deployment: LocalDeployment,
        thoughtful_deployment: LocalDeployment,
    ) -> None:
        hard = request.node.name.startswith(BEYOND_A_SMALL_MODEL)
        self.asked = thoughtful_deployment if hard else local_deployment

    @pytest.fixture(autouse=True)
    def offline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def picture(_url: str, **_: Any) -> httpx.Response:
            return httpx.Response(200, content=PNG)

        monkeypatch.setattr(suite.httpx, "get", picture)

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatOCIModelDeploymentVLLM

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {
            "endpoint": self.asked.endpoint,
            "auth": self.asked.auth,
            "max_tokens": 24,
            "temperature": 0.0,
        }

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_image_urls(self) -> bool:
        return True

    @property
    def supports_image_tool_message(self) -> bool:
        return True

    @property
    def supports_model_override(self) -> bool:
        return True

    @property
    def model_override_value(self) -> str:
        return "odsc-llm"


@pytest.fixture(scope="module")
def thoughtful_deployment() -> Iterator[LocalDeployment]:
    with LocalDeployment(script=small_mind.answer) as deployment:
        yield deployment

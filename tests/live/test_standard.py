"""LangChain's standard suite against a real server.

A model of 135 million parameters fails some of it by what it says: such a test fails in
the suite's own assertions. An error of ocinb is never taken for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.exceptions import OutputParserException

from tests.contract import test_standard_suites as contract

if TYPE_CHECKING:
    from ocinb.local import LocalDeployment

NO_CALL = "the model may answer without calling a tool, and does"
NO_END = "the model writes white space into the empty arguments until it is cut"
NO_SCHEMA = "nothing enforces a schema in json_mode, and the model makes up its own"
NO_LETTERS = "the model may write a name that it was told in letters of its own"

BEYOND_A_SMALL_MODEL = {
    "test_agent_loop": NO_CALL,
    "test_json_mode": NO_SCHEMA,
    "test_tool_calling_with_no_arguments": NO_END,
    "test_unicode_tool_call_integration": NO_LETTERS,
}


class TestOnARealServer(contract.TestStandardIntegration):
    @pytest.fixture(autouse=True)
    def deployment(
        self, request: pytest.FixtureRequest, deployment: LocalDeployment
    ) -> None:
        self.asked = deployment
        reason = BEYOND_A_SMALL_MODEL.get(request.node.originalname)
        if reason:
            said_wrong = (AssertionError, OutputParserException)
            request.applymarker(
                pytest.mark.xfail(reason=reason, raises=said_wrong, strict=False)
            )

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**super().chat_model_params, "max_tokens": 256}

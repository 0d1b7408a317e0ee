"""Deployments without a stream URL: asked on the plain one, and remembered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import DeploymentError, NotActive, NotFound
from ocinb.local import LocalDeployment, ReceivedRequest, Script

if TYPE_CHECKING:
    from collections.abc import Iterator

SAYS = Script.answer("one two three")
NOT_STREAMING = "unexpected non-streaming response"
OLDER = {
    "404": Script.error(404, code="NotAuthorizedOrNotFound", message="no"),
    "405": Script.error(405, code="MethodNotAllowed", message="no"),
    "409": Script.error(409, code="IncorrectState", message=NOT_STREAMING),
}
"""What a deployment says that has no stream URL."""


@contextmanager
def without_stream_url(
    refusal: Script, plain: Script = SAYS
) -> Iterator[tuple[LocalDeployment, ChatOCIModelDeploymentVLLM]]:
    def answer(request: ReceivedRequest) -> Script:
        return refusal if "ResponseStream" in request.target else plain

    with LocalDeployment(script=answer) as deployment:
        yield (
            deployment,
            ChatOCIModelDeploymentVLLM(
                endpoint=deployment.endpoint, auth=deployment.auth, max_retries=0
            ),
        )


def said(model: Any) -> str:
    return "".join(chunk.text for chunk in model.stream("hello"))


def routes(deployment: LocalDeployment) -> list[str]:
    return [request.path.rpartition("/")[2] for request in deployment.requests]


@pytest.mark.parametrize("status", OLDER)
def test_a_stream_is_asked_of_the_plain_url_then(status: str):
    with without_stream_url(OLDER[status]) as (deployment, model):
        assert said(model) == "one two three"
        first, second = deployment.requests

    assert "enable-streaming" not in first.headers
    assert second.headers["enable-streaming"] == "true"
    assert second.headers["accept"] == "text/event-stream"
    assert first.body == second.body
    assert routes(deployment) if deployment.running else True


def test_that_is_remembered_once_it_has_worked():
    with without_stream_url(OLDER["404"]) as (deployment, model):
        for _ in range(3):
            assert said(model) == "one two three"

        assert routes(deployment) == [
            "predictWithResponseStream",
            *["predict"] * 3,
        ]


async def test_that_is_remembered_in_async_code_too():
    with without_stream_url(OLDER["405"]) as (deployment, model):
        for _ in range(2):
            texts = [chunk.text async for chunk in model.astream("hello")]
            assert "".join(texts) == "one two three"

        assert len(deployment.requests) == 3


def test_that_is_not_remembered_where_the_plain_url_failed():
    broken = Script.error(400, message="no")
    with without_stream_url(OLDER["404"], broken) as (deployment, model):
        for _ in range(2):
            with pytest.raises(DeploymentError):
                said(model)

        assert routes(deployment) == ["predictWithResponseStream", "predict"] * 2


def test_that_is_not_remembered_where_the_plain_url_did_not_stream():
    whole = Script([], SAYS.steps)
    body = {
        "id": "x",
        "choices": [
            {"index": 0, "message": {"content": "whole"}, "finish_reason": "stop"}
        ],
    }
    whole = Script.error(200, body)
    with without_stream_url(OLDER["404"], whole) as (deployment, model):
        assert said(model) == "whole"
        assert said(model) == "whole"

        assert routes(deployment) == ["predictWithResponseStream", "predict"] * 2


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Script.error(404, message="The model `x` does not exist."), NotFound),
        (Script.error(405, {"detail": "Method Not Allowed"}), DeploymentError),
        (Script.error(409, code="IncorrectState", message="not ACTIVE"), NotActive),
    ],
    ids=["unknown model", "not Oracle's 405", "not active"],
)
def test_another_refusal_is_raised_at_once(
    refusal: Script, kind: type[DeploymentError]
):
    with without_stream_url(refusal) as (deployment, model):
        with pytest.raises(kind):
            said(model)

        assert len(deployment.requests) == 1


def test_a_whole_answer_is_asked_of_the_plain_url_in_the_first_place():
    with without_stream_url(OLDER["404"]) as (deployment, model):
        assert model.invoke("hello").text == "one two three"

        assert routes(deployment) == ["predict"]
        assert deployment.requests[0].headers["route"] == "/v1/chat/completions"
        assert "enable-streaming" not in deployment.requests[0].headers


def test_a_path_that_names_the_api_is_used_as_it_is():
    with LocalDeployment(script=SAYS) as deployment:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=f"{deployment.endpoint}/v1/chat/completions", auth=deployment.auth
        )
        assert said(model) == "one two three"
        assert model.invoke("hello").text == "one two three"
        first, second = deployment.requests

    assert first.path.endswith("/predictWithResponseStream/v1/chat/completions")
    assert second.path.endswith("/predict/v1/chat/completions")
    assert "route" not in first.headers

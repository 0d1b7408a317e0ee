"""A chat model like another one, for another deployment."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.chat_models.faces import moved_to
from ocinb.errors import ConfigurationError, EndpointError

HERE = "https://llm.example/a/predict"
THERE = "https://llm.example/b/predict"


class Own(ChatOCIModelDeploymentVLLM):
    """Somebody's own subclass."""


def test_class_parameters_and_signer_stay():
    model = Own(
        endpoint=HERE, auth="api_key", temperature=0.3, max_tokens=None, timeout=7
    )
    moved = moved_to(model, THERE, "llama")

    assert type(moved) is Own
    assert (moved.endpoint, moved.model, moved.auth) == (THERE, "llama", "api_key")
    assert moved.timeout == 7
    assert moved.sent_params() == model.sent_params()
    assert (model.endpoint, model.model) == (HERE, "odsc-llm")


def test_what_is_set_later_concerns_only_one_of_them():
    model = Own(endpoint=HERE, temperature=0.3)
    moved = moved_to(model, THERE, "llama")
    model.temperature = 0.9

    assert moved.temperature == 0.3


def test_another_way_to_sign_is_that_of_the_new_one_alone():
    model = ChatOCIModelDeployment(endpoint=HERE, auth="api_key")
    moved = moved_to(model, THERE, "llama", "security_token")

    assert moved.auth == "security_token"
    assert (model.auth, model._client is moved._client) == ("api_key", False)


def test_in_place_of_any_other_model_comes_the_one_that_faces_make(reciting: Any):
    moved = moved_to(reciting(answers=[]), THERE, "llama", "api_key")

    assert type(moved) is ChatOCIModelDeploymentVLLM
    assert (moved.endpoint, moved.model, moved.auth) == (THERE, "llama", "api_key")
    assert moved.sent_params() == {"max_tokens": 1024}


def test_what_cannot_be_right_is_refused():
    model = ChatOCIModelDeployment(endpoint=HERE)

    with pytest.raises(EndpointError):
        moved_to(model, "http://llm.example/predict", "llama")
    with pytest.raises(ConfigurationError):
        moved_to(model, THERE, "llama", "guess")

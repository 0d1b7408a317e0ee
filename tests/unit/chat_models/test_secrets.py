"""No dump or picture of a model holds its credentials or the values of its headers."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.load import dumpd, dumps

from ocinb.errors import AuthError
from ocinb.sampling import ParameterWarning
from ocinb.wire.signing import RequestSigner, fingerprint_of, make_private_key
from tests.unit.chat_models.recorder import loaded_from_text, make

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = {"X-Api-Key": "hunter2", "Route": "/v2/chat"}


def unpickled(model: Any) -> Any:
    with warnings.catch_warnings():  # about the headers, see below
        warnings.simplefilter("ignore", ParameterWarning)
        return pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes


PICTURES: dict[str, Callable[[Any], Any]] = {
    "repr": repr,
    "str": str,
    "format": lambda m: f"{m}",
    "dumps": dumps,
    "dumpd": dumpd,
    "model_dump": lambda m: m.model_dump(),
    "model_dump_json": lambda m: m.model_dump_json(),
    "to_json": lambda m: m.to_json(),
    "pickle": pickle.dumps,
    "pickled copy": lambda m: unpickled(m).__dict__,
    "html": lambda m: m._repr_html_(),
    "repr of a deep copy": lambda m: repr(copy.deepcopy(m)),
    "repr of a binding": lambda m: repr(m.bind(top_k=5)),
    "dumps of a binding": lambda m: dumps(m.bind(top_k=5)),
    "cache key": lambda m: m._get_llm_string(),
    "identifying parameters": lambda m: m._identifying_params,
    "langsmith": lambda m: m._get_ls_params(),
    "graph": lambda m: json.dumps(m.get_graph().to_json()),
    "prepared request": lambda m: repr(m.prepare("hello")),
    "rich repr": lambda m: list(m.__rich_repr__()),
    "pretty": lambda m: list(m.__pretty__(repr)),
}


IN_MEMORY: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "model_copy": lambda m: m.model_copy(deep=True),
}

REBUILT: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda m: pickle.loads(pickle.dumps(m)),  # noqa: S301 - our own bytes
    "model_validate": lambda m: type(m).model_validate(m.model_dump()),
    "model_validate_json": lambda m: type(m).model_validate(
        json.loads(m.model_dump_json())
    ),
    "loads": loaded_from_text,
}


@pytest.fixture(scope="module")
def key() -> bytes:
    return make_private_key()


@pytest.fixture(scope="module")
def secrets(key: bytes) -> list[str]:
    lines = key.decode().splitlines()
    return [
        fingerprint_of(key),
        lines[1],
        lines[-2],
        "PRIVATE KEY",
        "hunter2",
        "~/.oci",
    ]


@pytest.fixture
def auth(key: bytes) -> dict[str, Any]:
    key_id = f"ocid1.tenancy/ocid1.user/{fingerprint_of(key)}"
    config = {
        "pass_phrase": "hunter2",
        "key_file": "~/.oci/key.pem",
        "key_content": key,
    }
    return {
        "config": config,
        "signer": RequestSigner(key_id, key),
        "client_kwargs": {"x": "hunter2"},
    }


@pytest.mark.parametrize("how", PICTURES)
def test_no_picture_of_a_model_holds_a_secret(
    how: str, auth: dict[str, Any], secrets: list[str]
):
    picture = PICTURES[how](make(auth=auth, top_p=0.5, default_headers=KEY))
    shown = picture.decode("latin-1") if isinstance(picture, bytes) else str(picture)

    assert [secret for secret in secrets if secret in shown] == []


def test_a_repr_shows_host_model_and_what_was_set(auth: dict[str, Any]):
    model = make(auth=auth, top_p=0.5, temperature=None)

    assert repr(model) == (
        "ChatOCIModelDeploymentVLLM("
        "endpoint='modeldeployment.us-ashburn-1.oci.customer-oci.com', "
        "model='odsc-llm', temperature=None, top_p=0.5)"
    )


@pytest.mark.parametrize(
    "how",
    [lambda m: m.model_dump(), lambda m: dumpd(m)["kwargs"]],
    ids=["model_dump", "dumpd"],
)
def test_a_dump_names_the_headers_and_shows_the_values_that_tell_nothing(how: Any):
    dumped = how(make(default_headers=KEY))

    assert dumped["default_headers"] == {"X-Api-Key": None, "Route": "/v2/chat"}


@pytest.mark.parametrize("how", REBUILT)
def test_a_rebuilt_model_says_which_headers_it_will_not_send(how: str):
    with pytest.warns(ParameterWarning) as noted:
        again = REBUILT[how](make(default_headers=KEY))

    (warning,) = noted
    assert str(warning.message) == (
        "no value for the header X-Api-Key: it is not sent "
        "(dumps hold no values of headers; set default_headers)"
    )
    assert again.default_headers == {"Route": "/v2/chat"}
    assert "x-api-key" not in again.prepare("hello").headers


def test_a_header_set_again_is_sent():
    again = unpickled(make(default_headers=KEY))
    again.default_headers = KEY

    assert again.prepare("hello").headers["x-api-key"] == "hunter2"


@pytest.mark.parametrize("how", ["copy", "deepcopy", "model_copy"])
def test_copies_in_memory_keep_the_headers(how: str):
    again = IN_MEMORY[how](make(default_headers=KEY))

    assert again.prepare("hello").headers["x-api-key"] == "hunter2"


def test_the_names_of_headers_tell_apart_what_is_cached_not_their_values():
    keys = [
        make(default_headers=headers)._get_llm_string()
        for headers in ({"x-key": "hunter2"}, {"x-key": "hunter3"}, {"x-team": "a"})
    ]

    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("how", ["copy", "deepcopy", "model_copy"])
def test_copies_in_memory_share_the_signer(how: str, auth: dict[str, Any]):
    model = make(auth=auth)
    again = IN_MEMORY[how](model)

    assert again.auth is model.auth
    assert again._client is model._client


def test_a_pickled_copy_asks_for_its_own_credentials(auth: dict[str, Any]):
    again = pickle.loads(pickle.dumps(make(auth=auth)))  # noqa: S301 - our own bytes

    assert again.auth == {}
    assert repr(again._client._credentials) == "Credentials(not loaded yet)"


def test_a_bare_signer_is_no_secret_to_pickle_around():
    def signer(request: Any) -> Any:  # cannot be pickled
        return request

    assert pickle.loads(pickle.dumps(make(auth=signer))).auth == {}  # noqa: S301 - our own bytes


def test_neither_logs_nor_the_traceback_of_a_failing_signer_hold_its_key(
    caplog: pytest.LogCaptureFixture,
):
    def signer(_request: Any) -> Any:
        raise ValueError("hunter2")  # noqa: EM101 - as a signer might

    caplog.set_level(logging.DEBUG)
    with pytest.raises(AuthError) as caught:
        make(auth=signer).invoke("hello")

    shown = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in shown
    assert "hunter2" not in caplog.text

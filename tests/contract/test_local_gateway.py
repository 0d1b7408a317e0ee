"""Oracle's wire on loopback: who is let in, and how answers come out."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from oci.config import from_file
from oci.signer import Signer

from ocinb.local import LocalDeployment
from tests.contract.local_client import (
    CHAT,
    COMPLETIONS,
    HELLO,
    SHORT,
    Client,
    Closing,
    Signable,
    data_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

"""llama.cpp looks once a second whether somebody still waits for a whole answer."""

OVER_10_MB = b" " * (10 * 1024 * 1024 + 1)


@pytest.fixture(scope="module")
def client(local_deployment: LocalDeployment) -> Client:
    return Client(local_deployment)


@pytest.fixture(scope="module")
def stream_url(client: Client) -> str:
    return client.endpoint + "WithResponseStream"


def test_an_answer_comes_from_predict(client: Client):
    got = client.send(SHORT)

    assert (got.status, got.headers["content-type"]) == (200, "application/json")
    assert got.text


def test_a_stream_comes_from_the_stream_url(client: Client):
    got = client.stream(SHORT)

    assert got.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert got.streamed_text


def test_whole_and_streamed_answers_are_the_same(client: Client):
    assert client.stream(SHORT).streamed_text == client.send(SHORT).text


def test_a_stream_arrives_bit_by_bit(client: Client, stream_url: str):
    asked = {**SHORT, "max_tokens": 40, "ignore_eos": True, "stream": True}
    connection, response = client.open(asked, url=stream_url)
    with connection:
        arrivals = [time.monotonic() for _ in data_lines(response)]

    assert len(arrivals) > 40
    assert arrivals[-1] - arrivals[0] > 0.05


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, SHORT),
        (COMPLETIONS, {"prompt": "Once", "max_tokens": 2}),
    ],
)
def test_the_path_may_name_the_route(client: Client, path: str, body: dict[str, Any]):
    assert client.send(body, url=client.endpoint + path).status == 200


def test_the_path_forms_stream_too(client: Client, stream_url: str):
    got = client.send({**SHORT, "stream": True}, url=stream_url + CHAT)

    assert got.streamed_text


def test_the_route_header_names_the_path_at_the_model_server(client: Client):
    got = client.send({"prompt": "Once", "max_tokens": 2}, route=COMPLETIONS)

    assert got.json["object"] == "text_completion"


def test_the_models_can_be_listed(client: Client):
    (model,) = client.send(method="GET", route="/v1/models").json["data"]

    assert (model["id"], model["max_model_len"]) == ("odsc-llm", 4096)


@pytest.mark.parametrize("route", ["/health", "/ping"])
def test_the_model_server_can_be_asked_how_it_is(client: Client, route: str):
    assert client.send(method="GET", route=route).status == 200


def test_predict_streams_when_the_header_says_so(client: Client):
    got = client.send({**SHORT, "stream": True}, enable_streaming="true")

    assert got.headers["transfer-encoding"] == "chunked"


def test_predict_collects_a_stream_otherwise(client: Client):
    got = client.send({**SHORT, "stream": True})

    assert got.headers["content-length"] == str(len(got.body))
    assert got.streamed_text


def test_the_stream_url_gives_nothing_but_streams(client: Client, stream_url: str):
    got = client.send(SHORT, url=stream_url)

    assert got.status == 409
    assert got.json == {
        "code": "IncorrectState",
        "message": "unexpected non-streaming response from the deployment",
    }


def test_an_error_before_the_stream_keeps_its_status(client: Client):
    got = client.stream({**HELLO, "temperature": -1})

    assert (got.status, got.headers["content-type"]) == (400, "application/json")


def test_oracles_own_signer_is_let_in_with_the_profile(
    local_deployment: LocalDeployment,
):
    signer = Signer.from_config(from_file(str(local_deployment.profile_path)))

    assert Client(local_deployment, signer).send(SHORT).status == 200


def test_without_a_signature_nobody_is_let_in(client: Client):
    got = client.send(SHORT, signed=False)

    assert (got.status, got.json["code"]) == (401, "NotAuthenticated")
    assert "the authorization header is missing" in got.json["message"]


def test_a_clock_that_is_off_is_told(local_deployment: LocalDeployment):
    signer = local_deployment.auth["signer"]

    def late(request: Signable) -> None:
        signer(request)
        request.headers["date"] = "Sun, 22 Nov 2026 00:00:00 GMT"

    got = Client(local_deployment, late).send(SHORT)

    assert got.status == 401
    assert "the server's clock" in got.json["message"]
    assert "date" in got.headers


def test_the_raw_target_is_what_is_signed(client: Client):
    got = client.send(SHORT, url=client.endpoint + "?a=%2F%20b")

    assert got.status == 200


@pytest.mark.parametrize("path", ["/other/predict", "/"])
def test_another_deployment_is_not_found(client: Client, path: str):
    base = client.endpoint[: client.endpoint.index("/", 7)]
    got = client.send(SHORT, url=base + path)

    assert (got.status, got.json["code"]) == (404, "NotAuthorizedOrNotFound")


def test_another_host_name_is_turned_away(client: Client):
    got = client.send(SHORT, signed=False, host="evil.example")

    assert got.status == 421


def test_a_body_in_chunks_is_refused(client: Client):
    host = client.endpoint.split("/")[2]
    path = client.endpoint.split(host)[1]
    connection, response = _chunked(host, path)
    with connection:
        assert (response.status, json.loads(response.read())["code"]) == (
            411,
            "MissingContentLength",
        )


def _chunked(host: str, path: str) -> Any:
    connection = Closing(host, timeout=10)
    connection.request("POST", path, iter([b"{", b"}"]), encode_chunked=True)
    return connection, connection.getresponse()


def test_a_body_over_10_megabytes_is_refused(client: Client):
    got = client.send(OVER_10_MB)

    assert (got.status, got.json["code"]) == (413, "RequestEntityTooLarge")


def test_every_answer_has_a_request_id(client: Client):
    ids = {
        client.send(SHORT, signed=signed).headers["opc-request-id"]
        for signed in (True, False)
    }

    assert len(ids) == 2
    assert all(re.fullmatch(r"[0-9A-F]{32}(/[0-9A-F]{32}){2}", one) for one in ids)


def test_the_callers_request_id_comes_first(client: Client):
    got = client.send(SHORT, opc_request_id="mine")

    assert got.headers["opc-request-id"].startswith("mine/")


@pytest.fixture(scope="module")
def impatient() -> Iterator[LocalDeployment]:
    with LocalDeployment(request_limit_s=0.5, context_length=2048) as deployment:
        yield deployment


def test_predict_has_a_time_limit(impatient: LocalDeployment):
    asked = {**SHORT, "max_tokens": 2000, "ignore_eos": True}
    got = Client(impatient).send(asked)

    assert (got.status, got.json["code"]) == (504, "GatewayTimeout")
    assert falls_silent(impatient), "the model still generates"


def test_streams_have_no_time_limit(impatient: LocalDeployment):
    asked = {**SHORT, "max_tokens": 150, "ignore_eos": True}

    assert Client(impatient).stream(asked).chunks[-1]["choices"][0]["finish_reason"]


@pytest.mark.parametrize("n", [1, 3])
def test_a_client_that_hangs_up_ends_the_generation(impatient: LocalDeployment, n: int):
    client = Client(impatient)
    asked = {**HELLO, "n": n, "max_tokens": 1900, "ignore_eos": True, "stream": True}
    connection, response = client.open(
        asked, url=client.endpoint + "WithResponseStream"
    )
    with connection:
        lines = data_lines(response)
        assert next(lines)
        assert next(lines)
        response.close()

    assert falls_silent(impatient), "the model still generates"


def test_a_client_that_hangs_up_while_it_waits_ends_the_generation(
    local_deployment: LocalDeployment,
):
    client = Client(local_deployment)
    asked = {**HELLO, "max_tokens": 3000, "ignore_eos": True}
    with pytest.raises(TimeoutError):
        client.send(asked, timeout_s=0.5)

    assert falls_silent(local_deployment), "the model still generates"


def falls_silent(deployment: LocalDeployment, within_s: float = 5) -> bool:
    """Tell whether the model stops computing long before its answers would end."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if cpu_s_in(deployment, 0.5) < 0.2:
            return True
    return False


def cpu_s_in(deployment: LocalDeployment, seconds: float) -> float:
    """Seconds of processor time that the deployment's process takes in a while."""
    process = psutil.Process(deployment._now().server.pid)
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system

"""Signatures of oci's own signers, checked as strictly as Oracle's gateway does."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import oci
import pytest
from oci.auth.signers import SecurityTokenSigner
from oci.signer import load_private_key

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import PolicyError, SignatureRefused
from ocinb.local import LocalDeployment, ReceivedRequest, Script
from ocinb.local.scripts.server import ScriptedServer
from ocinb.wire.signing import make_private_key, public_key_of
from tests.contract.scripted_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
SAYS = Script.answer("It works.")
REFUSES = Script.error(401, code="NotAuthenticated", message="no")
UNKNOWN = Script.error(404, code="NotAuthorizedOrNotFound", message="no")


@pytest.fixture(scope="module")
def key() -> bytes:
    return make_private_key()


def model_of(endpoint: str, auth: Any, **fields: Any) -> ChatOCIModelDeploymentVLLM:
    return ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=auth, **fields)


@contextmanager
def token_server(key: bytes, token: str) -> Iterator[ScriptedServer]:
    """Take only what is signed with this session token."""
    server = ScriptedServer(
        SAYS, key_id=f"ST${token}", public_key=public_key_of(key), ocid=OCID
    )
    with server:
        yield server


class TestAccepted:
    @pytest.mark.parametrize("how", ["invoke", "stream", "ainvoke"])
    def test_oracles_own_signer_is_accepted(self, how: str):
        with LocalDeployment(script=SAYS) as deployment:
            config = oci.config.from_file(str(deployment.profile_path))
            model = model_of(deployment.endpoint, oci.signer.Signer.from_config(config))

            assert asked(model, how) == "It works."

    def test_it_is_accepted_in_the_dict_of_ads(self):
        with LocalDeployment(script=SAYS) as deployment:
            config = oci.config.from_file(str(deployment.profile_path))
            signer = oci.signer.Signer.from_config(config)
            auth = {"config": config, "signer": signer, "client_kwargs": {}}

            assert asked(model_of(deployment.endpoint, auth), "invoke") == "It works."

    def test_a_path_with_a_query_and_escapes_is_signed_as_it_is_sent(self):
        with LocalDeployment(script=SAYS) as deployment:
            url = f"{deployment.endpoint}?version=2&name=a%20b%2Fc"
            model = model_of(url, deployment.auth)

            assert asked(model, "stream") == "It works."
            assert deployment.requests[0].target.endswith(
                "/predictWithResponseStream?version=2&name=a%20b%2Fc"
            )

    def test_a_body_of_any_letters_is_signed(self):
        with LocalDeployment(script=SAYS) as deployment:
            model = model_of(deployment.endpoint, deployment.auth)

            assert model.invoke("Grüße 日本語 🙂 \x00").text == "It works."

    def test_headers_of_the_user_do_not_disturb_the_signature(self):
        headers = {"X-Team": "Grüße", "opc-request-id": "mine", "Accept": "a/b"}
        with LocalDeployment(script=SAYS) as deployment:
            model = model_of(
                deployment.endpoint, deployment.auth, default_headers=headers
            )

            assert asked(model, "invoke") == "It works."
            received = deployment.requests[0].headers

        assert received["x-team"] == "Grüße"
        assert received["opc-request-id"] == "mine"

    def test_a_wrong_key_is_refused_with_what_to_do(self, key: bytes):
        other = make_private_key()
        with token_server(key, "one") as server:
            signer = SecurityTokenSigner("one", load_private_key(other, None))
            model = model_of(server.endpoint, signer)
            with pytest.raises(SignatureRefused) as caught:
                model.invoke("hello")

        assert caught.value.attempts == 1
        assert "oci session authenticate" in str(caught.value)


def asked(model: Any, how: str) -> str:
    if how == "stream":
        return "".join(chunk.text for chunk in model.stream("hello"))
    message = (
        model.invoke("hello")
        if how == "invoke"
        else asyncio.run(model.ainvoke("hello"))
    )
    text: str = message.text
    return text


class TestSession:
    @pytest.fixture
    def session(self, key: bytes, tmp_path: Path) -> dict[str, Any]:
        (tmp_path / "key.pem").write_bytes(key)
        (tmp_path / "token").write_text("one")
        config = {
            "security_token_file": str(tmp_path / "token"),
            "key_file": str(tmp_path / "key.pem"),
        }
        signer = SecurityTokenSigner("one", load_private_key(key, None))
        return {"config": config, "signer": signer, "client_kwargs": {}}

    @pytest.mark.parametrize("how", ["invoke", "stream", "ainvoke"])
    def test_a_session_renewed_outside_goes_on(
        self, how: str, session: dict[str, Any], key: bytes, tmp_path: Path
    ):
        (tmp_path / "token").write_text("two")
        with token_server(key, "two") as server:
            assert asked(model_of(server.endpoint, session), how) == "It works."
            assert len(server.requests) == 2

    def test_a_session_that_has_ended_is_refused_after_one_request(
        self, session: dict[str, Any], key: bytes
    ):
        with token_server(key, "two") as server:
            with pytest.raises(SignatureRefused):
                model_of(server.endpoint, session).invoke("hello")

            assert len(server.requests) == 1

    def test_sixteen_threads_go_on_when_a_session_is_renewed(
        self, session: dict[str, Any], key: bytes, tmp_path: Path
    ):
        (tmp_path / "token").write_text("two")
        with token_server(key, "two") as server, ThreadPoolExecutor(16) as pool:
            model = model_of(server.endpoint, session)
            texts = list(pool.map(lambda _: model.invoke("hello").text, range(32)))

        assert texts == ["It works."] * 32


class Rotating:
    """A signer whose token is another one after each refresh, and counts them."""

    def __init__(self) -> None:
        self.api_key = "ST$0"
        self.refreshed = 0
        self._inside = threading.Lock()

    def __call__(self, request: Any) -> Any:
        assert self._inside.acquire(blocking=False), "two threads at once"
        request.headers["date"] = formatdate(usegmt=True)
        request.headers["authorization"] = f'Signature keyId="{self.api_key}"'
        self._inside.release()
        return request

    def get_security_token(self) -> str:
        return self.api_key

    def refresh_security_token(self) -> None:
        self.refreshed += 1
        self.api_key = f"ST${self.refreshed}"


def is_first(request: ReceivedRequest) -> bool:
    return "ST$0" in request.headers["authorization"]


class TestRefresh:
    @pytest.mark.parametrize("how", ["invoke", "stream", "ainvoke"])
    @pytest.mark.parametrize("refusal", [REFUSES, UNKNOWN], ids=["401", "404"])
    def test_a_refusal_is_answered_with_a_new_signature_once(
        self, refusal: Script, how: str
    ):
        signer = Rotating()
        with serving(lambda r: refusal if is_first(r) else SAYS) as server:
            assert asked(model_of(server.endpoint, signer), how) == "It works."
            tokens = [request.headers["authorization"] for request in server.requests]

        assert signer.refreshed == 1
        assert tokens[-1] == 'Signature keyId="ST$1"'

    @pytest.mark.parametrize(
        ("refusal", "kind"), [(REFUSES, SignatureRefused), (UNKNOWN, PolicyError)]
    )
    def test_a_refusal_that_stays_is_raised_after_one_refresh(
        self, refusal: Script, kind: type[Exception]
    ):
        signer = Rotating()
        with serving(refusal) as server:
            with pytest.raises(kind):
                model_of(server.endpoint, signer).invoke("hello")

            assert len(server.requests) == 2
        assert signer.refreshed == 1

    def test_sixteen_threads_meet_no_refusal_while_the_token_rotates(self):
        signer, ended = Rotating(), threading.Event()

        def answer(request: ReceivedRequest) -> Script:
            if ended.is_set() and is_first(request):
                return REFUSES
            return Script.answer(request.json["messages"][0]["content"])

        def ask(number: int) -> str:
            if number == 40:  # what was valid ends, in the middle of it all
                ended.set()
            return model.invoke(f"question {number}").text

        with serving(answer) as server, ThreadPoolExecutor(16) as pool:
            model = model_of(server.endpoint, signer)
            texts = list(pool.map(ask, range(80)))

        assert texts == [f"question {number}" for number in range(80)]
        assert signer.refreshed == 1

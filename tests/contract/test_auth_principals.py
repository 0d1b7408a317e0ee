"""oci's own signers for principals, from end to end against Oracle's services emulated."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import oci
import pytest
from oci.auth import signers
from oci.auth.session_key_supplier import SessionKeySupplier

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.wire.auth import Credentials
from ocinb.wire.signing import make_private_key, public_key_of
from tests.contract.oracle_identity import OracleIdentity
from tests.contract.scripted_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ocinb.local.scripts.server import ScriptedServer

RP = "OCI_RESOURCE_PRINCIPAL_"
INSTANCE = signers.InstancePrincipalsSecurityTokenSigner


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[OracleIdentity]:
    """Oracle's services, and an environment that points to them."""
    with OracleIdentity() as service:
        monkeypatch.setenv("OCI_METADATA_BASE_URL", f"{service.url}/opc/v2")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        # smaller keys are made quicker
        monkeypatch.setattr(SessionKeySupplier.__init__, "__defaults__", (1024,))
        # oci knows no setting for these two
        monkeypatch.setattr(oci.regions, "endpoint_for", lambda *_a, **_k: service.url)
        monkeypatch.setattr(INSTANCE, "METADATA_URL_BASE", f"{service.url}/opc/v2")
        yield service


@pytest.fixture
def gateway(identity: OracleIdentity) -> Iterator[ScriptedServer]:
    """A deployment that takes only what is signed with a token of the service."""
    with serving(identity.tokens.gateway) as server:
        yield server


def model_of(gateway: ScriptedServer, auth: Any) -> ChatOCIModelDeploymentVLLM:
    return ChatOCIModelDeploymentVLLM(endpoint=gateway.endpoint, auth=auth)


def resource_principal_1_1(identity: OracleIdentity, set_: Any) -> None:
    set_(f"{RP}VERSION", "1.1")
    set_(f"{RP}RPT_ENDPOINT", identity.url)
    set_(f"{RP}RPST_ENDPOINT", identity.url)


def resource_principal_2_2(identity: OracleIdentity, set_: Any, folder: Path) -> None:
    write_pair(identity, folder)
    set_(f"{RP}VERSION", "2.2")
    set_(f"{RP}RPST", str(folder / "now" / "rpst"))
    set_(f"{RP}PRIVATE_PEM", str(folder / "now" / "key.pem"))
    set_(f"{RP}REGION", "eu-frankfurt-1")


def write_pair(identity: OracleIdentity, folder: Path) -> None:
    """Put a new key and its token in the place of the old ones, both at once."""
    key = make_private_key()
    pair = folder / f"pair{len(list(folder.iterdir()))}"
    pair.mkdir()
    (pair / "key.pem").write_bytes(key)
    (pair / "rpst").write_text(identity.tokens.issue(public_key_of(key)))
    (folder / "next").symlink_to(pair)
    (folder / "next").replace(folder / "now")


@pytest.fixture(params=["instance", "resource 1.1", "resource 2.2"])
def principal(
    request: pytest.FixtureRequest,
    identity: OracleIdentity,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> str:
    """Put each kind of principal in the environment; its name for ads comes back."""
    if request.param == "resource 1.1":
        resource_principal_1_1(identity, monkeypatch.setenv)
    if request.param == "resource 2.2":
        resource_principal_2_2(identity, monkeypatch.setenv, tmp_path)
    return "instance_principal" if request.param == "instance" else "resource_principal"


def signer_of(principal: str) -> Any:
    if principal == "instance_principal":
        return signers.InstancePrincipalsSecurityTokenSigner()
    return signers.get_resource_principals_signer()


class TestAccepted:
    def test_its_signatures_are_accepted(self, principal: str, gateway: ScriptedServer):
        model = model_of(gateway, signer_of(principal))

        assert model.invoke("hello").text == "It works."
        assert "".join(chunk.text for chunk in model.stream("hello")) == "It works."
        assert len(gateway.requests) == 2

    async def test_its_signatures_are_accepted_in_async_code(
        self, principal: str, gateway: ScriptedServer
    ):
        model = model_of(gateway, {"config": {}, "signer": signer_of(principal)})

        assert (await model.ainvoke("hello")).text == "It works."

    def test_its_name_is_enough(
        self, principal: str, identity: OracleIdentity, gateway: ScriptedServer
    ):
        model = model_of(gateway, principal)
        asked = len(identity.asked)

        assert asked == 0
        assert model.invoke("hello").text == "It works."

    def test_a_token_that_was_taken_back_is_renewed_once(
        self,
        principal: str,
        identity: OracleIdentity,
        gateway: ScriptedServer,
        tmp_path: Path,
    ):
        model = model_of(gateway, signer_of(principal))
        model.invoke("hello")
        identity.tokens.revoke()
        if (tmp_path / "now").exists():  # its provider writes a new pair
            write_pair(identity, tmp_path)

        assert model.invoke("hello").text == "It works."
        assert identity.tokens.refused == ["the token is unknown"]


class TestExpiry:
    @pytest.mark.parametrize("principal", ["instance", "resource 2.2"], indirect=True)
    def test_a_token_in_its_last_minute_is_renewed_before_it_is_refused(
        self,
        principal: str,
        identity: OracleIdentity,
        gateway: ScriptedServer,
        tmp_path: Path,
    ):
        identity.tokens.lives_s = 30
        if (tmp_path / "now").exists():
            write_pair(identity, tmp_path)
        model = model_of(gateway, signer_of(principal))
        model.invoke("hello")
        if (tmp_path / "now").exists():
            write_pair(identity, tmp_path)
        model.invoke("hello")

        assert identity.tokens.refused == []
        assert len(set(map(token_of, identity.tokens.accepted))) == 2

    def test_after_a_long_sleep_the_next_request_has_a_new_token_and_date(
        self, identity: OracleIdentity, gateway: ScriptedServer
    ):
        identity.tokens.lives_s = 1
        model = model_of(gateway, signer_of("instance_principal"))
        model.invoke("hello")
        time.sleep(1.1)

        assert model.invoke("hello").text == "It works."
        first, last = gateway.requests[0].headers, gateway.requests[-1].headers
        assert first["date"] != last["date"]
        assert token_of(first["authorization"]) != token_of(last["authorization"])


class TestDelegation:
    """Tokens by which a resource acts for a user."""

    @pytest.fixture(params=["instance", "resource 1.1", "resource 2.2"])
    def signer(
        self,
        request: pytest.FixtureRequest,
        identity: OracleIdentity,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> Any:
        if request.param == "instance":
            return signers.InstancePrincipalsDelegationTokenSigner(
                delegation_token="obo-hunter2"
            )
        if request.param == "resource 1.1":
            resource_principal_1_1(identity, monkeypatch.setenv)
        else:
            resource_principal_2_2(identity, monkeypatch.setenv, tmp_path)
        return signers.get_resource_principal_delegation_token_signer("obo-hunter2")

    def test_its_header_is_sent_and_signed(self, signer: Any, gateway: ScriptedServer):
        assert model_of(gateway, signer).invoke("hello").text == "It works."

        headers = gateway.requests[0].headers
        assert headers["opc-obo-token"] == "obo-hunter2"
        assert "opc-obo-token" in headers["authorization"].partition("keyId")[0]

    def test_a_users_own_header_does_not_stand_beside_it(
        self, signer: Any, gateway: ScriptedServer
    ):
        credentials = Credentials(signer)
        signed = credentials.sign(
            *("POST", gateway.endpoint, "/predict", {"opc-obo-token": "old"}, b"")
        )

        assert signed["opc-obo-token"] == "obo-hunter2"


class TestRotation:
    """Many threads go on while tokens come and go."""

    @pytest.mark.parametrize(("version", "threads"), [("", 8), ("", 16), ("1.1", 16)])
    def test_no_signature_is_refused_while_a_principal_renews_its_token(
        self,
        version: str,
        threads: int,
        identity: OracleIdentity,
        gateway: ScriptedServer,
        monkeypatch: pytest.MonkeyPatch,
    ):
        identity.tokens.lives_s = (
            60.3  # oci renews a minute before the end: each second
        )
        if version:
            resource_principal_1_1(identity, monkeypatch.setenv)
        signer = signer_of("resource_principal" if version else "instance_principal")
        texts = ask_for(1.6, threads, model_of(gateway, signer))

        assert set(texts) == {"It works."}
        assert len(set(map(token_of, identity.tokens.accepted))) >= 2
        assert identity.tokens.refused == []

    @pytest.mark.parametrize("threads", [8, 16])
    def test_a_new_key_and_token_in_files_are_taken_over_while_threads_sign(
        self,
        threads: int,
        identity: OracleIdentity,
        gateway: ScriptedServer,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ):
        identity.tokens.lives_s = 30  # in its last minute: read again each time
        resource_principal_2_2(identity, monkeypatch.setenv, tmp_path)
        model = model_of(gateway, signers.get_resource_principals_signer())
        with rotating(lambda: write_pair(identity, tmp_path)):
            texts = ask_for(2, threads, model)

        assert set(texts) == {"It works."}
        assert len(set(map(token_of, identity.tokens.accepted))) >= 2
        assert identity.tokens.refused == []


def token_of(authorization: str) -> str:
    return authorization.partition('keyId="')[2].partition('"')[0]


def ask_for(seconds: float, threads: int, model: Any) -> list[str]:
    """Ask from many threads for so long; return every answer."""
    end = time.monotonic() + seconds

    def ask(_: int) -> list[str]:
        texts = []
        while time.monotonic() < end:
            texts.append(model.invoke("hello").text)
        return texts

    with ThreadPoolExecutor(threads) as pool:
        return [text for texts in pool.map(ask, range(threads)) for text in texts]


@contextmanager
def rotating(renew: Callable[[], object]) -> Iterator[None]:
    """Renew something twice a second, as a provider of tokens does."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.5):
            renew()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()

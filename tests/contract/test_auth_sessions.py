"""Config files, sessions and ads, from end to end: signed here, checked by a gateway."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import oci
import pytest
from oci.auth.signers import SecurityTokenSigner
from oci.signer import load_private_key

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import AuthError, SignatureRefused
from ocinb.local import LocalDeployment, Script
from ocinb.wire.profile import signer_from_profile
from ocinb.wire.signing import make_private_key, public_key_of
from tests.contract.oracle_identity import Tokens
from tests.contract.scripted_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ocinb.local.scripts.server import ScriptedServer

SAYS = Script.answer("It works.")


class Session:
    """A session as `oci session authenticate` leaves it in the user's home."""

    def __init__(self, home: Path, tokens: Tokens) -> None:
        self.tokens = tokens
        self.key = make_private_key()
        self.folder = home / ".oci" / "sessions" / "WORK"
        self.folder.mkdir(parents=True)
        self.config_path = home / ".oci" / "config"
        (self.folder / "oci_api_key.pem").write_bytes(self.key)
        self.config_path.write_text(
            "[WORK]\nfingerprint=aa:bb\ntenancy=ocid1.tenancy.oc1..t\nregion=local\n"
            f"key_file={self.folder}/oci_api_key.pem\n"
            f"security_token_file={self.folder}/token\n"
        )
        self.refresh()

    def refresh(self, lives_s: float = 3600) -> str:
        """Put a new token in the file, at once, as `oci session refresh` does."""
        token = self.tokens.issue(public_key_of(self.key), lives_s)
        (self.folder / "next").write_text(token)
        (self.folder / "next").replace(self.folder / "token")
        return token

    def auth_of_ads(self) -> dict[str, Any]:
        """Return what `ads.common.auth.security_token()` makes of it."""
        config = oci.config.from_file(str(self.config_path), "WORK")
        token = (self.folder / "token").read_text()
        signer = SecurityTokenSigner(token, load_private_key(self.key, None))
        return {"config": config, "signer": signer, "client_kwargs": None}


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def session(tokens: Tokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OCI_CONFIG_PROFILE", "WORK")
    return Session(tmp_path, tokens)


@pytest.fixture
def gateway(tokens: Tokens) -> Iterator[ScriptedServer]:
    with serving(tokens.gateway) as server:
        yield server


@pytest.fixture(params=["by name", "from its profile", "from ads"])
def auth(request: pytest.FixtureRequest, session: Session) -> Any:
    if request.param == "by name":
        return "security_token"
    if request.param == "from its profile":
        return signer_from_profile(session.config_path, "WORK")
    return session.auth_of_ads()


def model_of(endpoint: str, auth: Any, **fields: Any) -> ChatOCIModelDeploymentVLLM:
    return ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=auth, **fields)


class TestSession:
    def test_its_token_is_accepted(self, auth: Any, gateway: ScriptedServer):
        model = model_of(gateway.endpoint, auth)

        assert model.invoke("hello").text == "It works."
        assert "".join(chunk.text for chunk in model.stream("hello")) == "It works."

    @pytest.mark.parametrize("auth", ["by name", "from ads"], indirect=True)
    def test_a_token_that_was_refreshed_outside_is_taken_over(
        self, auth: Any, session: Session, gateway: ScriptedServer
    ):
        model = model_of(gateway.endpoint, auth)
        model.invoke("hello")
        session.tokens.revoke()
        session.refresh()

        assert model.invoke("hello").text == "It works."
        assert session.tokens.refused == ["the token is unknown"]

    @pytest.mark.parametrize("auth", ["by name", "from ads"], indirect=True)
    def test_a_token_in_its_last_minute_is_replaced_before_it_is_refused(
        self, auth: Any, session: Session, gateway: ScriptedServer
    ):
        session.refresh(30)
        model = model_of(gateway.endpoint, auth)
        model.invoke("hello")
        session.tokens.revoke()
        session.refresh(30)
        model.invoke("hello")

        assert session.tokens.refused in ([], ["the token is unknown"])
        assert model.invoke("hello").text == "It works."

    @pytest.mark.parametrize("threads", [8, 16])
    def test_no_signature_is_refused_while_the_token_is_replaced_again_and_again(
        self, threads: int, session: Session, gateway: ScriptedServer
    ):
        session.refresh(30)
        model = model_of(gateway.endpoint, "security_token")
        used = set()
        with ThreadPoolExecutor(threads) as pool:
            for _ in range(6):
                asked = [pool.submit(model.invoke, "hello") for _ in range(threads * 2)]
                used.add(session.refresh(30))
                assert {answer.result().text for answer in asked} == {"It works."}

        assert session.tokens.refused == []
        assert len(used & set(map(token_of, session.tokens.accepted))) >= 3

    def test_a_session_that_ended_is_refused_before_any_request(
        self, session: Session, gateway: ScriptedServer
    ):
        auth = session.auth_of_ads()
        auth["signer"] = SecurityTokenSigner(
            session.refresh(-7200), load_private_key(session.key, None)
        )
        with pytest.raises(AuthError) as caught:
            model_of(gateway.endpoint, auth).invoke("hello")

        assert str(caught.value) == (
            "the security token of profile WORK expired 120 min ago (phase sign) - "
            "run: oci session authenticate --profile-name WORK"
        )
        assert gateway.requests == ()

    def test_an_ended_session_that_was_renewed_goes_on_at_once(
        self, session: Session, gateway: ScriptedServer
    ):
        auth = session.auth_of_ads()
        auth["signer"] = SecurityTokenSigner(
            session.refresh(-7200), load_private_key(session.key, None)
        )
        session.refresh()

        assert model_of(gateway.endpoint, auth).invoke("hello").text == "It works."
        assert session.tokens.refused == []

    def test_a_token_whose_file_nobody_knows_is_not_asked_for_again(
        self, session: Session, gateway: ScriptedServer
    ):
        model = model_of(gateway.endpoint, session.auth_of_ads()["signer"])
        session.tokens.revoke()
        session.refresh()
        with pytest.raises(SignatureRefused):
            model.invoke("hello")

        assert len(gateway.requests) == 1


def token_of(authorization: str) -> str:
    return authorization.partition('keyId="ST$')[2].partition('"')[0]


class TestApiKey:
    def test_the_name_reads_the_profile_of_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        with LocalDeployment(script=SAYS) as deployment:
            monkeypatch.setenv("OCI_CONFIG_LOCATION", str(deployment.profile_path))
            model = model_of(deployment.endpoint, "api_key")

            assert model.invoke("hello").text == "It works."

    async def test_signing_does_not_hold_up_other_tasks(self):
        def slow(request: Any) -> Any:
            time.sleep(0.3)
            return signer(request)

        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        with LocalDeployment(script=SAYS) as deployment:
            signer = deployment.auth["signer"]
            ticking = asyncio.create_task(tick())
            await model_of(deployment.endpoint, slow).ainvoke("hello")
            ticking.cancel()

        assert ticks > 5


IMPORTS = """
import sys
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script

with LocalDeployment(script=Script.answer("It works.")) as deployment:
    import os
    os.environ["OCI_CONFIG_LOCATION"] = str(deployment.profile_path)
    for auth in ({auth}):
        model = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=auth)
        if {asks}:
            assert model.invoke("hello").text == "It works."
print([name for name in ("ads", "oci") if name in sys.modules])
"""


class TestImports:
    @pytest.mark.parametrize(
        ("auth", "asks"),
        [
            ("deployment.auth, deployment.auth['signer'], 'api_key'", "True"),
            ("None, {}, 'instance_principal', 'resource_principal'", "False"),
        ],
        ids=["given", "before the first request"],
    )
    def test_neither_ads_nor_oci_is_imported(self, auth: str, asks: str):
        code = IMPORTS.replace("{auth}", auth).replace("{asks}", asks)
        done = subprocess.run(  # noqa: S603 - this interpreter and our own code
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        )

        assert done.stdout == "[]\n"

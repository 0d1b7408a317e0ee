"""What goes to workers holds no key, pass phrase or token, and can still sign."""

from __future__ import annotations

import base64
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from pydantic import SecretStr

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import ParameterError
from ocinb.sweep.farm.packing import packed_model, unpacked_model
from ocinb.wire.auth import Credentials
from ocinb.wire.origin import Origin
from ocinb.wire.profile import read_profile
from ocinb.wire.signing import RequestSigner, fingerprint_of, make_private_key

if TYPE_CHECKING:
    from pathlib import Path

ENDPOINT = "http://127.0.0.1:9/ocid1.x/predict"
PASS_PHRASE = "open-sesame-4711"
TOKEN = "eyJhbGciOi.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl"
KEY = make_private_key()


def locked(key: bytes) -> bytes:
    found = serialization.load_pem_private_key(key, None)
    return found.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASS_PHRASE.encode()),
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_bytes(locked(KEY))
    (tmp_path / "token").write_text(TOKEN)
    lines = [
        "[KEYED]",
        "tenancy=ocid1.tenancy.x",
        "user=ocid1.user.x",
        f"fingerprint={fingerprint_of(KEY)}",
        f"key_file={tmp_path / 'key.pem'}",
        f"pass_phrase={PASS_PHRASE}",
        "[SESSION]",
        f"key_file={tmp_path / 'key.pem'}",
        f"security_token_file={tmp_path / 'token'}",
        f"pass_phrase={PASS_PHRASE}",
        "",
    ]
    path = tmp_path / "config"
    path.write_text("\n".join(lines))
    return path


def secrets() -> list[bytes]:
    """Return every form in which a key may be in a pickle."""
    found: Any = serialization.load_pem_private_key(KEY, None)
    numbers = found.private_numbers()
    der = base64.b64decode(b"".join(KEY.splitlines()[1:-1]))
    prime = numbers.p.to_bytes(128, "little")
    return [
        b"PRIVATE",
        KEY.splitlines()[5],
        der[200:232],
        prime[:32],
        prime[::-1][:32],
        PASS_PHRASE.encode(),
        TOKEN.encode(),
        TOKEN.split(".")[1].encode(),
    ]


def auth_of(way: str, config: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("OCI_CONFIG_LOCATION", str(config))
    monkeypatch.setenv("OCI_CONFIG_PROFILE", "KEYED")
    keyed, session = read_profile(config, "KEYED"), read_profile(config, "SESSION")
    if way == "name":
        return "api_key"
    if way == "signer":
        return keyed.api_key_signer()
    if way == "session":
        return session.session_signer()
    if way == "dict of ads":  # with the signer of oci, which knows no profile
        key_id = keyed.api_key_signer().api_key
        signer = RequestSigner(key_id, KEY)
        return {"config": dict(keyed.entries), "signer": signer, "client_kwargs": {}}
    return {
        "config": dict(session.entries),
        "signer": RequestSigner(f"ST${TOKEN}", KEY),
    }


WAYS = ("name", "signer", "session", "dict of ads", "dict of a session")


@pytest.mark.parametrize("way", WAYS)
def test_a_packed_model_holds_no_secret_and_signs_elsewhere(
    way: str, config: Path, monkeypatch: pytest.MonkeyPatch
):
    auth = auth_of(way, config, monkeypatch)
    model = ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT, auth=auth, top_p=0.5)

    packed = packed_model(model.bind(temperature=0.1))
    for name in ("OCI_CONFIG_LOCATION", "OCI_CONFIG_PROFILE"):
        monkeypatch.delenv(name)
    there = unpacked_model(packed)

    assert [secret for secret in secrets() if secret in packed] == []
    assert any(secret in pickle.dumps(KEY) for secret in secrets())
    assert there.kwargs == {"temperature": 0.1}
    assert there.bound.top_p == 0.5
    signed = Credentials(there.bound.auth).sign("POST", ENDPOINT, "/x", {}, b"{}")
    is_session = "session" in way
    wanted = f"ST${TOKEN}" if is_session else f"x/ocid1.user.x/{fingerprint_of(KEY)}"
    assert wanted in next(v for k, v in signed.items() if k.lower() == "authorization")


def test_the_model_here_keeps_its_own_signer(
    config: Path, monkeypatch: pytest.MonkeyPatch
):
    auth = auth_of("signer", config, monkeypatch)
    model = ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT, auth=auth)

    packed_model(model)

    assert model.auth is auth


def test_principals_are_described_by_their_kind():
    model = ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT, auth="resource_principal")

    there = unpacked_model(packed_model(model))

    assert there.auth == Origin("resource_principal")


def test_a_description_shows_neither_profile_nor_path():
    shown = repr(Origin("api_key", "SECRET_PROFILE", "/home/someone/.oci/config"))

    assert shown == "Origin(kind='api_key')"


class Notary:
    """A signer of the user's own."""

    def __call__(self, request: Any) -> Any:
        return request


def test_a_signer_that_cannot_be_described_is_refused_in_one_line(
    config: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OCI_CONFIG_LOCATION", str(config))
    model = ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT, auth=Notary())

    with pytest.raises(ParameterError) as raised:
        packed_model(model)

    line = str(raised.value)
    assert "a Notary" in line
    assert 'auth="resource_principal"' in line
    assert "\n" not in line


def test_headers_that_may_be_keys_are_refused():
    model = ChatOCIModelDeploymentVLLM(
        endpoint=ENDPOINT, auth="api_key", default_headers={"x-api-key": "hunter2"}
    )

    with pytest.raises(ParameterError, match="x-api-key") as raised:
        packed_model(model)

    assert "hunter2" not in str(raised.value)


class Keyed(FakeListChatModel):
    """Somebody else's model, with a key."""

    api_key: SecretStr = SecretStr("")


def test_another_model_with_a_key_is_refused():
    model = Keyed(responses=["a"], api_key=SecretStr("hunter2"))

    with pytest.raises(ParameterError, match="holds a key in api_key") as raised:
        packed_model(model)

    assert "hunter2" not in str(raised.value)


def test_another_model_without_a_key_goes_as_it_is():
    there = unpacked_model(packed_model(FakeListChatModel(responses=["a"])))

    assert there.responses == ["a"]


def test_a_usual_pickle_tells_no_path(config: Path, monkeypatch: pytest.MonkeyPatch):
    auth = auth_of("signer", config, monkeypatch)
    model = ChatOCIModelDeploymentVLLM(endpoint=ENDPOINT, auth=auth)

    assert str(config).encode() not in pickle.dumps(model)

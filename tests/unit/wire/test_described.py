"""What is told of credentials: the way, the profile and the source, never a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.local.credentials import Credentials as Keys
from ocinb.wire.auth import Credentials
from ocinb.wire.transport import named_proxy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


def test_a_named_way_tells_its_profile(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCI_CONFIG_LOCATION", str(keys.write_profile(tmp_path)))
    monkeypatch.setenv("OCI_CONFIG_PROFILE", "DEFAULT")
    said = Credentials("api_key").described()
    assert said == 'API key of profile DEFAULT, from auth="api_key"'


def test_a_signer_that_was_given_tells_its_class(keys: Keys) -> None:
    said = Credentials(keys.auth()).described()
    assert said == "API key, from a RequestSigner in auth="
    assert keys.key_id not in said


def test_a_signer_that_is_nobodys_is_your_own() -> None:
    def sign(request: Any) -> Any:
        return request

    said = Credentials(sign).described()
    assert said == "a signer of your own, from a function in auth="


def test_what_is_missing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCI_CONFIG_LOCATION", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="does not exist"):
        Credentials("api_key").described()


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://user:hunter2@proxy.invalid:3128")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "inside.invalid")
    assert named_proxy("https://host.invalid/x") == "proxy.invalid:3128"
    assert named_proxy("https://inside.invalid/x") == ""
    assert named_proxy("https://127.0.0.1/x") == ""

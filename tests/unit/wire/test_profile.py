"""Signers from OCI config files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import ConfigurationError
from ocinb.local.credentials import Credentials
from ocinb.wire.profile import signer_from_profile
from ocinb.wire.signing import verify

if TYPE_CHECKING:
    from pathlib import Path


class Request:
    method = "POST"
    url = "http://127.0.0.1:80/predict"
    path_url = "/predict"
    body = b"{}"

    def __init__(self) -> None:
        self.headers = {
            "content-length": "2",
            "content-type": "application/json",
            "host": "127.0.0.1:80",
        }


def test_the_signer_of_a_profile_is_accepted(tmp_path: Path):
    credentials = Credentials()
    signer = signer_from_profile(credentials.write_profile(tmp_path))
    signed = signer(Request())

    refusal = verify(
        "POST",
        "/predict",
        tuple(signed.headers.items()),
        b"{}",
        credentials.public_key,
        credentials.key_id,
        time.time(),
    )
    assert refusal is None


@pytest.mark.parametrize("profile", ["DEFAULT", "OTHER"])
def test_a_missing_file_or_profile_is_named(tmp_path: Path, profile: str):
    path = tmp_path / "config"
    if profile == "OTHER":
        path.write_text("[DEFAULT]\nuser=me\n")

    with pytest.raises(ConfigurationError, match=f"profile {profile} of .*config"):
        signer_from_profile(path, profile)


def test_missing_entries_are_named(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text("[DEFAULT]\nuser=me\ntenancy=ours\n")

    with pytest.raises(ConfigurationError, match="has no fingerprint, key_file"):
        signer_from_profile(path)


def test_a_file_that_is_no_config_is_refused(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text("no section\n")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        signer_from_profile(path)


def test_a_key_that_is_not_there_is_told_without_its_path(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text(
        "[DEFAULT]\nuser=me\ntenancy=ours\nfingerprint=a:b\nkey_file=/nowhere/secret.pem\n"
    )

    with pytest.raises(ConfigurationError) as caught:
        signer_from_profile(path)
    assert "secret.pem" not in str(caught.value)


def test_a_key_that_is_none_is_refused(tmp_path: Path):
    (tmp_path / "key.pem").write_text("no key")
    path = tmp_path / "config"
    path.write_text(
        f"[DEFAULT]\nuser=me\ntenancy=ours\nfingerprint=a:b\nkey_file={tmp_path}/key.pem\n"
    )

    with pytest.raises(ConfigurationError, match="no plain RSA private key"):
        signer_from_profile(path)

"""Signers from OCI config files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization

from ocinb.errors import ConfigurationError
from ocinb.local.credentials import Credentials
from ocinb.wire.profile import signer_from_profile
from ocinb.wire.signing import verify

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric import rsa


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


def test_a_missing_file_is_named_with_what_to_run(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"config, does not exist - run: oci"):
        signer_from_profile(tmp_path / "config")


@pytest.mark.parametrize(
    ("content", "others"),
    [("[DEFAULT]\nuser=me\n[B]\nuser=b\n", "only DEFAULT, B"), ("", "and no other")],
)
def test_a_missing_profile_is_named_with_those_that_are_there(
    tmp_path: Path, content: str, others: str
):
    path = tmp_path / "config"
    path.write_text(content)

    with pytest.raises(ConfigurationError) as caught:
        signer_from_profile(path, "OTHER")
    assert f"there is no profile OTHER in {path}, {others}" in str(caught.value)
    assert "--profile-name OTHER" in caught.value.hint


def test_missing_entries_are_named(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text("[DEFAULT]\nuser=me\ntenancy=ours\n")

    with pytest.raises(ConfigurationError, match="has no fingerprint, key_file"):
        signer_from_profile(path)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("no section\n", 1),
        ("[DEFAULT]\nuser=me\njunk hunter2\n", 3),
        ("[DEFAULT]\nuser=me\nuser=you\n", 3),
        ("[DEFAULT]\nuser=me\n[DEFAULT]\n", 3),
    ],
)
def test_a_line_that_is_no_config_is_told_without_its_text(
    tmp_path: Path, content: str, line: int
):
    path = tmp_path / "config"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match=f"at line {line}") as caught:
        signer_from_profile(path)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None


def profile_with(key_file: Path, *more: str) -> Path:
    """Write a profile beside its key."""
    path = key_file.parent / "config"
    entries = (
        *("user=me", "tenancy=ours", "fingerprint=a:b"),
        *(f"key_file={key_file}", *more),
    )
    path.write_text("\n".join(["[DEFAULT]", *entries]))
    return path


def test_a_key_that_is_not_there_is_named(tmp_path: Path):
    path = profile_with(tmp_path / "absent.pem")

    with pytest.raises(ConfigurationError, match=r"absent\.pem, does not exist"):
        signer_from_profile(path)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"no key", "holds no private key"),
        (b"-----BEGIN PUBLIC KEY-----\n", "holds a public key"),
        (b"ssh-rsa AAAA me@here", "holds a public key"),
    ],
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, content: bytes, fault: str):
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=fault):
        signer_from_profile(profile_with(key_file))


@pytest.mark.parametrize(
    ("more", "fault"),
    [((), "needs a pass phrase"), (("pass_phrase=hunter2",), "is not opened by")],
)
def test_a_locked_key_says_which_entry_to_mend(
    tmp_path: Path, key: rsa.RSAPrivateKey, more: tuple[str, ...], fault: str
):
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"other"),
        )
    )

    with pytest.raises(ConfigurationError, match=fault) as caught:
        signer_from_profile(profile_with(key_file, *more))
    assert "hunter2" not in str(caught.value)
    assert "pass_phrase" in caught.value.hint

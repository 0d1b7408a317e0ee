"""Throw-away credentials."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from oci.config import from_file, validate_config

from ocinb.local.credentials import Credentials
from ocinb.local.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def keys() -> Credentials:
    return Credentials()


def test_the_auth_dict_has_the_shape_of_ads(keys: Credentials):
    auth = keys.auth()

    assert sorted(auth) == ["client_kwargs", "config", "signer"]
    assert callable(auth["signer"])


def test_no_text_shows_the_key(keys: Credentials):
    assert "PRIVATE" not in f"{keys!r} {keys} {keys.auth()}"


def test_the_profile_passes_oracles_own_checks(keys: Credentials, tmp_path: Path):
    config = from_file(str(keys.write_profile(tmp_path)))

    validate_config(config)
    assert (
        keys.key_id == f"{config['tenancy']}/{config['user']}/{config['fingerprint']}"
    )


def test_profile_and_key_are_for_the_user_alone(keys: Credentials, tmp_path: Path):
    profile = keys.write_profile(tmp_path)
    modes = [
        stat.S_IMODE(path.stat().st_mode) for path in (profile, tmp_path / "key.pem")
    ]

    assert modes == [0o600, 0o600]


def test_settings_travel_as_one_line():
    settings = Settings("ocid", "key\nid", "-----BEGIN\n", "/tmp/x", port=3)  # noqa: S108 - a made-up path

    assert settings.to_line().count(b"\n") == 1
    assert Settings.from_line(settings.to_line()) == settings

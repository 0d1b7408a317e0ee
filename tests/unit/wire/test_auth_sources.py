"""Where credentials come from: a session's files, a resource principal, ads."""

from __future__ import annotations

import base64
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from oci.auth.signers import EphemeralResourcePrincipalSigner, SecurityTokenSigner

from ocinb.errors import AuthError, ConfigurationError, MissingExtraError
from ocinb.wire.auth import Credentials
from tests.unit.wire.notary import sign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric import rsa

ADS = ("ads", "ads.common", "ads.common.auth")


class TestSession:
    """A session token in a file, as `oci session authenticate` writes it."""

    @pytest.fixture
    def token_file(self, tmp_path: Path) -> Path:
        path = tmp_path / "token"
        path.write_text("one\n")
        return path

    @pytest.fixture
    def credentials(
        self, token_file: Path, key_file: Path, key: rsa.RSAPrivateKey
    ) -> Credentials:
        config = {"security_token_file": str(token_file), "key_file": str(key_file)}
        signer = SecurityTokenSigner("one", key)
        return Credentials({"config": config, "signer": signer, "client_kwargs": {}})

    def test_a_token_that_was_renewed_outside_is_read_again(
        self, credentials: Credentials, token_file: Path
    ):
        assert 'keyId="ST$one"' in sign(credentials)["authorization"]
        token_file.write_text("two\n")

        assert credentials.refresh() is True
        assert 'keyId="ST$two"' in sign(credentials)["authorization"]

    def test_a_token_that_nobody_renewed_changes_nothing(
        self, credentials: Credentials
    ):
        assert credentials.refresh() is False

    def test_all_threads_that_were_refused_go_on_with_the_new_token(
        self, credentials: Credentials, token_file: Path
    ):
        refused = sign(credentials)["authorization"]
        token_file.write_text("two\n")

        with ThreadPoolExecutor(8) as pool:
            changed = list(pool.map(lambda _: credentials.refresh(refused), range(16)))

        assert changed == [True] * 16

    @pytest.mark.parametrize("missing", ["token", "session.pem"])
    def test_a_missing_file_is_an_error_of_one_line(
        self, credentials: Credentials, tmp_path: Path, missing: str
    ):
        (tmp_path / "token").write_text("two\n")
        (tmp_path / missing).unlink()

        with pytest.raises(ConfigurationError) as caught:
            credentials.refresh()

        assert f"{missing}, does not exist" in str(caught.value)
        assert caught.value.phase == "sign"
        assert caught.value.hint

    @pytest.mark.usefixtures("key_file")
    def test_a_home_folder_in_the_path_is_known(
        self,
        tmp_path: Path,
        key: rsa.RSAPrivateKey,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / "token").write_text("two")
        config = {"security_token_file": "~/token", "key_file": "~/session.pem"}
        credentials = Credentials(
            {"config": config, "signer": SecurityTokenSigner("one", key)}
        )

        assert credentials.refresh() is True


class TestResourcePrincipal:
    """oci's own signer for version 2.2, whose token lies in a file."""

    def token(self, name: str, lives_s: float) -> str:
        claims = {"sub": name, "exp": time.time() + lives_s, "iat": time.time()}
        parts = [{"alg": "none"}, claims, {}]
        return ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in parts
        )

    def test_an_expired_token_is_read_again_before_signing(
        self, tmp_path: Path, key_file: Path
    ):
        path = tmp_path / "rpst"
        path.write_text(self.token("one", -10))
        signer = EphemeralResourcePrincipalSigner(
            session_token=str(path), private_key=str(key_file)
        )
        fresh = self.token("two", 3600)
        path.write_text(fresh)

        assert fresh in sign(Credentials(signer))["authorization"]

    def test_a_refused_token_is_read_again(self, tmp_path: Path, key_file: Path):
        path = tmp_path / "rpst"
        path.write_text(self.token("one", 3600))
        signer = EphemeralResourcePrincipalSigner(
            session_token=str(path), private_key=str(key_file)
        )
        credentials = Credentials(signer)

        assert credentials.refresh() is False
        path.write_text(self.token("two", 3600))
        assert credentials.refresh() is True


class TestDefault:
    """No `auth` given: `ads` is asked, on the first request and not before."""

    @pytest.fixture
    def ads(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """Put a package in the place of ads; it answers what the test writes."""
        package = tmp_path / "packages" / "ads" / "common"
        package.mkdir(parents=True)
        (package.parent / "__init__.py").touch()
        (package / "__init__.py").touch()
        for name in ADS:
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(package.parents[1])
        yield package / "auth.py"
        for name in ADS:
            sys.modules.pop(name, None)

    @pytest.mark.parametrize("auth", [None, {}])
    def test_the_default_signer_is_asked_once_and_late(self, ads: Path, auth: Any):
        ads.write_text(
            "asked = []\n"
            "def default_signer():\n"
            "    asked.append(1)\n"
            "    def signer(request):\n"
            "        request.headers['authorization'] = f'default {len(asked)}'\n"
            "    return {'config': {}, 'signer': signer}\n"
        )
        credentials = Credentials(auth)
        assert repr(credentials) == "Credentials(not loaded yet)"

        assert sign(credentials)["authorization"] == "default 1"
        assert sign(credentials)["authorization"] == "default 1"
        assert credentials.refresh() is False

    def test_a_session_that_was_renewed_is_read_without_asking_again(
        self, ads: Path, tmp_path: Path, key_file: Path
    ):
        token_file = tmp_path / "token"
        token_file.write_text("one\n")
        ads.write_text(
            "from pathlib import Path\n"
            "from ocinb.wire.signing import RequestSigner\n"
            "def default_signer():\n"
            f"    key = Path({str(key_file)!r}).read_bytes()\n"
            f"    config = {{'security_token_file': {str(token_file)!r},\n"
            f"              'key_file': {str(key_file)!r}}}\n"
            "    return {'config': config, 'signer': RequestSigner('ST$one', key)}\n"
        )
        credentials = Credentials()
        assert 'keyId="ST$one"' in sign(credentials)["authorization"]
        assert credentials.refresh() is False
        token_file.write_text("two\n")
        ads.unlink()

        assert credentials.refresh() is True
        assert 'keyId="ST$two"' in sign(credentials)["authorization"]

    def test_an_error_of_ads_is_not_repeated(self, ads: Path):
        ads.write_text("def default_signer():\n    raise ValueError('hunter2')\n")

        with pytest.raises(AuthError) as caught:
            sign(Credentials())

        assert "default_signer failed (ValueError)" in str(caught.value)
        assert "hunter2" not in str(caught.value)
        assert caught.value.__context__ is None

    @pytest.mark.parametrize("way", ["api_key", "security_token"])
    def test_without_ads_the_variable_that_it_reads_names_the_way(
        self, way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ):
        monkeypatch.setenv("OCI_IAM_TYPE", way)
        monkeypatch.setenv("OCI_CONFIG_LOCATION", str(tmp_path / "none"))
        for name in ADS:
            monkeypatch.setitem(sys.modules, name, None)

        with pytest.raises(ConfigurationError, match="/none"):
            sign(Credentials())

    def test_without_ads_the_line_says_what_to_pass_or_install(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ):
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ADS:
            monkeypatch.setitem(sys.modules, name, None)

        with pytest.raises(MissingExtraError) as caught:
            sign(Credentials())

        assert str(caught.value) == (
            "auth is not given and oracle-ads, which would find it, is not installed "
            '(phase sign) - pass auth=, or pip install "ocinb[oci]"'
        )

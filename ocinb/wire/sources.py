"""Where a signer comes from when the user gave none: one of four names, or ads.

The environment variables are those of ads (`OCI_CONFIG_LOCATION`, `OCI_CONFIG_PROFILE`),
of oci (`OCI_CONFIG_FILE`, `OCI_RESOURCE_PRINCIPAL_*`, `OCI_METADATA_BASE_URL`) and of
Oracle's command line (`OCI_CLI_PROFILE`).
"""

from __future__ import annotations

import os
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ocinb.errors import AuthError, ConfigurationError, MissingExtraError
from ocinb.wire.method import NAMED
from ocinb.wire.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ocinb.wire.profile import Profile

__all__ = [
    "IAM_TYPE",
    "auth_of",
    "default_auth",
    "default_origin",
    "named_auth",
    "named_origin",
    "origin_with",
]

IAM_TYPE: Final = "OCI_IAM_TYPE"
"""The variable that names a way to sign."""

_RP: Final = "OCI_RESOURCE_PRINCIPAL_"
_RP_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "2.2": ("RPST", "PRIVATE_PEM"),
    "1.1": ("RPT_ENDPOINT",),
}
"""What each version of resource principals reads, after the common prefix."""

_OF_PROFILES: Final = frozenset({"api_key", "security_token"})
"""Ways whose keys are in files that a profile names."""

_CONFIG_FILE: Final = "~/.oci/config"
_METADATA: Final = "http://169.254.169.254/opc/v2"
_METADATA_WITHIN_S: Final = 3.0


def named_auth(name: str) -> dict[str, Any]:
    """Return an ADS dict for the way to sign that a name stands for.

    Args:
        name: `api_key`, `security_token`, `resource_principal` or
            `instance_principal`.

    Raises:
        ConfigurationError: something that this way needs is missing; says what.
        AuthError: Oracle's identity service did not help.
    """
    return _MAKERS[name]()


def auth_of(origin: Origin) -> dict[str, Any]:
    """Return an ADS dict for a signer that is made as another one was.

    Raises:
        ConfigurationError: something that this way needs is missing; says what.
        AuthError: Oracle's identity service did not help.
    """
    if not origin.path:
        return named_auth(origin.kind)
    profile = _read(origin.path, origin.profile)
    is_session = origin.kind == "security_token"
    signer = profile.session_signer() if is_session else profile.api_key_signer()
    return _auth_of(profile, signer)


def named_origin(name: str) -> Origin:
    """Describe what `named_auth` makes: with the config file that counts here."""
    if name not in _OF_PROFILES:
        return Origin(name)
    path, profile = _place()
    return Origin(name, profile, path)


def default_origin() -> Origin | None:
    """Describe what `default_auth` makes; None if ads was given a signer or a config.

    Raises:
        MissingExtraError: oracle-ads is not installed.
    """
    named = _named_without_ads()
    if named:
        return named_origin(named)
    state = _ads_auth().AuthState()
    given = ("oci_signer", "oci_signer_callable", "oci_config")
    if any(getattr(state, name, None) for name in given):
        return None
    kind = str(state.oci_iam_type)
    if kind not in _OF_PROFILES:
        return Origin(kind) if kind in NAMED else None
    return Origin(kind, str(state.oci_key_profile), str(state.oci_config_path))


def origin_with(key_id: str, token_file: str = "") -> Origin | None:
    """Return the profile of the config file that counts here and has a key.

    Args:
        key_id: `<tenancy OCID>/<user OCID>/<fingerprint>`.
        token_file: of a session instead.
    """
    from ocinb.wire.profile import profiles_in  # noqa: PLC0415 - needs cryptography

    path, _ = _place()
    try:
        found = profiles_in(path)
    except ConfigurationError:  # there is no such file
        return None
    for profile in found:
        names = ("tenancy", "user", "fingerprint")
        if token_file and profile.entries.get("security_token_file") == token_file:
            return Origin("security_token", profile.name, path)
        if "/".join(str(profile.entries.get(name)) for name in names) == key_id:
            return Origin("api_key", profile.name, path)
    return None


def default_auth() -> dict[str, Any]:
    """Return the ADS dict of `ads.common.auth.default_signer()`.

    Without ads, the variable `OCI_IAM_TYPE`, which ads reads too, names a way to sign.

    Raises:
        MissingExtraError: oracle-ads is not installed, and no way is named.
        ConfigurationError: something that the default needs is missing; says what.
        AuthError: ads could not make its signer for another reason.
    """
    named = _named_without_ads()
    if named:
        return named_auth(named)
    ads_auth = _ads_auth()
    state = ads_auth.AuthState() if hasattr(ads_auth, "AuthState") else None
    auth = _made(ads_auth.default_signer, lambda: _check_as_ads_would(state))
    return {**auth, "profile": getattr(state, "oci_key_profile", "")}


def _named_without_ads() -> str:
    """Return the way that the environment names where ads is absent; mostly ""."""
    named = os.environ.get(IAM_TYPE, "").strip()
    if named not in _MAKERS:
        return ""
    try:
        _ads_auth()
    except MissingExtraError:
        return named
    return ""


def _ads_auth() -> Any:
    try:
        from ads.common import auth as ads_auth  # noqa: PLC0415 - takes seconds
    except ImportError as error:
        msg = "auth is not given and oracle-ads, which would find it, is not installed"
        raise MissingExtraError(msg, hint=_without_ads()) from error
    return ads_auth


def _api_key() -> dict[str, Any]:
    profile = _profile()
    return _auth_of(profile, profile.api_key_signer())


def _security_token() -> dict[str, Any]:
    profile = _profile()
    return _auth_of(profile, profile.session_signer())


def _auth_of(profile: Profile, signer: Any) -> dict[str, Any]:
    return {"config": profile.entries, "signer": signer, "profile": profile.name}


def _resource_principal() -> dict[str, Any]:
    _check_resource_principal()
    signers = _oci_signers("resource_principal")
    return {"config": {}, "signer": _made(signers.get_resource_principals_signer)}


def _instance_principal() -> dict[str, Any]:
    _check_metadata_service()
    signers = _oci_signers("instance_principal")
    signer = _made(signers.InstancePrincipalsSecurityTokenSigner)
    return {"config": {}, "signer": signer}


_MAKERS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "api_key": _api_key,
    "security_token": _security_token,
    "resource_principal": _resource_principal,
    "instance_principal": _instance_principal,
}


def _made(make: Callable[[], Any], check: Callable[[], object] = bool) -> Any:
    """Make a signer; where that fails, look for what the user has to mend.

    Errors of oci and ads may quote keys, so that they are not even the context of ours.
    """
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - oci and ads raise errors of any type
        fault = type(error).__name__
    check()
    name = getattr(make, "__name__", "the signer")
    msg = f"{name} failed ({fault})"
    raise AuthError(msg, phase="sign", hint="check the credentials that it looks for")


def _check_as_ads_would(state: Any) -> None:
    """Look where ads looked, and raise an error that names what is missing."""
    kind = str(getattr(state, "oci_iam_type", ""))
    if kind == "resource_principal":
        _check_resource_principal()
    if kind not in {"api_key", "security_token"} or state.oci_config:
        return
    profile = _read(str(state.oci_config_path), str(state.oci_key_profile))
    _ = (
        profile.session_signer()
        if kind == "security_token"
        else profile.api_key_signer()
    )


def _profile() -> Profile:
    return _read(*_place())


def _place() -> tuple[str, str]:
    """Return the path of the config file that counts here, and the profile."""
    given = os.environ.get
    path = given("OCI_CONFIG_LOCATION") or given("OCI_CONFIG_FILE") or _CONFIG_FILE
    name = given("OCI_CONFIG_PROFILE") or given("OCI_CLI_PROFILE") or "DEFAULT"
    return path, name


def _read(path: str, name: str) -> Profile:
    try:
        from ocinb.wire.profile import read_profile  # noqa: PLC0415 - needs cryptography
    except ImportError as error:
        msg = "signing needs the cryptography package"
        raise MissingExtraError(msg, hint='pip install "ocinb[oci]"') from error
    return read_profile(path, name)


def _oci_signers(name: str) -> Any:
    try:
        from oci.auth import signers  # noqa: PLC0415 - heavy
    except ImportError as error:
        msg = f'auth="{name}" needs the oci package'
        raise MissingExtraError(msg, hint='pip install "ocinb[oci]"') from error
    return signers


def _check_resource_principal() -> None:
    version = os.environ.get(f"{_RP}VERSION", "")
    if not version:
        msg = f"there is no resource principal here: {_RP}VERSION is not set"
        hint = (
            "it is set in OCI Data Science notebook sessions and jobs; elsewhere pass "
            'auth="api_key" or auth="security_token"'
        )
        raise ConfigurationError(msg, hint=hint)
    for name in (_RP + need for need in _RP_NEEDS.get(version, ())):
        value = os.environ.get(name, "")
        if not value:
            msg = f"the resource principal is incomplete: {name} is not set"
            raise ConfigurationError(msg, hint=f"{_RP}VERSION={version} needs it")
        if Path(value).is_absolute() and not Path(value).is_file():
            msg = f"the file {value} that {name} names does not exist"
            raise ConfigurationError(msg, hint=NAMED["resource_principal"].advice())


def _check_metadata_service() -> None:
    """Find out in seconds what oci finds out in minutes: there is no such service."""
    url = urlsplit(os.environ.get("OCI_METADATA_BASE_URL", "").strip() or _METADATA)
    address = (url.hostname or "", url.port or 80)
    try:
        socket.create_connection(address, _METADATA_WITHIN_S).close()
    except OSError as error:
        msg = (
            f"there is no instance principal here: the metadata service at {url.netloc} "
            "cannot be reached"
        )
        hint = NAMED["instance_principal"].advice()
        raise ConfigurationError(msg, hint=hint) from error


def _without_ads() -> str:
    """Say what to install or to pass, as far as that can be seen from here."""
    install = 'pip install "ocinb[oci]"'
    if os.environ.get(f"{_RP}VERSION"):
        if find_spec("oci"):
            return f'pass auth="resource_principal", or {install}'
        return f"{install}, to sign as this session's resource principal"
    if Path(_CONFIG_FILE).expanduser().is_file():
        return f'pass auth="api_key" or auth="security_token" for {_CONFIG_FILE}, or {install}'
    return f"pass auth=, or {install}"

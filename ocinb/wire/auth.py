"""Whose signature a request carries, and when that has to be renewed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ocinb.errors import AuthError, ConfigurationError, MissingExtraError, OcinbError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Credentials"]

_SIGNING_HEADERS = frozenset(
    {"date", "authorization", "x-content-sha256", "opc-obo-token"}
)


@dataclass
class _Signable:
    """The part of a prepared request of the `requests` package that signers read."""

    method: str
    url: str
    path_url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Credentials:
    """An oci signer, where it came from, and a lock round its use.

    Args:
        auth: an ADS dict `{config, signer, client_kwargs}`, an oci signer, or
            nothing: then `ads.common.auth.default_signer()` is asked on the first
            request, so that `ads.set_auth(...)` counts.

    Raises:
        ConfigurationError: `auth` is none of these.
    """

    def __init__(self, auth: Any = None) -> None:
        self._config, self._signer = _read(auth)
        self._is_default = self._signer is None
        self._lock = threading.Lock()
        self._names_key = False  # whether signatures name the key they are made with

    def __repr__(self) -> str:
        kind = "not loaded yet" if self._signer is None else type(self._signer).__name__
        return f"Credentials({kind})"

    def __reduce__(self) -> tuple[Any, ...]:
        # A signer holds a private key: what is unpickled asks for its own.
        return Credentials, ()

    def sign(
        self, method: str, url: str, target: str, headers: dict[str, str], body: bytes
    ) -> dict[str, str]:
        """Return every header of the signed request.

        Args:
            method: the HTTP verb.
            url: the whole URL.
            target: path and query exactly as they go on the wire.
            headers: what will be sent, names in lower case.
            body: the bytes that will be sent.

        Raises:
            AuthError: the signer could not sign.
        """
        kept = {k: v for k, v in headers.items() if k not in _SIGNING_HEADERS}
        request = _Signable(method, url, target, kept, body)
        with self._lock:
            signer = self._loaded()
            _call(getattr(signer, "get_security_token", None), signer)
            _call(lambda: signer(request), signer)
            key_id, signature = _key_id(signer), request.headers.get("authorization")
            self._names_key = bool(key_id and signature and key_id in signature)
        return dict(request.headers)

    def refresh(self, refused: str = "") -> bool:
        """Renew the token; True if the next signature will differ.

        Args:
            refused: the `authorization` header that was not accepted; another thread
                may have renewed the token since it was made.

        Raises:
            AuthError: the token could not be renewed.
        """
        with self._lock:
            signer = self._loaded()
            key_id = _key_id(signer)
            if refused and self._names_key and key_id not in refused:
                return True
            renew = getattr(signer, "refresh_security_token", None)
            _call(renew, signer)
            self._read_session_again()
            # a signer without get_security_token takes its new token over when called
            is_seen_later = renew is not None and not hasattr(
                signer, "get_security_token"
            )
            return is_seen_later or _key_id(self._signer) != key_id

    def _loaded(self) -> Any:
        if self._signer is None:
            self._config, self._signer = _read(_default())
        return self._signer

    def _read_session_again(self) -> None:
        """Take over a session that was refreshed outside (`oci session refresh`)."""
        if not self._config.get("security_token_file"):
            return
        if self._is_default:
            self._config, self._signer = _read(_default())
        else:
            self._signer = _call(lambda: _session_signer(self._config), self._signer)


def _read(auth: Any) -> tuple[Mapping[str, Any], Any]:
    if auth is None or auth == {}:
        return {}, None
    if isinstance(auth, dict):
        signer, config = auth.get("signer"), auth.get("config") or {}
    else:
        signer, config = auth, {}
    if isinstance(signer, (type, str)) or not callable(signer):
        msg = "auth must be an oci signer or an ADS auth dict {config, signer}"
        raise ConfigurationError(
            msg, hint="for example auth=ads.common.auth.resource_principal()"
        )
    return config, signer


def _default() -> Any:
    try:
        from ads.common.auth import default_signer  # noqa: PLC0415 - takes seconds
    except ImportError as error:
        msg = "auth is not given and oracle-ads, which would find it, is not installed"
        raise MissingExtraError(
            msg, hint='pass auth=, or pip install "ocinb[oci]"'
        ) from error
    return _call(default_signer, default_signer)


def _session_signer(config: Mapping[str, Any]) -> Any:
    from pathlib import Path  # noqa: PLC0415 - only where a session is used

    from oci.auth.signers import SecurityTokenSigner  # noqa: PLC0415 - heavy
    from oci.signer import load_private_key_from_file  # noqa: PLC0415 - heavy

    token = Path(config["security_token_file"]).expanduser().read_text("utf-8").strip()
    key = load_private_key_from_file(config["key_file"], config.get("pass_phrase"))
    return SecurityTokenSigner(token, key)


def _call(action: Callable[[], Any] | None, signer: Any) -> Any:
    """Run a piece of a signer; its errors may quote keys, so they are not repeated."""
    if action is None:
        return None
    try:
        return action()
    except OcinbError:
        raise
    except Exception as error:  # noqa: BLE001 - oci and ads raise errors of any type
        name = getattr(signer, "__name__", None) or type(signer).__name__
        msg = f"{name} could not sign the request ({type(error).__name__})"
        raise AuthError(
            msg,
            phase="sign",
            hint="check the credentials, or run: oci session authenticate",
        ) from None


def _key_id(signer: Any) -> str:
    return str(getattr(signer, "api_key", ""))

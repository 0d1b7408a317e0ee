"""Signatures for many threads: made one at a time, and renewed once for all."""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import OcinbError, PolicyError, SignatureRefused
from ocinb.wire.identity import Identity
from ocinb.wire.refusals import explain_policy, explain_signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ocinb.wire.origin import Origin

__all__ = ["Credentials"]

_SIGNING_HEADERS: Final = frozenset(
    {"date", "authorization", "x-content-sha256", "opc-obo-token"}
)
_REMEMBERED: Final = 1024
"""How many signatures are remembered as made with the present key and token."""


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
        auth: an ADS dict `{config, signer, client_kwargs}`, an oci signer, the name of
            a way to sign (`api_key`, `security_token`, `resource_principal`,
            `instance_principal`), or nothing: then `ads.common.auth.default_signer()`
            is asked on the first request, so that `ads.set_auth(...)` counts.

    Raises:
        ConfigurationError: `auth` is none of these.
    """

    def __init__(self, auth: Any = None) -> None:
        self._identity = Identity(auth)
        self._locks: dict[int, threading.Lock] = {}
        self._state = 0
        self._made: deque[int] = deque(maxlen=_REMEMBERED)  # with the present token

    def __repr__(self) -> str:
        return f"Credentials({self._identity.kind})"

    def __reduce__(self) -> tuple[Any, ...]:
        # A signer holds a private key: what is unpickled asks for its own.
        return Credentials, (self._identity.name or None,)

    @property
    def origin(self) -> Origin | None:
        """How another process makes its own signer; None if that is not known.

        Raises:
            MissingExtraError: nothing was given and oracle-ads is not installed.
        """
        return self._identity.origin

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
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the signer could not sign.
        """
        kept = {k: v for k, v in headers.items() if k not in _SIGNING_HEADERS}
        request = _Signable(method, url, target, kept, body)
        with self._lock(), _phase_sign():
            self._identity.sign(request)
            self._remember(request.headers)
        return dict(request.headers)

    def refresh(self, refused: str = "") -> bool:
        """Renew the token; True if the next signature will differ.

        Args:
            refused: the `authorization` header that was not accepted; another thread
                may have renewed the token since it was made.

        Raises:
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the token could not be renewed.
        """
        with self._lock(), _phase_sign():
            if refused and hash(refused) not in self._made:
                return True
            renewed = self._identity.renew()
            if renewed:
                self._made.clear()
            return renewed

    @property
    def group(self) -> str:
        """What a policy calls those who sign so: see `Method.group`."""
        return self._identity.method.group

    def region(self) -> str:
        """Return the region that the signer or its config names; "" if neither does.

        Raises:
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the signer could not be made.
        """
        with self._lock(), _phase_sign():
            return self._identity.region

    def described(self) -> str:
        """Return how requests are signed and where that came from, never a key.

        Raises:
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the signer could not be made.
        """
        with self._lock(), _phase_sign():
            return self._identity.described()

    def explain(self, error: BaseException) -> None:
        """Say in a refusal how its request was signed, and what to do about it."""
        if isinstance(error, SignatureRefused):
            words, advice = self._identity.method.words, self._identity.advice
            explain_signature(error, words, advice)
        elif isinstance(error, PolicyError):
            explain_policy(error, self._identity.method.group)

    def _lock(self) -> threading.Lock:
        """Return this process's lock: a fork may have happened while it was held."""
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def _remember(self, headers: Mapping[str, str]) -> None:
        state = self._identity.state
        if state != self._state:
            self._made.clear()
            self._state = state
        names = (name for name in headers if name.lower() == "authorization")
        self._made.extend(hash(headers[name]) for name in names)


@contextmanager
def _phase_sign() -> Iterator[None]:
    """Let errors say that signing was as far as the request came."""
    try:
        yield
    except OcinbError as error:
        error.add(phase=error.phase or "sign")
        raise

"""Who signs: a signer, where it came from, and how it is renewed; never shown."""

from __future__ import annotations

import time
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import AuthError, ConfigurationError, OcinbError, one_line
from ocinb.wire.clock import CLOCK_SKEW_S, ago
from ocinb.wire.entries import Entries
from ocinb.wire.method import CUSTOM, NAMED, Method, method_of
from ocinb.wire.origin import Origin
from ocinb.wire.sources import (
    auth_of,
    default_auth,
    default_origin,
    named_auth,
    named_origin,
    origin_with,
)
from ocinb.wire.token import expiry_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Identity"]

_EARLY_S: Final = 60
"""A session's files are read again so long before its token expires, as oci does."""

_READINGS: Final = 5

_WANTED: Final = (
    "auth must be an oci signer or an ADS auth dict {config, signer}, or one of "
    + ", ".join(NAMED)
)


class Identity:
    """A signer that was given, or that is made when it is first needed.

    No text of it and none of its errors hold a key, a token or a pass phrase. It is not
    safe for several threads at once.

    Args:
        auth: an ADS dict `{config, signer, client_kwargs}`, an oci signer, one of the
            four names that ads has for ways to sign, an `Origin`, or nothing for ads's
            default.

    Raises:
        ConfigurationError: `auth` is none of these.
    """

    def __init__(self, auth: Any = None) -> None:
        self.name = ""
        self._origin: Origin | None = None
        self._config = Entries()
        self._profile = ""
        self._signer: Any = None
        if isinstance(auth, str):
            self.name = _known(auth)
        elif isinstance(auth, Origin):
            self.name, self._origin = _known(auth.kind), auth
        elif auth is not None and not (isinstance(auth, Mapping) and not auth):
            self._take(auth)
        self._is_given = self._signer is not None

    def __repr__(self) -> str:
        return f"Identity({self.kind})"

    @property
    def kind(self) -> str:
        """The signer's class, or that there is none yet."""
        return "not loaded yet" if self._signer is None else type(self._signer).__name__

    @property
    def method(self) -> Method:
        """The way it signs."""
        if self._signer is None:
            return NAMED.get(self.name, CUSTOM)
        return method_of(self._signer)

    def described(self) -> str:
        """Return the way it signs and where that came from, never a key.

        Raises:
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the signer could not be made.
        """
        self._load()
        source = "the default of ads"
        if self.name or self._is_given:
            source = f'auth="{self.name}"' if self.name else f"a {self.kind} in auth="
        profile = self._profile_name()
        of = f" of profile {one_line(profile, 60)}" if profile else ""
        return f"{self.method.words or 'a signer of your own'}{of}, from {source}"

    @property
    def origin(self) -> Origin | None:
        """How another process makes its own signer; None if that is not known.

        Raises:
            MissingExtraError: nothing was given and oracle-ads is not installed.
        """
        if self._origin is not None:
            return self._origin
        if self.name:
            return named_origin(self.name)
        if self._signer is None:
            return default_origin()
        own = getattr(self._signer, "origin", None)
        if isinstance(own, Origin):
            return own
        if self.method.name in {"resource_principal", "instance_principal"}:
            return Origin(self.method.name)
        token_file = str(self._config.get("security_token_file") or "")
        return origin_with(self._key_id(), token_file)

    @property
    def advice(self) -> str:
        """What to do when a signature was refused."""
        return self.method.advice(self._profile_name())

    @property
    def region(self) -> str:
        """The region that the signer or its config names; "" if neither does.

        Raises:
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the signer could not be made.
        """
        self._load()
        named = getattr(self._signer, "region", None) or self._config.get("region")
        return str(named or "")

    @property
    def state(self) -> int:
        """What signatures depend on, to be compared only."""
        value = getattr(self._signer, "private_key", None)
        for name in ("public_key", "public_numbers"):
            make = getattr(value, name, None)
            value = make() if callable(make) else None
        return hash((self._key_id(), value))

    def sign(self, request: Any) -> None:
        """Complete a request in place.

        Raises:
            ConfigurationError: what the signer needs is missing; says what.
            AuthError: the signer could not sign, or its session is over.
        """
        self._load()
        if self._has_own_renewal():
            before = self.state
            # resource principals renew their tokens only here, before they expire
            get = getattr(self._signer, "get_security_token", None)
            self._run(get, "get its token")
            self._settle(before)
        else:
            self._check_expiry()
        self._run(lambda: self._signer(request), "sign the request")

    def renew(self) -> bool:
        """Renew the token; True if the next signature will differ.

        Raises:
            ConfigurationError: a session's files are gone.
            AuthError: the token could not be renewed.
        """
        self._load()
        before = self.state
        renew = getattr(self._signer, "refresh_security_token", None)
        self._run(renew, "renew its token")
        self._settle(before)
        self._read_session_again()
        # a signer without get_security_token takes its new token over when called
        is_seen_later = renew and not hasattr(self._signer, "get_security_token")
        return bool(is_seen_later) or self.state != before

    def _load(self) -> None:
        if self._signer is None:
            self._take(self._found())

    def _found(self) -> Mapping[str, Any]:
        if self._origin is not None:
            return auth_of(self._origin)
        return named_auth(self.name) if self.name else default_auth()

    def _take(self, auth: Any) -> None:
        if isinstance(auth, Mapping):
            signer = auth.get("signer")
            self._config = Entries(auth.get("config") or {})
            self._profile = auth.get("profile", "")
        else:
            signer = auth
        fault, hint = _fault_of(signer, self._config or auth)
        if fault:
            msg = f"{_WANTED}: {fault}"
            raise ConfigurationError(msg, hint=hint)
        self._signer = signer

    def _has_own_renewal(self) -> bool:
        names = ("get_security_token", "refresh_security_token")
        return any(hasattr(self._signer, name) for name in names)

    def _settle(self, seen: int) -> None:
        """Read a pair of key and token again until two readings agree."""
        for _ in range(_READINGS):
            if not self.method.reads_files or self.state == seen:
                return
            seen = self.state
            self._run(self._signer.refresh_security_token, "renew its token")

    def _check_expiry(self) -> None:
        """Read a session again that is about to end; refuse one that has ended."""
        expiry = expiry_of(self._key_id())
        if expiry is None or time.time() < expiry - _EARLY_S:
            return
        self._read_session_again()
        over_s = time.time() - (expiry_of(self._key_id()) or time.time())
        if over_s > CLOCK_SKEW_S:  # a little less may be this machine's clock
            of = f" of profile {name}" if (name := self._profile_name()) else ""
            msg = f"the {self.method.words or 'token'}{of} expired {ago(over_s)}"
            raise AuthError(msg, phase="sign", hint=self.advice)

    def _read_session_again(self) -> None:
        """Take over a session that was refreshed outside (`oci session refresh`)."""
        if not self._config.get("security_token_file"):
            return
        from ocinb.wire.profile import Profile  # noqa: PLC0415 - needs cryptography

        session = Profile("", self._profile_name(), self._config)
        if not session.holds_token(self._key_id()):
            self._signer = session.session_signer()

    def _profile_name(self) -> str:
        """Return the profile's name, also where only its session's folder tells it."""
        folder = Path(str(self._config.get("security_token_file") or "")).parent
        is_named = folder.parent.name == "sessions"  # ~/.oci/sessions/<profile>/token
        return self._profile or (folder.name if is_named else "")

    def _key_id(self) -> str:
        return str(getattr(self._signer, "api_key", ""))

    def _run(self, action: Callable[[], Any] | None, doing: str) -> None:
        """Run a piece of the signer; its errors may quote keys, so they end here."""
        fault = ""
        try:
            _ = action() if action is not None else None
        except OcinbError:
            raise
        except Exception as error:  # noqa: BLE001 - oci and ads raise errors of any type
            status = getattr(error, "status", None)  # of Oracle's identity service
            fault = f"{type(error).__name__}{f' {status}' if status else ''}"
        if fault:
            msg = f"{self.kind} could not {doing} ({fault})"
            raise AuthError(msg, phase="sign", hint=self.advice)


def _known(name: str) -> str:
    if name in NAMED:
        return name
    near = get_close_matches(name.lower(), NAMED, 1, 0.6)  # not shown, it may be a key
    hint = f'did you mean auth="{near[0]}"?' if near else 'for example auth="api_key"'
    msg = f"{_WANTED}: it is another string"
    raise ConfigurationError(msg, hint=hint)


def _fault_of(signer: Any, given: Any) -> tuple[str, str]:
    """Say why this is no signer, and what would be one; empty if it is."""
    if isinstance(signer, type):
        return f"it is the class {signer.__name__}", "pass an instance of it"
    if callable(signer) and not isinstance(signer, str):
        return "", ""
    if isinstance(given, Mapping):
        hint = "for example auth=ads.common.auth.resource_principal()"
        if "key_file" in given or "key_content" in given:
            hint = "make one of the config: oci.signer.Signer.from_config(config)"
        return "the dict has no signer", hint
    kind = type(given).__name__
    return f"it is of type {kind}", 'for example auth="api_key"'

"""A profile of an OCI config file -> a signer, without the oci package.

The format is that of Oracle's "SDK and CLI Configuration File". An error names the file
and the profile, and a key's or token's file only where that one is at fault.
"""

from __future__ import annotations

import re
import time
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.errors import AuthError, ConfigurationError
from ocinb.wire.clock import CLOCK_SKEW_S, ago
from ocinb.wire.entries import Entries
from ocinb.wire.method import NAMED
from ocinb.wire.origin import Origin
from ocinb.wire.signing import RequestSigner
from ocinb.wire.token import TOKEN_PREFIX, expiry_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

__all__ = ["Profile", "profiles_in", "read_profile", "signer_from_profile"]

_KEY_ID: Final = ("tenancy", "user", "fingerprint")
_SET_UP: Final = "run: oci setup config (for an API key), or: oci session authenticate"


@dataclass(frozen=True)
class Profile:
    """The entries of one section of a config file.

    Attributes:
        path: of the config file, as it was given.
        name: of the section.
        entries: what it says, and what DEFAULT says for it; a pass phrase may be
            among it.
        has_session: whether it is a session's, with a security token in a file.
    """

    path: str
    name: str
    entries: Entries
    has_session: bool = False

    def __str__(self) -> str:
        where = f" of {self.path}" if self.path else ""
        return f"profile {self.name}{where}" if self.name else "the session"

    @property
    def renewal(self) -> str:
        """What to run for a new session."""
        return NAMED["security_token"].advice(self.name)

    def holds_token(self, key_id: str) -> bool:
        """Tell whether the session's token is still the one of a key id.

        Raises:
            ConfigurationError: the token's file cannot be read.
        """
        return self._token() == key_id.removeprefix(TOKEN_PREFIX)

    def api_key_signer(self) -> RequestSigner:
        """Return a signer for the API key.

        Raises:
            ConfigurationError: an entry is missing, or the key cannot be used.
        """
        other = 'pass auth="security_token"' if self.has_session else _SET_UP
        self._check(*_KEY_ID, "key_file", hint=other)
        return _raised(self._made("api_key", self._key_id))

    def session_signer(self) -> RequestSigner:
        """Return a signer for the security token of a session.

        Raises:
            ConfigurationError: an entry is missing, or the key cannot be used.
            AuthError: the session is over.
        """
        self._check("security_token_file", "key_file", hint=self.renewal)
        expiry = expiry_of(TOKEN_PREFIX + self._token())
        if expiry is not None and time.time() > expiry + CLOCK_SKEW_S:
            msg = f"the security token of {self} expired {ago(time.time() - expiry)}"
            raise AuthError(msg, phase="sign", hint=self.renewal)
        return _raised(
            self._made("security_token", lambda: TOKEN_PREFIX + self._token())
        )

    def _check(self, *names: str, hint: str) -> None:
        missing = [name for name in names if not self.entries.get(name)]
        if missing:
            msg = f"{self} has no {', '.join(missing)}"
            raise ConfigurationError(msg, hint=hint)

    def _token(self) -> str:
        file = self.entries["security_token_file"]
        read = _content(file, f"security token file of {self}", self.renewal)
        token = read.decode("ascii", "replace").strip()
        if re.fullmatch(r"[!-~]+", token):
            return token
        msg = f"the security token file of {self}, {file}, holds no token"
        raise ConfigurationError(msg, hint=self.renewal)

    def _key_id(self) -> str:
        return "/".join(self.entries[name] for name in _KEY_ID)

    def _made(
        self, kind: str, key_id: Callable[[], str]
    ) -> RequestSigner | ConfigurationError:
        """Make a signer, or the error to raise where no key is at hand."""
        hint = "correct key_file in the profile, or put the key there"
        key = _content(self.entries["key_file"], f"key file of {self}", hint)
        # The pass phrase of the DEFAULT section is none for a key without one.
        pass_phrase = self.entries.get("pass_phrase") if b"ENCRYPTED" in key else None
        origin = Origin(kind, self.name, self.path) if self.path else None
        try:
            return RequestSigner(key_id(), key, pass_phrase, origin=origin)
        except TypeError:
            return self._unusable(key, "holds no RSA key")
        except ValueError:
            return self._unusable(key, "holds no private key")

    def _unusable(self, key: bytes, fault: str) -> ConfigurationError:
        hint = "an API key is an RSA private key in PEM form"
        if b"PUBLIC KEY-" in key or key.startswith(b"ssh-"):
            fault = "holds a public key"
            hint = "key_file must name the private key that belongs to it"
        elif b"ENCRYPTED" in key and self.entries.get("pass_phrase"):
            fault = "is not opened by the pass phrase of the profile"
            hint = "correct pass_phrase in the profile"
        elif b"ENCRYPTED" in key:
            fault = "needs a pass phrase"
            hint = "add pass_phrase=... to the profile"
        msg = f"the key file of {self}, {self.entries['key_file']}, {fault}"
        return ConfigurationError(msg, hint=hint)


def _raised(made: RequestSigner | ConfigurationError) -> RequestSigner:
    """Return a signer, or raise its error where no local variable holds a key."""
    if isinstance(made, ConfigurationError):
        raise made
    return made


def signer_from_profile(
    path: str | os.PathLike[str], profile: str = "DEFAULT"
) -> RequestSigner:
    """Return a signer for the API key or the session that a profile names.

    Args:
        path: of a config file in the format of Oracle's SDK and CLI.
        profile: name of the section.

    Raises:
        ConfigurationError: the file, the profile, an entry or the key is missing or
            cannot be used.
    """
    found = read_profile(path, profile)
    return found.session_signer() if found.has_session else found.api_key_signer()


def read_profile(path: str | os.PathLike[str], profile: str = "DEFAULT") -> Profile:
    """Read one section of a config file.

    Args:
        path: of the config file.
        profile: name of the section.

    Raises:
        ConfigurationError: the file or the profile is missing or cannot be read.
    """
    sections = _sections(path)
    if profile not in sections:
        there = f"only {', '.join(sections)}" if sections else "and no other"
        msg = f"there is no profile {profile} in {path}, {there}"
        hint = NAMED["security_token"].advice(profile)
        raise ConfigurationError(msg, hint=hint)
    return _profile(path, profile, sections)


def profiles_in(path: str | os.PathLike[str]) -> list[Profile]:
    """Read every section of a config file.

    Raises:
        ConfigurationError: the file is missing or cannot be read.
    """
    sections = _sections(path)
    return [_profile(path, name, sections) for name in sections]


def _profile(
    path: str | os.PathLike[str],
    name: str,
    sections: Mapping[str, Mapping[str, str]],
) -> Profile:
    own = sections[name]
    inherited = sections.get("DEFAULT", {})
    has_session = bool(own.get("security_token_file"))
    return Profile(str(path), name, Entries(inherited, **own), has_session)


def _sections(path: str | os.PathLike[str]) -> Mapping[str, Mapping[str, str]]:
    parser = ConfigParser(interpolation=None, default_section="")
    line = 0
    try:
        parser.read_string(
            _content(str(path), "OCI config file", _SET_UP).decode("utf-8", "replace")
        )
    except ConfigParserError as error:
        line = _line_of(error)
    if line:  # raised here, since the parser's error quotes the file
        msg = f"the OCI config file {path} cannot be understood at line {line}"
        raise ConfigurationError(msg, hint="correct it, or run: oci setup config")
    return {name: dict(parser[name]) for name in parser.sections()}


def _content(file: str, what: str, hint: str) -> bytes:
    """Read a file; an error names it."""
    try:
        return Path(file).expanduser().read_bytes()
    except FileNotFoundError:
        msg = f"the {what}, {file}, does not exist"
    except (OSError, RuntimeError) as error:  # RuntimeError: a home of nobody
        msg = f"the {what}, {file}, cannot be read ({type(error).__name__})"
    raise ConfigurationError(msg, hint=hint)


def _line_of(error: ConfigParserError) -> int:
    wrong = getattr(error, "errors", None)  # of a ParsingError, but not of its kinds
    return int(wrong[0][0] if wrong else getattr(error, "lineno", 0) or 1)

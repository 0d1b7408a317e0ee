"""A profile of an OCI config file -> a signer, without the oci package."""

from __future__ import annotations

from configparser import ConfigParser
from configparser import Error as ConfigParserError
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.errors import ConfigurationError
from ocinb.wire.signing import RequestSigner

if TYPE_CHECKING:
    import os

__all__ = ["signer_from_profile"]

_NEEDED: Final = ("tenancy", "user", "fingerprint", "key_file")


def signer_from_profile(
    path: str | os.PathLike[str], profile: str = "DEFAULT"
) -> RequestSigner:
    """Return a signer for the API key that a profile names.

    Args:
        path: of a config file in the format of Oracle's SDK and CLI ("SDK and CLI
            Configuration File").
        profile: name of the section.

    Raises:
        ConfigurationError: the file, the profile or an entry is missing. Keys with a
            pass phrase are for the oci package.
    """
    parser = ConfigParser(interpolation=None)
    try:
        with Path(path).expanduser().open(encoding="utf-8") as file:
            parser.read_file(file)
        entries = parser[profile]
        missing = [name for name in _NEEDED if not entries.get(name)]
        if missing:
            msg = f"profile {profile} of {path} has no {', '.join(missing)}"
            raise ConfigurationError(msg)
        key = Path(entries["key_file"]).expanduser().read_bytes()
    except (OSError, ConfigParserError, KeyError) as error:
        msg = f"profile {profile} of {path} cannot be read ({type(error).__name__})"
        raise ConfigurationError(msg) from error
    key_id = "/".join(entries[name] for name in _NEEDED[:3])
    try:
        return RequestSigner(key_id, key)
    except (TypeError, ValueError):  # its text may quote the key
        msg = f"the key of profile {profile} of {path} is no plain RSA private key"
        hint = "with a pass phrase: oci.signer.Signer.from_config"
        raise ConfigurationError(msg, hint=hint) from None

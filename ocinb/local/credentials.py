"""Throw-away credentials of a local deployment, for our signer and for oci's own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ocinb.wire.origin import Origin
from ocinb.wire.signing import (
    RequestSigner,
    fingerprint_of,
    make_private_key,
    public_key_of,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Credentials"]

_TENANCY: Final = "ocid1.tenancy.oc1..ocinblocal"
_USER: Final = "ocid1.user.oc1..ocinblocal"


@dataclass(frozen=True)
class Credentials:
    """A key that opens one local deployment and nothing else.

    Attributes:
        private_key: RSA key as PEM; never shown.
    """

    private_key: bytes = field(default_factory=make_private_key, repr=False)

    @property
    def key_id(self) -> str:
        """What the signature calls the key."""
        return f"{_TENANCY}/{_USER}/{fingerprint_of(self.private_key)}"

    @property
    def public_key(self) -> bytes:
        """What signatures are checked with, as PEM."""
        return public_key_of(self.private_key)

    def auth(self, profile: Path | None = None) -> dict[str, Any]:
        """Return a dict in the shape of `ads.common.auth`'s.

        Args:
            profile: config file in which another process finds the key.
        """
        origin = Origin("api_key", "DEFAULT", str(profile)) if profile else None
        signer = RequestSigner(self.key_id, self.private_key, origin=origin)
        return {"config": {}, "signer": signer, "client_kwargs": {}}

    def write_profile(self, folder: Path) -> Path:
        """Write an OCI config file and its key file, readable by the user alone.

        Returns:
            Path of the config file; its only profile is DEFAULT.
        """
        key_file = folder / "key.pem"
        _write_private(key_file, self.private_key)
        lines = [
            "[DEFAULT]",
            f"user={_USER}",
            f"tenancy={_TENANCY}",
            f"fingerprint={fingerprint_of(self.private_key)}",
            f"key_file={key_file}",
            "region=local",
        ]
        config = folder / "config"
        _write_private(config, "\n".join([*lines, ""]).encode())
        return config


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)

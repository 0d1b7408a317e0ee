"""OCIDs: Oracle's names of resources, and what they say of where these are.

The form is that of Oracle's documentation, "Resource Identifiers":
`ocid1.<type>.<realm>.[region].<unique id>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ocinb.errors import ConfigurationError, one_line

__all__ = ["COMPARTMENT", "DEPLOYMENT", "Ocid", "long_region", "parse_ocid"]

COMPARTMENT: Final = ("compartment", "tenancy")
"""The types of what deployments are in; a tenancy is the root of its compartments."""

DEPLOYMENT: Final = ("datasciencemodeldeployment",)

_FORM: Final = re.compile(
    r"ocid1\.([a-z0-9]{1,60})\.([a-z0-9]{1,20})\.([a-z0-9-]{0,40})\.([\w.-]{1,200})",
    re.ASCII,
)
_KEYS: Final = {
    "iad": "us-ashburn-1",
    "phx": "us-phoenix-1",
    "fra": "eu-frankfurt-1",
    "lhr": "uk-london-1",
}
"""Short names of the oldest regions, which OCIDs and signers still use."""

_TAIL: Final = 6


@dataclass(frozen=True)
class Ocid:
    """An OCID that has the right form; it is safe as a part of a URL.

    Attributes:
        text: all of it.
        kind: the type of the resource.
        realm: `oc1` for the commercial regions.
        region: empty for what is in all regions, such as a compartment.
    """

    text: str
    kind: str
    realm: str
    region: str

    def __str__(self) -> str:
        return self.text

    @property
    def tail(self) -> str:
        """The last characters, by which people tell OCIDs apart."""
        return self.text[-_TAIL:]


def parse_ocid(text: str, kinds: tuple[str, ...], what: str) -> Ocid:
    """Read an OCID.

    Args:
        text: what was given.
        kinds: the types that it may be of.
        what: what to call it in errors.

    Raises:
        ConfigurationError: it is no OCID, or that of something else.
    """
    found = _FORM.fullmatch(text.strip())
    example = f"ocid1.{kinds[0]}.oc1..."
    if found is None:
        msg = f"{what} {one_line(text, 80)!r} is no OCID"
        raise ConfigurationError(msg, hint=f"it looks like {example}")
    kind, realm, region, _ = found.groups()
    if kind not in kinds:
        msg = f"{what} is the OCID of a {kind}, not of a {kinds[0]}"
        raise ConfigurationError(msg, hint=f"it looks like {example}")
    return Ocid(found[0], kind, realm, long_region(region))


def long_region(name: str) -> str:
    """Return a region's full name, also for those that are known by a short one."""
    return _KEYS.get(name.strip().lower(), name.strip().lower())

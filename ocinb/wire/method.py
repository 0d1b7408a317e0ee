"""The ways to sign a request: what each is called, and what to do when one fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CUSTOM", "NAMED", "Method", "method_of"]


@dataclass(frozen=True)
class Method:
    """One way to sign.

    Attributes:
        name: what ads calls it; empty if ads has no name for it.
        words: what a user calls it.
        group: what a policy calls those who sign this way: `group` for users,
            `dynamic-group` for resources; empty if that is not known.
        remedy: what to do about a refused signature; `{profile}` is the profile's name.
        reads_files: True if key and token are read from two files, which may be of
            different age when they are replaced meanwhile.
    """

    name: str
    words: str
    group: str
    remedy: str
    reads_files: bool = False

    def advice(self, profile: str = "") -> str:
        """Return what to do about a refused signature.

        Args:
            profile: the profile of the config file, where it is known.
        """
        return self.remedy.format(profile=profile or "<profile>")


_API_KEY: Final = Method(
    "api_key",
    "API key",
    "group",
    "check that the key is listed with your user in the console, then test it with: "
    "oci iam region list --profile {profile}",
)
_SECURITY_TOKEN: Final = Method(
    "security_token",
    "security token",
    "group",
    "run: oci session authenticate --profile-name {profile}",
)
_RESOURCE_PRINCIPAL: Final = Method(
    "resource_principal",
    "resource principal",
    "dynamic-group",
    "restart the notebook session or job run if this stays; test it with: "
    "oci iam region list --auth resource_principal",
)
_INSTANCE_PRINCIPAL: Final = Method(
    "instance_principal",
    "instance principal",
    "dynamic-group",
    "this works on OCI compute instances only; test it with: "
    "oci iam region list --auth instance_principal",
)
_DELEGATION_TOKEN: Final = Method(
    "", "delegation token", "group", "get a new delegation token, and a signer for it"
)
CUSTOM: Final = Method(
    "", "", "", "check the credentials, or run: oci session authenticate"
)
"""A signer that is none of oci's."""

NAMED: Final[Mapping[str, Method]] = {
    method.name: method
    for method in (_API_KEY, _SECURITY_TOKEN, _RESOURCE_PRINCIPAL, _INSTANCE_PRINCIPAL)
}
"""The methods that ads has names for, in the order in which they are told."""

_CLASSES: Final[Mapping[str, Method]] = {
    "oci.EphemeralResourcePrincipalSigner": replace(
        _RESOURCE_PRINCIPAL, reads_files=True
    ),
    "oci.EphemeralResourcePrincipalV21Signer": _RESOURCE_PRINCIPAL,
    "oci.NestedResourcePrincipals": _RESOURCE_PRINCIPAL,
    "oci.OkeWorkloadIdentityResourcePrincipalSigner": _RESOURCE_PRINCIPAL,
    "oci.ResourcePrincipalsFederationSigner": _RESOURCE_PRINCIPAL,
    "oci.InstancePrincipalsSecurityTokenSigner": _INSTANCE_PRINCIPAL,
    "oci.SecurityTokenSigner": _SECURITY_TOKEN,
    "oci.Signer": _API_KEY,
    "ocinb.RequestSigner": _API_KEY,
}
"""Signers by package and name, so that oci need not be imported to know them."""


def method_of(signer: Any) -> Method:
    """Tell which way a signer signs, without importing oci."""
    if hasattr(signer, "delegation_token"):
        return _DELEGATION_TOKEN
    for kind in type(signer).__mro__:
        package = kind.__module__.partition(".")[0]
        method = _CLASSES.get(f"{package}.{kind.__name__}", CUSTOM)
        if method is _API_KEY and str(signer.api_key).startswith("ST$"):
            return _SECURITY_TOKEN  # ours signs with either
        if method is not CUSTOM:
            return method
    return CUSTOM

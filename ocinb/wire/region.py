"""In which region and compartment to look, and at which address.

The environment variables are those of notebook sessions and jobs on OCI
(`NB_SESSION_*`, `PROJECT_COMPARTMENT_OCID`, `OCI_REGION_METADATA`), of oci
(`OCI_REGION`, `OCI_RESOURCE_PRINCIPAL_REGION`) and of ads (`OCI_ODSC_SERVICE_ENDPOINT`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ocinb.errors import ConfigurationError, EndpointError, OcinbError, one_line
from ocinb.wire.endpoint import is_loopback
from ocinb.wire.ocid import COMPARTMENT, long_region, parse_ocid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.wire.ocid import Ocid

__all__ = ["API_VARIABLE", "api_url", "compartment_of", "predict_url_of"]

API_VARIABLE: Final = "OCI_ODSC_SERVICE_ENDPOINT"
"""Names another address of the Data Science API: of a private realm, or for tests."""

COMPARTMENT_VARIABLES: Final = (
    "NB_SESSION_COMPARTMENT_OCID",
    "PROJECT_COMPARTMENT_OCID",
)
_REGION_VARIABLES: Final = ("OCI_REGION", "OCI_RESOURCE_PRINCIPAL_REGION")
_METADATA: Final = "OCI_REGION_METADATA"
_SESSION: Final = "NB_SESSION_OCID"

_VERSION: Final = "/20190101"
_REGION: Final = re.compile(r"[a-z0-9-]{2,40}")
_DOMAIN: Final = re.compile(r"[a-z0-9.-]{3,80}")
_DOMAINS: Final = {
    "oc1": "oraclecloud.com",
    "oc2": "oraclegovcloud.com",
    "oc3": "oraclegovcloud.com",
    "oc4": "oraclegovcloud.uk",
    "oc19": "oraclecloud.eu",
}
"""The domains of the realms whose domain is not made of their number."""


def compartment_of(
    given: str, environment: Mapping[str, str], how: str = "compartment=OCID"
) -> Ocid:
    """Return the compartment that was given, or else that of the notebook session.

    Args:
        given: its OCID; may be empty.
        environment: the environment variables.
        how: what to write to give one, for the error.

    Raises:
        ConfigurationError: there is none, or it is no OCID of a compartment.
    """
    if given:
        return parse_ocid(given, COMPARTMENT, "the compartment")
    for name in COMPARTMENT_VARIABLES:
        if environment.get(name, "").strip():
            return parse_ocid(environment[name], COMPARTMENT, name)
    msg = f"no compartment: neither {' nor '.join(COMPARTMENT_VARIABLES)} is set"
    raise ConfigurationError(msg, hint=f"name one: {how}")


def api_url(resource: Ocid, signers: str, environment: Mapping[str, str]) -> str:
    """Return the address of the Data Science API that knows a resource.

    Args:
        resource: a compartment or a deployment.
        signers: the region that the signer or its config names; may be empty.
        environment: the environment variables.

    Raises:
        ConfigurationError: no region is known, or a variable cannot be right.
    """
    given = environment.get(API_VARIABLE, "").strip()
    if given:
        return _checked(given) + _VERSION
    metadata = _metadata(environment)
    region = long_region(resource.region or signers or _regions(environment, metadata))
    if not _REGION.fullmatch(region):
        found = f"{one_line(region, 40)!r} is no region" if region else "no region"
        msg = f"{found}: the signer names none, nor does {_REGION_VARIABLES[0]}"
        raise ConfigurationError(msg, hint=f"set {_REGION_VARIABLES[0]}=us-ashburn-1")
    domain = _domain(resource.realm)
    if region == metadata.get("regionIdentifier"):  # of a realm that we may not know
        domain = str(metadata.get("realmDomainComponent") or domain)
    if not _DOMAIN.fullmatch(domain):
        msg = (
            f"the address of the Data Science API in realm {resource.realm} is unknown"
        )
        raise ConfigurationError(msg, hint=f"set {API_VARIABLE}=https://...")
    return f"https://datascience.{region}.oci.{domain}{_VERSION}"


def predict_url_of(deployment: Ocid) -> str:
    """Return where a deployment of the commercial realm answers; "" for others.

    The form is that of Oracle's documentation, "Invoking a Model Deployment".
    """
    if deployment.realm != "oc1" or not deployment.region:
        return ""
    host = f"modeldeployment.{deployment.region}.oci.customer-oci.com"
    return f"https://{host}/{deployment}/predict"


def _checked(address: str) -> str:
    """Return an address of the API without what the requests add to it."""
    try:
        url = urlsplit(address)
        fits = url.hostname and url.port != 0 and not re.search(r"[^!-~]", address)
    except ValueError:
        fits = False
    if not fits or url.query or url.fragment or url.username is not None:
        msg = f"{API_VARIABLE} is no plain URL"  # not shown, it may hold a password
        raise EndpointError(msg, hint="it looks like https://datascience.<region>...")
    if url.scheme != "https" and not (
        url.scheme == "http" and is_loopback(url.hostname or "")
    ):
        msg = f"{API_VARIABLE} must be https://"
        raise EndpointError(msg, hint="http:// is for a server on this machine only")
    return address.rstrip("/").removesuffix(_VERSION)


def _regions(environment: Mapping[str, str], metadata: Mapping[str, Any]) -> str:
    """Return the first region that the environment names, or ""."""
    named = (environment.get(name, "").strip() for name in _REGION_VARIABLES)
    known = (*named, str(metadata.get("regionIdentifier") or ""))
    return next(filter(None, known), "") or _region_of_session(environment)


def _region_of_session(environment: Mapping[str, str]) -> str:
    kinds = ("datasciencenotebooksession",)
    try:
        return parse_ocid(environment.get(_SESSION, ""), kinds, _SESSION).region
    except OcinbError:
        return ""


def _metadata(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what a session knows of its region, also in realms that we do not know."""
    try:
        value = json.loads(environment.get(_METADATA) or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _domain(realm: str) -> str:
    number = realm.removeprefix("oc")
    made = f"oraclecloud{number}.com" if number.isdecimal() else ""
    return _DOMAINS.get(realm, made)

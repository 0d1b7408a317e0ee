"""Which URLs and route header an endpoint stands for.

The forms are those of Oracle's documentation of model deployments: `/predict`,
`/predictWithResponseStream`, and either followed by an OpenAI-style path.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ocinb.errors import EndpointError, one_line

__all__ = ["CHAT_ROUTE", "Endpoint", "is_loopback", "parse_endpoint"]

CHAT_ROUTE: Final = "/v1/chat/completions"
"""Path of the chat completions API behind a deployment."""

_PREDICT: Final = "/predict"
_STREAM: Final = "/predictWithResponseStream"
_IN_NO_URL: Final = '"<>\\^`{|}'
"""Characters that no part of a URL may hold (RFC 3986, appendix A); `<region>` is
copied from documentation, and a backslash ends the host name for some readers."""

_FORM: Final = "https://modeldeployment.<region>.oci.customer-oci.com/<ocid>/predict"


@dataclass(frozen=True)
class Endpoint:
    """Where requests go.

    Attributes:
        predict_url: for one whole answer.
        stream_url: for a streamed answer.
        stream_is_derived: True if `stream_url` was made from a `/predict` address,
            so that an older deployment may not have it.
        route: value of the `route` header; empty where the path says it.
    """

    predict_url: str
    stream_url: str
    stream_is_derived: bool
    route: str

    @property
    def host(self) -> str:
        """Host name and, where it is not the usual one, port."""
        return urlsplit(self.predict_url).netloc


def parse_endpoint(text: str | None) -> Endpoint:
    """Read an endpoint in any of its forms.

    Args:
        text: the predict URL of a deployment, or the full URL of a chat
            completions API. Plain http is allowed for loopback addresses only.

    Raises:
        EndpointError: the address is missing or cannot be right; says what to use.
    """
    url = _checked(text)
    path = url.path.rstrip("/")
    base = path.removesuffix(CHAT_ROUTE)
    tail = path[len(base) :]
    route = "" if tail else CHAT_ROUTE
    if base.endswith(_STREAM):
        stem, derived = base.removesuffix(_STREAM), False
    elif base.endswith(_PREDICT):
        stem, derived = base.removesuffix(_PREDICT), True
    elif tail:
        given = urlunsplit(url._replace(path=path))
        return Endpoint(given, given, stream_is_derived=False, route="")
    else:
        raise _not_a_deployment(url)
    return Endpoint(
        predict_url=urlunsplit(url._replace(path=f"{stem}{_PREDICT}{tail}")),
        stream_url=urlunsplit(url._replace(path=f"{stem}{_STREAM}{tail}")),
        stream_is_derived=derived,
        route=route,
    )


def _checked(text: str | None) -> SplitResult:
    address = (text or "").strip(" ")
    if not address:
        msg = (
            "endpoint is missing: pass endpoint= or set OCI_LLM_ENDPOINT "
            "(Model Deployment > Invoking your model)"
        )
        raise EndpointError(msg)
    for character in address:  # the rest is not shown, it may hold a password
        if not "!" <= character <= "~" or character in _IN_NO_URL:
            msg = f"endpoint has a character that no URL has: {character!a}"
            raise EndpointError(msg, hint=f"use {_FORM}")
    try:
        url = urlsplit(address)
        _ = url.port  # read for its check
    except ValueError as error:
        msg = f"endpoint is not a URL: {error}"
        raise EndpointError(msg, hint=f"use {_FORM}") from error
    _check_parts(url)
    return url


def _check_parts(url: SplitResult) -> None:
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise _not_a_deployment(url)
    if url.username is not None or url.password is not None:
        msg = "endpoint must not hold a user name or password"
        raise EndpointError(msg, hint="requests are signed; pass auth=")
    if url.fragment:
        msg = "endpoint must not have a #fragment"
        raise EndpointError(msg, hint=f"use {_FORM}")
    if url.scheme == "http" and not is_loopback(url.hostname):
        msg = "endpoint must be https://"
        raise EndpointError(msg, hint="http:// is for a server on this machine only")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _not_a_deployment(url: SplitResult) -> EndpointError:
    host = url.netloc.rpartition("@")[2]  # what stands before it may be a password
    shown = one_line(url._replace(netloc=host, query="").geturl(), 80)
    if shown.lower().startswith("ocid1."):
        what = "endpoint looks like an OCID"
    elif "cloud.oracle.com" in url.netloc:
        what = "endpoint looks like a console page"
    else:
        what = f"endpoint {shown} is no predict URL of a model deployment"
    return EndpointError(f"{what}; use {_FORM}")

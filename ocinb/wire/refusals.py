"""What an error status means, said so that the user knows what to do next."""

from __future__ import annotations

import re
from html import unescape
from time import time
from typing import TYPE_CHECKING, Final

from ocinb.errors import (
    AnswerError,
    AuthError,
    DeploymentError,
    NotActive,
    NotFound,
    OcinbError,
    PayloadTooLarge,
    PolicyError,
    RateLimited,
    ServerError,
    SignatureRefused,
    one_line,
)
from ocinb.wire.clock import CLOCK_SKEW_S, skew_s
from ocinb.wire.method import CUSTOM
from ocinb.wire.payload import Fault, fault_in, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "POLICY",
    "READ",
    "explain_policy",
    "explain_signature",
    "is_oci_shaped",
    "policy",
    "refusal",
    "request_id_of",
]

_WHO: Final[Mapping[str, str]] = {
    "group": "group <group-name>",
    "dynamic-group": "dynamic-group <dynamic-group-name>",
}
_PREDICT: Final = "{DATA_SCIENCE_MODEL_DEPLOYMENT_PREDICT}"
"""What lets users or resources call a deployment (Oracle's documentation, "Model
Deployment Policies")."""

READ: Final = "read data-science-model-deployments"
"""What lets them list deployments and look at one: `inspect` alone lists only."""


def policy(
    verb: str, group: str = "", place: str = "compartment <compartment-name>"
) -> str:
    """Return the IAM policy statement that is needed, or those to choose from.

    Args:
        verb: what it allows.
        group: `group` for users, `dynamic-group` for resources, empty if not known.
        place: where it counts.
    """
    return "; or for a notebook session or job: ".join(
        f"allow {_WHO[kind]} to {verb} in {place}"
        for kind in ([group] if group else _WHO)
    )


POLICY: Final = policy(_PREDICT)
"""The statements to choose from while it is not known who signs."""

_SERVER_ERRORS: Final = 500
_KINDS: Final[dict[int, tuple[type[OcinbError], str]]] = {
    401: (SignatureRefused, "the signature was not accepted"),
    403: (PolicyError, "not allowed to call this deployment"),
    408: (DeploymentError, "the server waited too long for the request"),
    409: (NotActive, "the deployment is not active"),
    413: (PayloadTooLarge, "the request is over the service's 10 MB limit"),
    422: (DeploymentError, "the server could not read the request"),
    429: (RateLimited, "too many requests"),
}


def request_id_of(headers: Mapping[str, str]) -> str:
    """Return Oracle's id of a request, to be quoted to its support."""
    return headers.get("opc-request-id", "")


def is_oci_shaped(body: bytes) -> bool:
    """Tell whether an error body is the gateway's own, not the model server's."""
    value = _json(body)
    return isinstance(value, dict) and isinstance(value.get("code"), str)


def refusal(
    status: int, headers: Mapping[str, str], body: bytes, *, sent_bytes: int = 0
) -> OcinbError:
    """Make the error for an answer whose status is not 200.

    Args:
        status: the HTTP status.
        headers: of the answer.
        body: of the answer.
        sent_bytes: size of the request's body, where it is known.
    """
    fault = _fault(headers, body)
    error = _of_status(status, headers, body)
    if isinstance(error, PayloadTooLarge) and sent_bytes:
        error.message = f"{error.message}: it has {sent_bytes:,} bytes"
    error.add(
        status=status,
        code=fault.code,
        server_message=fault.message,
        request_id=request_id_of(headers),
        phase="answer",
    )
    return error


def explain_signature(error: SignatureRefused, words: str, advice: str) -> None:
    """Add to a 401 how the request was signed, and what to do about it.

    Args:
        error: what `refusal` made.
        words: what the way to sign is called; empty if that is not known.
        advice: what to do, where the clock is not to blame.
    """
    if words:
        error.message = f"{error.message} (auth: {words})"
    if error.hint == CUSTOM.advice():
        error.add(hint=advice)


def explain_policy(error: PolicyError, group: str) -> None:
    """Leave only the policy statement that suits those who signed.

    Args:
        error: what `refusal` made.
        group: `group` for users, `dynamic-group` for resources, empty if not known.
    """
    error.add(hint=error.hint.replace(POLICY, policy(_PREDICT, group)))


def _of_status(status: int, headers: Mapping[str, str], body: bytes) -> OcinbError:
    if status == 404:  # noqa: PLR2004 - HTTP's Not Found
        return _not_found(body)
    if status in _KINDS:
        kind, message = _KINDS[status]
        error = kind(message)
        if isinstance(error, AuthError):
            error.add(hint=_auth_hint(status, headers))
        return error
    if status >= _SERVER_ERRORS:
        error = ServerError("the deployment failed")
        if status == 504:  # noqa: PLR2004 - HTTP's Gateway Timeout
            error.add(hint="lower max_tokens, or stream the answer")
        return error
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's redirects
        msg = "the endpoint redirects elsewhere; redirects are never followed"
        return DeploymentError(
            msg, hint="use the address it redirects to, if you trust it"
        )
    if status < 300:  # noqa: PLR2004 - HTTP's successes
        return AnswerError("empty answer")
    return DeploymentError("the server refused the request")


def _not_found(body: bytes) -> OcinbError:
    if is_oci_shaped(body):
        return PolicyError(
            "deployment not found, or not authorised",
            hint=f"check OCID and region; if they are right add the policy: {POLICY}",
        )
    return NotFound("the model server does not know this model or path")


def _auth_hint(status: int, headers: Mapping[str, str]) -> str:
    if status == 403:  # noqa: PLR2004 - HTTP's Forbidden
        return f"add the policy: {POLICY}"
    skew = skew_s(headers, time()) or 0.0
    if abs(skew) > CLOCK_SKEW_S:
        side = "behind" if skew > 0 else "ahead of"
        return f"your clock is {abs(skew):.0f} s {side} the server: set it right"
    return CUSTOM.advice()


def _fault(headers: Mapping[str, str], body: bytes) -> Fault:
    if "html" in headers.get("content-type", ""):
        title = re.search(
            rb"<title[^>]*>(.{0,300}?)</title>", body, re.IGNORECASE | re.DOTALL
        )
        shown = title[1].decode("utf-8", "replace") if title else ""
        return Fault(unescape(shown), "", None)  # as text, nothing renders it
    fault = fault_in(_json(body))
    return fault or Fault(one_line(body[:2000].decode("utf-8", "replace")), "", None)


def _json(body: bytes) -> object:
    try:
        value: object = parse(body)
    except AnswerError:
        return None
    return value

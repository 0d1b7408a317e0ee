"""What Oracle's gateway lets through to a model server, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ocinb.wire.signing import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BODY_LIMIT_BYTES",
    "Door",
    "Head",
    "OciError",
    "Passed",
    "check_head",
    "check_signature",
]

BODY_LIMIT_BYTES: Final = 10 * 1024 * 1024
"""The largest body that a Model Deployment takes."""

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_ROUTE: Final = "/v1/chat/completions"
_ENDPOINTS: Final = ("predict", "predictWithResponseStream")
_NO_BODY: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class OciError:
    """An error answer of Oracle's gateway.

    Attributes:
        status: HTTP status.
        code: OCI's name for the error.
        message: what is wrong, in a sentence.
    """

    status: int
    code: str
    message: str

    @property
    def body(self) -> bytes:
        """The JSON body of the answer."""
        return json.dumps({"code": self.code, "message": self.message}).encode()


@dataclass(frozen=True)
class Head:
    """A request without its body.

    Attributes:
        method: the HTTP verb.
        target: raw path and query, as they came on the wire.
        headers: every header line, names in lower case.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]]

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a header."""
        return next((value for key, value in self.headers if key == name), default)


@dataclass(frozen=True)
class Door:
    """What the gateway guards.

    Attributes:
        ocid: the deployment.
        key_id: the key that must have signed.
        public_key: its public half, as PEM.
        port: where the gateway listens.
        model: the name that requests may call the model by.
    """

    ocid: str
    key_id: str
    public_key: bytes
    port: int
    model: str = "odsc-llm"


@dataclass(frozen=True)
class Passed:
    """Where an admitted request goes.

    Attributes:
        route: path at the model server.
        streams: True if a streamed answer may go out bit by bit.
        only_streams: True if nothing but a stream may be the answer.
    """

    route: str
    streams: bool
    only_streams: bool


def check_head(head: Head, door: Door) -> OciError | None:
    """Check what can be checked before the body is read."""
    host = head.get("host")
    if host not in {f"{name}:{door.port}" for name in _LOOPBACK}:
        message = f"the host header must name loopback, not {host!r}"
        return OciError(421, "InvalidParameter", message)
    length = head.get("content-length")
    if head.method not in _NO_BODY and not length.isdecimal():
        message = "the content-length header is missing"
        return OciError(411, "MissingContentLength", message)
    if int(length or 0) > BODY_LIMIT_BYTES:
        message = f"the body is over the limit of {BODY_LIMIT_BYTES} bytes"
        return OciError(413, "RequestEntityTooLarge", message)
    return None


def check_signature(head: Head, body: bytes, door: Door, now: float) -> OciError | None:
    """Check that the right key signed this request just now."""
    refusal = verify(
        head.method,
        head.target,
        head.headers,
        body,
        door.public_key,
        door.key_id,
        now,
    )
    if refusal is None:
        return None
    message = (
        "The required information to complete authentication was not provided or was "
        f"incorrect: {refusal.reason}."
    )
    return OciError(401, "NotAuthenticated", message)


def find_route(head: Head, door: Door) -> Passed | OciError:
    """Find the model server's path, from the target or from the `route` header."""
    path = head.target.partition("?")[0]
    for endpoint in _ENDPOINTS:
        start = f"/{door.ocid}/{endpoint}"
        rest = path.removeprefix(start)
        if path != start and (rest == path or not rest.startswith("/")):
            continue
        streams_only = endpoint != "predict"
        streams = streams_only or head.get("enable-streaming").lower() == "true"
        route = rest or head.get("route", _DEFAULT_ROUTE)
        return Passed(route, streams, streams_only)
    message = "Authorization failed or requested resource not found."
    return OciError(404, "NotAuthorizedOrNotFound", message)

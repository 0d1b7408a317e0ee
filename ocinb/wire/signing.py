"""OCI's request signatures, version 1: made for a request, checked as its gateway does.

A signature is made with RSA-SHA256 over the lines `name: value` of chosen headers,
`(request-target)` standing for the method and the raw path. Protocol: Oracle's
"Request Signatures" page in the API reference.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NoReturn, Protocol
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ocinb.wire.clock import CLOCK_SKEW_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping, Sequence

    from ocinb.wire.origin import Origin

__all__ = [
    "Refusal",
    "RequestSigner",
    "Signable",
    "fingerprint_of",
    "make_private_key",
    "public_key_of",
    "verify",
]

_ALGORITHM: Final = "rsa-sha256"
_VERSION: Final = "1"
_JSON: Final = "application/json"
_TARGET: Final = "(request-target)"
_ALWAYS_SIGNED: Final[tuple[str, ...]] = ("date", _TARGET, "host")
_SIGNED_WITH_BODY: Final[tuple[str, ...]] = (
    "content-length",
    "content-type",
    "x-content-sha256",
)
_METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_PARAMETERS: Final = frozenset(
    {"algorithm", "headers", "keyId", "signature", "version"}
)
_PARAMETER: Final = re.compile(r'\s*([A-Za-z]+)="([^"]*)"\s*')


class Signable(Protocol):
    """A request that a signer completes in place, shaped as in `requests`."""

    method: str
    url: str
    body: bytes | str | None

    @property
    def path_url(self) -> str:
        """The raw path with its query, as it goes on the wire."""

    @property
    def headers(self) -> MutableMapping[str, str]:
        """Headers to read and to add the signature to; case is ignored."""


def make_private_key() -> bytes:
    """Make a throw-away RSA key of 2,048 bits, as unencrypted PKCS 8 PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_key_of(private_key_pem: bytes) -> bytes:
    """Return the public half of a private key, as PEM."""
    return (
        _load_private(private_key_pem)
        .public_key()
        .public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
    )


def fingerprint_of(private_key_pem: bytes) -> str:
    """Return what OCI calls the key's fingerprint: MD5 of its public half, `aa:bb:...`."""
    der = (
        _load_private(private_key_pem)
        .public_key()
        .public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
    )
    return hashlib.md5(der, usedforsecurity=False).digest().hex(":")


class RequestSigner:
    """Sign requests with an API key, called as oci's own signers are.

    It is called with one `requests`-like request and returns it with `date`, `host`,
    `content-type`, the body's length and hash and `authorization` set. A signature
    from an earlier attempt is replaced, so a request can be signed again. The key
    never leaves it: it has a safe repr, copies as itself and refuses to be pickled.

    Args:
        key_id: `<tenancy OCID>/<user OCID>/<fingerprint>`, or `ST$` and a security
            token.
        private_key_pem: RSA key as PEM.
        pass_phrase: opens the key, where it has one.
        origin: where another process finds the key.

    Raises:
        TypeError: the pass phrase is missing, or the key is not an RSA key.
        ValueError: this is no private key, or the pass phrase is wrong.
    """

    __slots__ = ("__weakref__", "_key", "_key_id", "origin")

    def __init__(
        self,
        key_id: str,
        private_key_pem: bytes,
        pass_phrase: str | None = None,
        *,
        origin: Origin | None = None,
    ) -> None:
        self._key_id = key_id
        self.origin = origin
        self._key = _load_private(private_key_pem, pass_phrase)

    @property
    def api_key(self) -> str:
        """The key id, under the name that it has in oci's signers."""
        return self._key_id

    def __call__(self, request: Signable) -> Signable:
        """Add the signature to `request`'s headers and return the request."""
        headers = request.headers
        host = urlsplit(request.url).netloc.rpartition("@")[2]
        _put(headers, "date", formatdate(usegmt=True))
        _put(headers, "host", host)
        signed = _ALWAYS_SIGNED
        if request.method.upper() in _METHODS_WITH_BODY:
            signed += _SIGNED_WITH_BODY
            body = request.body or b""
            body = body.encode() if isinstance(body, str) else body
            _put(headers, "content-length", str(len(body)))
            _put(headers, "content-type", _get(headers, "content-type") or _JSON)
            _put(headers, "x-content-sha256", _hash_of(body))
        target = f"{request.method.lower()} {request.path_url}"
        values = [(n, target if n == _TARGET else _get(headers, n)) for n in signed]
        _put(headers, "authorization", self._authorization(values))
        return request

    def _authorization(self, values: Sequence[tuple[str, str]]) -> str:
        signature = base64.b64encode(_sign(self._key, _signing_string(values)))
        return (
            f'Signature algorithm="{_ALGORITHM}",'
            f'headers="{" ".join(name for name, _ in values)}",'
            f'keyId="{self._key_id}",'
            f'signature="{signature.decode()}",'
            f'version="{_VERSION}"'
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {_ALGORITHM}>"

    def __copy__(self) -> RequestSigner:
        return self

    def __deepcopy__(self, _memo: object) -> RequestSigner:
        return self

    def __reduce__(self) -> NoReturn:
        msg = "a RequestSigner holds a private key and cannot be pickled"
        raise TypeError(msg)


@dataclass(frozen=True)
class Refusal:
    """Why a signature is not accepted.

    Attributes:
        reason: one sentence, without the signature or the key.
    """

    reason: str


def verify(
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    public_key: bytes,
    key_id: str,
    now: float,
) -> Refusal | None:
    """Check a request as strictly as Oracle's gateway does.

    Args:
        method: the HTTP verb.
        target: the raw path with its query, as it came on the wire.
        headers: every header line as name and value, in any case.
        body: the bytes that came.
        public_key: the RSA key the caller must have signed with, as PEM.
        key_id: the key id that the caller must name.
        now: seconds since 1970 on the gateway's clock.

    Returns:
        None if the signature is good, else the first reason against it.
    """
    received = _Received(method.upper(), target, _grouped(headers), body)
    try:
        parameters = _parameters(received.one("authorization"))
        _check_parameters(parameters, key_id)
        signed = parameters["headers"].split(" ")
        _check_signed_names(signed, received)
        values = [(name, received.value(name)) for name in signed]
        _check_date(received.one("date"), now)
        _check_body(received)
        _check_signature(parameters["signature"], _signing_string(values), public_key)
    except _Refused as refused:
        return Refusal(str(refused))
    return None


class _Refused(Exception):
    """Carries a reason from a check to `verify`."""


@dataclass(frozen=True)
class _Received:
    """A request as it came in."""

    method: str
    target: str
    headers: Mapping[str, Sequence[str]]
    body: bytes

    def one(self, name: str) -> str:
        """Return the only value of a header."""
        values = self.headers.get(name, ())
        if not values:
            msg = f"the {name} header is missing"
            raise _Refused(msg)
        if len(values) > 1:
            msg = f"the {name} header came {len(values)} times"
            raise _Refused(msg)
        return values[0]

    def value(self, name: str) -> str:
        """Return what stands behind a signed name in the signing string."""
        if name == _TARGET:
            return f"{self.method.lower()} {self.target}"
        return self.one(name)


def _parameters(authorization: str) -> dict[str, str]:
    scheme, _, rest = authorization.partition(" ")
    if scheme != "Signature":
        msg = "the authorization header does not begin with Signature"
        raise _Refused(msg)
    parameters: dict[str, str] = {}
    for part in rest.split(","):
        match = _PARAMETER.fullmatch(part)
        if match is None or match[1] in parameters:
            msg = "the authorization header is malformed"
            raise _Refused(msg)
        parameters[match[1]] = match[2]
    missing = sorted(_PARAMETERS - parameters.keys())
    if missing:
        msg = f"the authorization header lacks {', '.join(missing)}"
        raise _Refused(msg)
    return parameters


def _check_parameters(parameters: Mapping[str, str], key_id: str) -> None:
    if parameters["version"] != _VERSION:
        msg = f"the signature version must be {_VERSION}"
        raise _Refused(msg)
    if parameters["algorithm"] != _ALGORITHM:
        msg = f"the signature algorithm must be {_ALGORITHM}"
        raise _Refused(msg)
    if parameters["keyId"] != key_id:
        msg = "the key id is unknown"
        raise _Refused(msg)


def _check_signed_names(signed: Sequence[str], received: _Received) -> None:
    required = _ALWAYS_SIGNED
    if received.method in _METHODS_WITH_BODY:
        required += _SIGNED_WITH_BODY
    for name in required:
        if name not in signed:
            msg = f"{name} is not among the signed headers"
            raise _Refused(msg)
    if len(set(signed)) < len(signed):
        msg = "a header is signed twice"
        raise _Refused(msg)


def _check_date(value: str, now: float) -> None:
    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        moment = None
    if moment is None or formatdate(moment, usegmt=True) != value:
        msg = "the date header is not an HTTP date"
        raise _Refused(msg)
    if abs(now - moment) > CLOCK_SKEW_S:
        msg = (
            f"the date header is {abs(now - moment):.0f} s "
            f"{'behind' if moment < now else 'ahead of'} the server's clock"
        )
        raise _Refused(msg)


def _check_body(received: _Received) -> None:
    if received.method not in _METHODS_WITH_BODY:
        return
    if received.one("content-length") != str(len(received.body)):
        msg = "content-length is not the length of the body"
        raise _Refused(msg)
    if received.one("x-content-sha256") != _hash_of(received.body):
        msg = "x-content-sha256 does not match the body"
        raise _Refused(msg)


def _check_signature(signature: str, text: bytes, public_key: bytes) -> None:

    key = serialization.load_pem_public_key(public_key)
    if not isinstance(key, rsa.RSAPublicKey):
        msg = "the public key to verify with is not an RSA key"
        raise TypeError(msg)
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
    except (binascii.Error, InvalidSignature) as error:
        msg = "the signature does not match the request"
        raise _Refused(msg) from error


def _load_private(
    private_key_pem: bytes, pass_phrase: str | None = None
) -> rsa.RSAPrivateKey:
    password = pass_phrase.encode() if pass_phrase else None
    key = serialization.load_pem_private_key(private_key_pem, password)
    if not isinstance(key, rsa.RSAPrivateKey):
        msg = "OCI requests are signed with an RSA key"
        raise TypeError(msg)
    return key


def _sign(key: rsa.RSAPrivateKey, text: bytes) -> bytes:
    return key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def _signing_string(values: Iterable[tuple[str, str]]) -> bytes:
    return "\n".join(f"{name}: {value}" for name, value in values).encode()


def _hash_of(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def _grouped(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in headers:
        grouped.setdefault(name.lower(), []).append(value)
    return grouped


def _get(headers: Mapping[str, str], name: str) -> str:
    return next((v for k, v in headers.items() if k.lower() == name), "")


def _put(headers: MutableMapping[str, str], name: str, value: str) -> None:
    """Set a header under the spelling it has, in a plain dict too."""
    headers[next((k for k in headers if k.lower() == name), name)] = value

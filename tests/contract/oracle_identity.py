"""Oracle's identity service on loopback: metadata, federation, resource principals.

It gives out tokens for public keys, and a gateway that takes only requests signed with
the key of a token that it gave out and that has not expired.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import re
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from ocinb.local import Script
from ocinb.wire.signing import make_private_key, public_key_of, verify
from tests.contract.loopback import Loopback

if TYPE_CHECKING:
    from ocinb.local import ReceivedRequest

TENANCY = "ocid1.tenancy.oc1..identity"
SAYS = Script.answer("It works.")


@dataclass(frozen=True)
class Issued:
    """What a token stands for."""

    public_key: bytes
    expires_at: float


@dataclass
class Tokens:
    """Gives out tokens and checks what is signed with them."""

    lives_s: float = 3600.0
    refused: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    issued: dict[str, Issued] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def issue(self, public_key: bytes, lives_s: float | None = None) -> str:
        """Give out a token for a public key, in PEM."""
        now = time.time()
        expires_at = now + (self.lives_s if lives_s is None else lives_s)
        claims = {"jti": str(next(self._numbers)), "iat": int(now), "exp": expires_at}
        parts = ({"alg": "none"}, claims, {"signed": "hunter2"})
        token = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        self.issued[token] = Issued(public_key, expires_at)
        return token

    def revoke(self) -> None:
        """Take back every token."""
        self.issued.clear()

    def fault_of(
        self,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
    ) -> str:
        """Say why a request is not accepted; empty if it is."""
        lines = {name.lower(): value for name, value in headers}
        authorization = lines.get("authorization", "")
        named = re.search(r'keyId="ST\$([^"]*)"', authorization)
        token = named[1] if named else ""
        known = self.issued.get(token)
        if known is None:
            return "the token is unknown"
        if time.time() > known.expires_at:
            return "the token has expired"
        key_id = f"ST${token}"
        refusal = verify(
            *(method, target, headers, body, known.public_key, key_id, time.time())
        )
        return refusal.reason if refusal else ""

    def gateway(self, request: ReceivedRequest) -> Script:
        """Answer as a deployment does that checks signatures."""
        fault = self.fault_of(
            request.method, request.target, request.header_lines, request.body
        )
        if fault:
            self.refused.append(fault)
            return Script.error(401, code="NotAuthenticated", message=fault)
        self.accepted.append(request.headers["authorization"])
        return SAYS


class OracleIdentity(Loopback):
    """The metadata service of an instance and the identity service, on one port."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.tokens = Tokens()
        self.principals = Tokens()  # of instances, for the services alone
        self.asked: list[str] = []
        self._leaf_key = make_private_key()
        self.leaf = _certificate(self._leaf_key, f"opc-tenant:{TENANCY}")
        self.metadata = {
            "/opc/v2/instance/region": b"eu-frankfurt-1",
            "/opc/v2/instance/id": b"ocid1.instance.oc1..identity",
            "/opc/v2/identity/cert.pem": self.leaf,
            "/opc/v2/identity/key.pem": self._leaf_key,
            "/opc/v2/identity/intermediate.pem": _certificate(
                self._leaf_key, "between"
            ),
        }

    def federate(self, request: _Handler) -> dict[str, Any]:
        """Give a token to who shows an instance's certificate and signs with its key."""
        asked = json.loads(request.body)
        if asked["certificate"] not in self.leaf.decode().replace("\n", ""):
            return {}
        if not _is_signed_with(self._leaf_key, request):
            return {}
        public_key = _pem("PUBLIC KEY", asked["publicKey"])
        token = self.principals.issue(public_key, self.tokens.lives_s)
        self.tokens.issued[token] = self.principals.issued[token]
        return {"token": token}

    def principal_token(self, request: _Handler) -> dict[str, Any]:
        """Give a service's half of a resource principal to an instance."""
        if self._fault_of(request):
            return {}
        return {
            "resourcePrincipalToken": "rpt-hunter2",
            "servicePrincipalSessionToken": "spst-hunter2",
        }

    def principal_session(self, request: _Handler) -> dict[str, Any]:
        """Give a resource principal's token for both halves."""
        asked = json.loads(request.body)
        halves = (
            asked["resourcePrincipalToken"],
            asked["servicePrincipalSessionToken"],
        )
        if self._fault_of(request) or halves != ("rpt-hunter2", "spst-hunter2"):
            return {}
        return {
            "token": self.tokens.issue(_pem("PUBLIC KEY", asked["sessionPublicKey"]))
        }

    def _fault_of(self, request: _Handler) -> str:
        return self.principals.fault_of(
            request.command, request.path, tuple(request.headers.items()), request.body
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: OracleIdentity
    body: bytes = b""

    def do_GET(self) -> None:
        self.service.asked.append(self.path)
        if self.path in self.service.metadata:
            is_oracle = self.headers.get("authorization") == "Bearer Oracle"
            self._answer(self.service.metadata[self.path] if is_oracle else b"")
        else:
            self._answer_json(self.service.principal_token(self))

    def do_POST(self) -> None:
        self.service.asked.append(self.path)
        self.body = self.rfile.read(int(self.headers["content-length"]))
        is_federation = self.path == "/v1/x509"
        give = (
            self.service.federate if is_federation else self.service.principal_session
        )
        self._answer_json(give(self))

    def _answer_json(self, given: dict[str, Any]) -> None:
        refused = {"code": "NotAuthenticated", "message": "no"}
        self._answer(json.dumps(given or refused).encode(), 200 if given else 401)

    def _answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status if body else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def _certificate(key: bytes, unit: str) -> bytes:
    private = serialization.load_pem_private_key(key, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _is_signed_with(key: bytes, request: _Handler) -> bool:
    """Check a signature that, as oci's federation makes it, leaves the host out."""
    authorization = request.headers["authorization"]
    fields = dict(re.findall(r'(\w+)="([^"]*)"', authorization))
    target = f"{request.command.lower()} {request.path}"
    lines = [
        f"{name}: {target if name == '(request-target)' else request.headers[name]}"
        for name in fields["headers"].split(" ")
    ]
    public = serialization.load_pem_public_key(public_key_of(key))
    assert isinstance(public, rsa.RSAPublicKey)
    signature = base64.b64decode(fields["signature"])
    public.verify(
        signature, "\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    return True


def _pem(kind: str, text: str) -> bytes:
    return f"-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n".encode()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

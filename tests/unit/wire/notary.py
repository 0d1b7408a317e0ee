"""Signers shaped as oci's are, which note what they were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocinb.wire.auth import Credentials

URL = "https://host/ocid1.x/predict?x=1"
TARGET = "/ocid1.x/predict?x=1"
HEADERS = {
    "host": "host",
    "content-type": "application/json",
    "content-length": "2",
    "route": "/v1/chat/completions",
}


class Notary:
    """A signer as oci's are: called with a request, which it completes."""

    def __init__(self) -> None:
        self.api_key = "ST$one"
        self.requests: list[Any] = []
        self.calls: list[str] = []

    def __call__(self, request: Any) -> Any:
        self.calls.append("sign")
        self.requests.append(request)
        request.headers["authorization"] = f'Signature keyId="{self.api_key}"'
        return request


class Principal(Notary):
    """A signer with a token of its own."""

    def get_security_token(self) -> str:
        self.calls.append("get")
        return self.api_key

    def refresh_security_token(self) -> None:
        self.calls.append("refresh")
        self.api_key += "+"


class Stubborn(Principal):
    """A principal whose token stays the same, as that of a file nobody wrote."""

    def refresh_security_token(self) -> None:
        self.calls.append("refresh")


def sign(credentials: Credentials, headers: dict[str, str] | None = None) -> Any:
    return credentials.sign("POST", URL, TARGET, dict(headers or HEADERS), b"{}")

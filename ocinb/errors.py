"""Every error a user can meet, and what each one says.

```
OcinbError
├── ConfigurationError        nothing was sent
│   ├── EndpointError         the address is missing or cannot be right
│   ├── ParameterError        a parameter, message, tool or header is not valid
│   └── MissingExtraError     an optional package is not installed (also ImportError)
├── AuthError                 credentials are missing, expired or refused
│   ├── SignatureRefused      401
│   └── PolicyError           403, or OCI's 404 for "not authorised"
├── DeploymentError           the deployment answered with an error status
│   ├── NotFound              404 from the model server: unknown model
│   ├── NotActive             409: the deployment is not ACTIVE
│   ├── RateLimited           429
│   ├── ServerError           5xx
│   └── PayloadTooLarge       413, or a body over the limit before sending
├── ConnectionFailed          no answer at all
│   ├── TimedOut              says which time-out and its value
│   ├── TlsError              certificate or TLS version
│   └── HostNotFound          the host name is unknown
├── StreamError               the answer broke off; `partial_text` keeps what came
│   ├── StreamTruncated       the stream ended without a finish reason
│   └── StreamFailed          the server reported an error inside the stream
├── AnswerError               the answer has an unexpected shape
├── StoreError                a sweep's file cannot be opened, read or written
└── Stopped                   by the user
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "AnswerError",
    "AuthError",
    "ConfigurationError",
    "ConnectionFailed",
    "DeploymentError",
    "EndpointError",
    "Facts",
    "HostNotFound",
    "MissingExtraError",
    "NotActive",
    "NotFound",
    "OcinbError",
    "ParameterError",
    "PayloadTooLarge",
    "Phase",
    "PolicyError",
    "RateLimited",
    "ServerError",
    "SignatureRefused",
    "Stopped",
    "StoreError",
    "StreamError",
    "StreamFailed",
    "StreamTruncated",
    "TimedOut",
    "TlsError",
]

Phase = Literal["", "prepare", "sign", "connect", "headers", "answer", "stream"]

SERVER_MESSAGE_LIMIT = 500
"""Characters of a server's own message that an error line shows."""

MESSAGE_LIMIT = 1000
"""Characters of our own message, which may quote a library's, that a line shows."""


class Facts(TypedDict, total=False):
    """What may be known about a failure; each is an attribute of the error too."""

    endpoint: str
    phase: Phase
    status: int | None
    code: str
    request_id: str
    server_message: str
    partial_text: str
    attempts: int
    retry_after_s: float | None
    hint: str


class OcinbError(Exception):
    """Root of every error ocinb raises on purpose.

    `str(error)` is one line: what happened, the server's own words, the facts and
    what to do next. It never holds a key, a token or a signature.

    Attributes:
        message: what happened, in one sentence.
        endpoint: the URL the request went to, without credentials.
        phase: how far the request had come.
        status: HTTP status code.
        code: OCI's or vLLM's own error code or type.
        request_id: the `opc-request-id` header, what Oracle's support asks for.
        server_message: the server's own words, untrusted text.
        partial_text: every character received before the failure.
        attempts: requests made, retries included.
        retry_after_s: seconds after which the server wants to be asked again; None if
            it did not say.
        hint: what to do next.
    """

    endpoint: str = ""
    phase: Phase = ""
    status: int | None = None
    code: str = ""
    request_id: str = ""
    server_message: str = ""
    partial_text: str = ""
    attempts: int = 0
    retry_after_s: float | None = None
    hint: str = ""

    def __init__(self, message: str, **facts: Unpack[Facts]) -> None:
        super().__init__(message)
        self.message = message
        self.add(**facts)

    def add(self, **facts: Unpack[Facts]) -> None:
        """Add what an outer layer knows; the error keeps its identity and cause."""
        self.__dict__.update(facts)

    def __str__(self) -> str:
        details = [
            *([f"status {self.status}"] if self.status is not None else []),
            *([one_line(self.code)] if self.code else []),
            *([f"phase {self.phase}"] if self.phase else []),
            *([f"{self.attempts} attempts"] if self.attempts > 1 else []),
            *(
                [f"opc-request-id {one_line(self.request_id)}"]
                if self.request_id
                else []
            ),
        ]
        line = one_line(self.message, MESSAGE_LIMIT)
        if self.server_message:
            line += f": {one_line(self.server_message)}"
        if details:
            line += f" ({', '.join(details)})"
        return f"{line} - {self.hint}" if self.hint else line


def one_line(text: str, limit: int = SERVER_MESSAGE_LIMIT) -> str:
    """Make untrusted text fit one inert line: no control or bidi characters."""
    shown = "".join(c if c.isprintable() else " " for c in text[: limit * 2])
    folded = " ".join(shown.split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


class ConfigurationError(OcinbError):
    """Something the user passed cannot work; no request was sent."""


class EndpointError(ConfigurationError):
    """The endpoint is missing or is not a Model Deployment address."""


class ParameterError(ConfigurationError):
    """A parameter, message, tool or header is not valid.

    Not a `ValueError` on purpose: pydantic would fold that into a report of many
    lines, and the user should see one.
    """


class MissingExtraError(ConfigurationError, ImportError):
    """A package that belongs to an optional extra is not installed."""


class AuthError(OcinbError):
    """Credentials are missing, expired or refused."""


class SignatureRefused(AuthError):
    """The service answered 401: it did not accept the signature."""


class PolicyError(AuthError):
    """The service answered 403, or 404 in OCI's sense of "not authorised"."""


class DeploymentError(OcinbError):
    """The deployment answered with an error status."""


class NotFound(DeploymentError):
    """The model server does not know this model or path."""


class NotActive(DeploymentError):
    """The deployment is not in the ACTIVE state."""

    hint = "start the deployment in the console, or wait until it is ACTIVE"


class RateLimited(DeploymentError):
    """Too many requests: the service answered 429."""

    hint = "send fewer requests at once, or raise max_retries"


class ServerError(DeploymentError):
    """The deployment failed on its side: a 5xx status."""


class PayloadTooLarge(DeploymentError):
    """The request body is over the service's 10 MB limit."""

    hint = "shorten the conversation or send smaller images"


class ConnectionFailed(OcinbError):
    """No usable answer came back at all."""


class TimedOut(ConnectionFailed):
    """A time-out ran out; the message says which one and its value."""


class TlsError(ConnectionFailed):
    """The TLS handshake failed; nothing of the request was sent."""

    hint = "for a private certificate authority set SSL_CERT_FILE to its PEM file"


class HostNotFound(ConnectionFailed):
    """The host name is unknown."""

    hint = "check the region in the endpoint"


class StreamError(OcinbError):
    """The answer broke off; `partial_text` keeps every character that came."""


class StreamTruncated(StreamError):
    """The stream ended without a finish reason."""

    hint = "the text so far is kept; ask again or continue"


class StreamFailed(StreamError):
    """The server reported an error inside the stream."""


class AnswerError(OcinbError):
    """The answer has an unexpected shape."""


class StoreError(OcinbError):
    """The file of a sweep cannot be opened, read or written; what it holds is kept."""


class Stopped(OcinbError):
    """The user stopped the answer; `partial_text` keeps what had come."""

"""A client that signs requests to a local deployment and sends them as they are."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    from ocinb.local import LocalDeployment

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Say hi."}]}
SHORT: dict[str, Any] = {**HELLO, "max_tokens": 8, "temperature": 0, "seed": 1}
"""Seeded, so that its prompt is always computed in one and the answer is the same."""


@dataclass
class Signable:
    """A request in the shape signers want."""

    method: str
    url: str
    body: bytes
    headers: dict[str, str]

    @property
    def path_url(self) -> str:
        return self.url.split("/", 3)[3].join(["/", ""])


@dataclass(frozen=True)
class Got:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        text: str = self.json["choices"][0]["message"]["content"]
        return text

    @property
    def chunks(self) -> list[dict[str, Any]]:
        """The payloads of a stream, without its end."""
        events = self.body.decode().split("\n\n")
        assert events[-2:] == ["data: [DONE]", ""]
        return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]

    @property
    def streamed_text(self) -> str:
        """The text of a stream with one choice."""
        deltas = [c["choices"][0]["delta"] for c in self.chunks if c["choices"]]
        return "".join(delta.get("content") or "" for delta in deltas)


class Client:
    """Sends requests to a deployment, each on a connection of its own."""

    def __init__(
        self,
        deployment: LocalDeployment,
        signer: Callable[[Signable], Any] | None = None,
    ) -> None:
        self.endpoint = deployment.endpoint
        self._signer = signer or deployment.auth["signer"]

    def send(
        self,
        body: dict[str, Any] | bytes = b"",
        *,
        method: str = "POST",
        url: str = "",
        signed: bool = True,
        timeout_s: float = 60,
        **headers: str,
    ) -> Got:
        """Send a request; an underscore in a header's name stands for a hyphen."""
        connection, response = self.open(
            body,
            method=method,
            url=url,
            signed=signed,
            timeout_s=timeout_s,
            **headers,
        )
        with connection:
            content = response.read()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Got(response.status, received, content)

    def open(
        self,
        body: dict[str, Any] | bytes = b"",
        *,
        method: str = "POST",
        url: str = "",
        signed: bool = True,
        timeout_s: float = 60,
        **headers: str,
    ) -> tuple[Closing, http.client.HTTPResponse]:
        """Send a request and return when the head of the answer is here."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = Signable(method, url or self.endpoint, raw, given)
        if method == "POST":
            asked.headers.setdefault("content-type", "application/json")
            asked.headers.setdefault("content-length", str(len(raw)))
        if signed:
            self._signer(asked)
        parts = urlsplit(asked.url)
        connection = Closing(parts.hostname or "", parts.port, timeout=timeout_s)
        connection.putrequest(
            method, asked.path_url, skip_host=True, skip_accept_encoding=True
        )
        asked.headers.setdefault("host", parts.netloc)
        for name, value in asked.headers.items():
            connection.putheader(name, value)
        connection.endheaders(raw if method == "POST" else None)
        try:
            return connection, connection.getresponse()
        except TimeoutError:
            connection.close()
            raise

    def stream(self, body: dict[str, Any], **headers: str) -> Got:
        """Ask for a stream on the stream URL and read it to its end."""
        url = self.endpoint + "WithResponseStream"
        return self.send({**body, "stream": True}, url=url, **headers)


class Closing(http.client.HTTPConnection):
    """A connection that closes at the end of a with block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def data_lines(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the lines of a stream that carry data, as they arrive."""
    while line := response.readline():
        if line.strip():
            yield line

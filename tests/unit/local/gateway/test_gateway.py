"""The gateway as an ASGI application, without a server round it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.local.credentials import Credentials
from ocinb.local.gateway.admission import Door
from ocinb.local.gateway.app import Gateway
from ocinb.local.gateway.backend import Asked, Plain, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
MEGABYTE = b" " * 2**20
END = {"type": "http.disconnect"}


@dataclass
class Echo:
    """A model server that answers with what it was asked, or keeps streaming."""

    asked: list[Asked] = field(default_factory=list)
    ended: bool = False

    async def answer(self, asked: Asked) -> Plain | Stream:
        self.asked.append(asked)
        if asked.body == b"stream":
            return Stream(b"first", self._rest())
        return Plain(200, asked.body)

    async def _rest(self) -> AsyncGenerator[bytes, None]:
        try:
            yield b"second"
            await asyncio.Event().wait()
        finally:
            self.ended = True


@dataclass
class Signable:
    body: bytes
    path_url: str
    method: str = "POST"
    url: str = "http://127.0.0.1:80/"
    headers: dict[str, str] = field(
        default_factory=lambda: {"route": "/v1/completions"}
    )


@dataclass
class Exchange:
    """One request to the gateway, with the messages of both sides."""

    sent: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


@pytest.fixture(scope="module")
def keys() -> Credentials:
    return Credentials()


async def exchange(
    backend: Echo,
    keys: Credentials,
    messages: list[dict[str, Any]],
    body: bytes = b"hi",
    endpoint: str = "predict",
    hangs_up_after: int = 2,
) -> Exchange:
    """Send the messages, then hang up when so many messages came back."""
    signed = Signable(body, f"/{OCID}/{endpoint}")
    keys.auth()["signer"](signed)
    signed.headers["host"] = "127.0.0.1:80"
    scope = {
        "method": "POST",
        "raw_path": signed.path_url.encode(),
        "query_string": b"",
        "headers": [(k.encode(), v.encode()) for k, v in signed.headers.items()],
    }
    made, incoming, enough = Exchange(), iter(messages), asyncio.Event()

    async def receive() -> dict[str, Any]:
        message = next(incoming, None)
        if message is None:
            await enough.wait()
        return message or END

    async def send(message: Mapping[str, Any]) -> None:
        made.sent.append(message)
        if len(made.sent) >= hangs_up_after:
            enough.set()
        await asyncio.sleep(0)

    door = Door(OCID, keys.key_id, keys.public_key, 80)
    await Gateway(backend, door)(scope, receive, send)
    return made


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_may_come_in_parts(keys: Credentials):
    made = await exchange(Echo(), keys, [part(b"h", more=True), part(b"i")])

    assert (made.status, made.body) == (200, b"hi")


async def test_a_client_that_hangs_up_during_its_body_is_not_answered(
    keys: Credentials,
):
    backend = Echo()
    made = await exchange(backend, keys, [part(b"h", more=True), END])

    assert (made.sent, backend.asked) == ([], [])


async def test_a_client_that_hangs_up_during_the_answer_ends_it(keys: Credentials):
    backend = Echo()
    endpoint = "predictWithResponseStream"
    made = await exchange(
        backend, keys, [part(b"stream")], b"stream", endpoint, hangs_up_after=3
    )

    assert made.body == b"firstsecond"
    assert backend.ended


async def test_a_body_that_never_ends_is_refused(keys: Credentials):
    made = await exchange(
        Echo(), keys, [part(MEGABYTE, more=True)] * 100, b" " * (11 * 2**20)
    )

    assert made.status == 413
    assert json.loads(made.body)["code"] == "RequestEntityTooLarge"

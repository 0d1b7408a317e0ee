"""One request without a chat model, sync and async."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import OcinbError
from ocinb.wire.request import Request, Timeouts
from ocinb.wire.transport import Http

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = {"content-type": "application/json"}


def request(url: str, body: bytes = b"{}", **timeouts: float | None) -> Request:
    return Request(url, JSON, body, Timeouts(**timeouts))


def opened_and_read(asked: Request) -> bytes:
    with closing(Http()) as http:
        return http.open(asked).read()


async def aopened_and_read(asked: Request) -> bytes:
    http = Http()
    try:
        return await (await http.aopen(asked)).aread()
    finally:
        await http.aclose()


WAYS: dict[str, Callable[[Request], bytes]] = {
    "sync": opened_and_read,
    "async": lambda asked: asyncio.run(aopened_and_read(asked)),
}


def failed(read: Callable[[Request], bytes], asked: Request) -> OcinbError:
    with pytest.raises(OcinbError) as caught:
        read(asked)
    error = caught.value
    assert error.endpoint == asked.url
    assert str(error).isprintable()
    return error

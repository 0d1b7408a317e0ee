"""The child process of a local deployment: the model and the gateway in front of it.

It reads its settings from stdin, prints one line of JSON when it is ready or has
failed, and ends when stdin ends: a parent that dies takes it along.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import shutil
import socket
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from ocinb.errors import OcinbError
from ocinb.local.gateway.admission import Door
from ocinb.local.gateway.app import Gateway
from ocinb.local.gateway.backend import LlamaBackend
from ocinb.local.gateway.engine import Engine
from ocinb.local.gateway.llama import start_llama
from ocinb.local.gateway.relay import RelayBackend
from ocinb.local.settings import Settings
from ocinb.local.vllm.rules import ModelFacts

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.local.gateway.backend import Backend

    Report = Callable[[dict[str, Any]], None]

__all__ = ["main"]

_LOOK_FOR_PARENT_S: Final = 0.5
_KEEP_ALIVE_S: Final = 75
_BACKLOG: Final = 1024


def main() -> None:
    """Run the child until its parent ends or lets go of it."""
    parent = os.getppid()
    settings = Settings.from_line(sys.stdin.buffer.readline())
    report = _reporter()
    threading.Thread(
        target=_end_with_parent, args=(parent, settings.folder), daemon=True
    ).start()
    try:
        asyncio.run(_serve(settings, report))
    except OcinbError as error:
        report({"error": str(error)})
    finally:
        # llama.cpp's threads do not end by themselves.
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        os._exit(0)


def _reporter() -> Report:
    """Keep stdout for reports; what libraries print goes to the log with stderr."""
    stdout = os.dup(1)
    os.dup2(2, 1)

    def report(message: dict[str, Any]) -> None:
        os.write(stdout, json.dumps(message).encode() + b"\n")

    return report


def _end_with_parent(parent: int, folder: str) -> None:
    """Wait for the end of stdin, or of the parent if a fork of it keeps stdin open."""
    while os.getppid() == parent:
        readable, _, _ = select.select([0], [], [], _LOOK_FOR_PARENT_S)
        if readable and not os.read(0, 1):
            break
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


async def _serve(settings: Settings, report: Report) -> None:
    with _listener(settings.port) as listener:
        port = listener.getsockname()[1]
        key = settings.public_key.encode()
        door = Door(settings.ocid, settings.key_id, key, port, settings.model_name)
        backend = await _backend(settings)
        gateway = Gateway(backend, door, settings.request_limit_s)
        report({"port": port})
        await _run_uvicorn(gateway, listener)


def _listener(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is spelt out; with it
    # every answer would wait 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        msg = f"port {port} cannot be used: {error.strerror}"
        raise OcinbError(msg) from error
    listener.listen(_BACKLOG)
    return listener


async def _backend(settings: Settings) -> Backend:
    if settings.upstream:
        return RelayBackend(settings.upstream)
    llama = start_llama(
        settings.model,
        threads=settings.threads,
        context_length=settings.context_length,
    )
    engine = Engine(llama)
    meta = await engine.model()
    facts = ModelFacts(
        settings.model_name,
        min(settings.context_length, meta["n_ctx_train"]),
        meta["n_vocab"],
    )
    return LlamaBackend(engine, facts, f"llama.cpp-{llama.version}")


async def _run_uvicorn(gateway: Gateway, listener: socket.socket) -> None:
    config = uvicorn.Config(
        gateway,
        http="h11",
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    await uvicorn.Server(config).serve(sockets=[listener])

"""A real kernel, and the front end's side of the messages it sends."""

from __future__ import annotations

import json
import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client import BlockingKernelClient, KernelManager

import ocinb

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHIN_S = 60

SERVING = """
%load_ext ocinb
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script, Status, Json, Delta, Reset, Wait

def serve(*scripts):
    global server, llm
    server = LocalDeployment(script=list(scripts)).start()
    llm = ChatOCIModelDeploymentVLLM(endpoint=server.endpoint, auth=server.auth)
    get_ipython().run_line_magic("ocichat", "alias add llm llm")
    get_ipython().run_line_magic("ocichat", "alias set llm")
"""
"""Run in a kernel, it makes `llm` a chat model that `serve` gives answers to."""


@dataclass(frozen=True)
class Ran:
    """Everything that one cell sent to the front end."""

    reply: dict[str, Any]
    messages: tuple[dict[str, Any], ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def stream(self, name: str) -> str:
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The displays as the notebook stores them: each with its last update."""
        stored: dict[str, dict[str, Any]] = {}
        for message in self.messages:
            if message["msg_type"] not in {"display_data", "update_display_data"}:
                continue
            content = message["content"]
            key = content["transient"].get("display_id") or message["header"]["msg_id"]
            stored[key] = content["data"]
        return list(stored.values())

    @property
    def error_lines(self) -> list[str]:
        return [line for c in self.of("error") for line in c["traceback"]]


class Kernel:
    """A running kernel and the front end that talks to it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def send(self, code: str, *, cell: str = "", stdin: bool = True) -> str:
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": stdin,
            "stop_on_error": False,
        }
        metadata = {"cellId": cell} if cell else {}
        request = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(request)
        return str(request["header"]["msg_id"])

    def run(self, code: str, *, cell: str = "", stdin: bool = True) -> Ran:
        return self.collect(self.send(code, cell=cell, stdin=stdin))

    def collect(self, sent: str, before: tuple[dict[str, Any], ...] = ()) -> Ran:
        messages = [*before]
        while not _is_idle(messages, sent):
            messages.append(self.client.get_iopub_msg(timeout=WITHIN_S))
        reply = self._reply_to(sent)
        own = [m for m in messages if m["parent_header"].get("msg_id") == sent]
        return Ran(reply["content"], tuple(own))

    def complete(self, code: str, cursor: int) -> dict[str, Any]:
        """Ask what Tab would ask, and return the reply."""
        sent = self.client.complete(code, cursor)
        content: dict[str, Any] = self._reply_to(sent)["content"]
        return content

    def _reply_to(self, sent: str) -> dict[str, Any]:
        reply: dict[str, Any] = {"parent_header": {}}
        while reply["parent_header"].get("msg_id") != sent:
            reply = self.client.get_shell_msg(timeout=WITHIN_S)
        return reply

    def serve(self, scripts: str) -> None:
        """Let the chat model `llm` in the kernel be answered by these scripts."""
        assert not self.run(f"serve({scripts})").error_lines

    def value(self, expression: str) -> Any:
        """Return a value of the kernel that JSON can hold."""
        ran = self.run(f"import json; print(json.dumps({expression}))")
        return json.loads(ran.stream("stdout"))

    def run_and_interrupt(
        self, code: str, *, when: str, after_s: float = 0
    ) -> tuple[Ran, float]:
        """Run a cell and interrupt it `after_s` from when `when` was drawn."""
        sent = self.send(code)
        seen: list[dict[str, Any]] = []
        while when not in str(seen[-1]["content"] if seen else ""):
            seen.append(self.client.get_iopub_msg(timeout=WITHIN_S))
        time.sleep(after_s)
        at_s = time.monotonic()
        self.manager.interrupt_kernel()
        return self.collect(sent, tuple(seen)), at_s


def _is_idle(messages: list[dict[str, Any]], sent: str) -> bool:
    return any(
        m["msg_type"] == "status"
        and m["content"]["execution_state"] == "idle"
        and m["parent_header"].get("msg_id") == sent
        for m in messages[-1:]
    )


@contextmanager
def running_kernel(**env: str) -> Iterator[Kernel]:
    """Start a kernel that finds this package and no endpoint; stop it afterwards.

    It keeps its settings in a folder of its own unless `env` names another one.
    """
    manager = KernelManager(transport="ipc")
    root = str(Path(ocinb.__file__).parents[1])
    with tempfile.TemporaryDirectory() as folder:
        own = {"PYTHONPATH": root, "OCI_LLM_ENDPOINT": "", "JUPYTER_CONFIG_DIR": folder}
        manager.start_kernel(env={**os.environ, **own, **env})
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=WITHIN_S)
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel()

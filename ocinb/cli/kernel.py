"""A real kernel that runs cells one by one and hands on what they print."""

from __future__ import annotations

from dataclasses import dataclass
from queue import Empty
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal

from jupyter_client.manager import KernelManager

from ocinb.errors import OcinbError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

__all__ = ["Kernel", "KernelFailed", "Printed"]

READY_WITHIN_S: Final = 60
QUIET_S: Final = 0.2
"""How long to wait for output before looking whether the kernel asks or has died."""


class KernelFailed(OcinbError):
    """The kernel did not start, or died in the middle of a cell."""


@dataclass(frozen=True)
class Printed:
    """One piece of a cell's output as plain text, untrusted."""

    source: Literal["stdout", "stderr", "result", "error"]
    text: str


class Kernel:
    """An IPython kernel of this very interpreter, for the time of a `with` block.

    Args:
        ask: shows a prompt and returns what the user typed, for cells that call
            `input()`.
        options: command line options of the kernel, such as `--Class.trait=value`.
    """

    def __init__(self, ask: Callable[[str], str], *options: str) -> None:
        self._ask = ask
        self._options = list(options)

    def __enter__(self) -> Self:
        # Sockets in a private folder instead of ports: nobody else can read along.
        self._folder = TemporaryDirectory(prefix="ocinb-kernel-")
        self._manager = KernelManager(
            kernel_name="python3",
            transport="ipc",
            ip=f"{self._folder.name}/socket",
            connection_file=f"{self._folder.name}/kernel.json",
        )
        # What it writes past the notebook's streams is its own log, not output.
        self._manager.start_kernel(
            extra_arguments=self._options, stdout=DEVNULL, stderr=DEVNULL
        )
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        try:
            self._client.wait_for_ready(timeout=READY_WITHIN_S)
        except RuntimeError as error:
            self.__exit__(RuntimeError)
            msg = "the kernel did not start"
            hint = "see what `python -m ipykernel` says in this environment"
            raise KernelFailed(msg, server_message=str(error), hint=hint) from error
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._client.stop_channels()
        # A busy kernel would not hear a polite request; its children end with it.
        self._manager.shutdown_kernel(now=failure is not None)
        self._folder.cleanup()

    def run(self, source: str) -> Iterator[Printed]:
        """Run one cell; yields its output as it comes and ends when the cell ends."""
        request = self._client.execute(source, allow_stdin=True)
        for message in self._messages():
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if content.get("execution_state") == "idle":
                return
            printed = read_output(message["msg_type"], content)
            if printed:
                yield printed

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            message = self._next_message()
            if message is not None:
                yield message
            elif self._manager.is_alive():
                self._answer_question()
            else:
                msg = "the kernel died while a cell was running"
                raise KernelFailed(msg)

    def _next_message(self) -> dict[str, Any] | None:
        try:
            message: dict[str, Any] = self._client.get_iopub_msg(timeout=QUIET_S)
        except Empty:
            return None
        return message

    def _answer_question(self) -> None:
        try:
            question = self._client.get_stdin_msg(timeout=0)
        except Empty:
            return
        self._client.input(self._ask(question["content"]["prompt"]))


def read_output(kind: str, content: dict[str, Any]) -> Printed | None:
    """Turn one message of the kernel into text, or None if it prints nothing."""
    if kind == "stream":
        return Printed(content["name"], content["text"])
    if kind == "error":
        return Printed("error", one_line(f"{content['ename']}: {content['evalue']}"))
    text = content.get("data", {}).get("text/plain")
    return Printed("result", text + "\n") if text else None

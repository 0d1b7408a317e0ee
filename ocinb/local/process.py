"""Starting the child process of a local deployment, and ending it for certain."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import OcinbError, one_line

if TYPE_CHECKING:
    from ocinb.local.settings import Settings

__all__ = ["ChildProcess"]

READY_WITHIN_S: Final = 900
"""Loading a large model from a slow disk takes minutes."""

_GRACE_S: Final = 1.0
_LOG_LINES: Final = 4
_LOOPBACK: Final = "127.0.0.1,localhost"


class ChildProcess:
    """A child that serves on loopback until it is stopped or its parent ends.

    It has a session of its own, so an interrupt of the kernel or in the terminal does
    not reach it.

    Args:
        settings: what it shall serve.
    """

    def __init__(self, settings: Settings) -> None:
        self._owner = os.getpid()
        self._log = Path(settings.folder) / "child.log"
        root = str(Path(__file__).parents[2])
        code = (
            f"import sys; sys.path.append({root!r}); "
            "from ocinb.local.child import main; main()"
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=settings.folder,
                env=_environment(),
                start_new_session=True,
            )
        self._tell(settings)

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def wait_ready(self) -> int:
        """Wait until the child serves and return its port.

        Raises:
            OcinbError: it could not start; its last words are in the message.
        """
        try:
            return self._read_port()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the child: ask, and kill it if it is still there after a second."""
        if os.getpid() != self._owner:
            return  # a fork of the parent: the child is not its own to end
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, settings: Settings) -> None:
        stdin = self._process.stdin
        if stdin is not None:
            with suppress(BrokenPipeError):  # it is gone; wait_ready says why
                stdin.write(settings.to_line())
                stdin.flush()

    def _read_port(self) -> int:
        stdout = self._process.stdout
        if stdout is None or not select.select([stdout], [], [], READY_WITHIN_S)[0]:
            msg = f"the local deployment was not ready within {READY_WITHIN_S} s"
            raise OcinbError(msg)
        line = stdout.readline()
        message: dict[str, Any] = json.loads(line) if line else {}
        if "port" not in message:
            said = message.get("error", "its process ended")
            msg = f"the local deployment could not start: {said}"
            raise OcinbError(msg, server_message=self._last_words())
        return int(message["port"])

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return one_line(" | ".join(lines[-_LOG_LINES:]))


def _environment() -> dict[str, str]:
    """Return the child's environment.

    Threads that spin while they wait for each other make the model 20 times slower
    beside a busy kernel; no proxy stands between the gateway and its model.
    """
    no_proxy = ",".join(
        part for part in (os.environ.get("NO_PROXY"), _LOOPBACK) if part
    )
    return {
        **os.environ,
        "OMP_WAIT_POLICY": "passive",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }

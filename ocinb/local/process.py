"""Starting the child process of a local deployment, and ending it for certain."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from ocinb.errors import OcinbError, one_line

if TYPE_CHECKING:
    from ocinb.local.settings import Settings

__all__ = ["ChildProcess"]

READY_WITHIN_S: Final = 900
"""Loading a large model from a slow disk takes minutes."""

_GRACE_S: Final = 1.0
_LOG_LINES: Final = 8
_TIME_OF_A_LINE: Final = re.compile(r"^[\d.]+ +", re.MULTILINE)
_LOOPBACK: Final = "127.0.0.1,localhost"


class ChildProcess:
    """A child that serves on loopback until it is stopped or its parent ends.

    It has a session of its own, so an interrupt of the kernel or in the terminal does
    not reach it.

    Args:
        settings: what it shall serve.
        ready_within_s: how long it may take to load its model.
    """

    def __init__(
        self, settings: Settings, ready_within_s: float = READY_WITHIN_S
    ) -> None:
        self._ready_within_s = ready_within_s
        self._log = Path(settings.folder) / "child.log"
        root = str(Path(__file__).parents[2])
        code = (
            f"import sys; sys.path.append({root!r}); "
            "from ocinb.local.gateway.child import main; main()"
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
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        with suppress(BrokenPipeError):  # it is gone; wait_ready says why
            self._stdin.write(settings.to_line())
            self._stdin.flush()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """False once the child has ended, whatever ended it."""
        return self._process.poll() is None

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
        with suppress(BrokenPipeError):
            self._stdin.close()
        self._stdout.close()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read_port(self) -> int:
        if not select.select([self._stdout], [], [], self._ready_within_s)[0]:
            msg = (
                f"the local deployment was not ready within {self._ready_within_s:g} s"
            )
            raise OcinbError(msg)
        line = self._stdout.readline()
        message: dict[str, Any] = json.loads(line) if line else {}
        if "port" not in message:
            said = message.get("error", "its process ended")
            msg = f"the local deployment could not start: {said}"
            raise OcinbError(msg, server_message=self._last_words())
        return int(message["port"])

    def _last_words(self) -> str:
        said = _TIME_OF_A_LINE.sub("", self._log.read_text(errors="replace"))
        return one_line(" | ".join(said.strip().splitlines()[-_LOG_LINES:]))


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

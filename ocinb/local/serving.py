"""One start of a local deployment: its private folder, its server, its end."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ocinb.local.process import ChildProcess
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.settings import Settings
from ocinb.local.wanted import OCID
from ocinb.local.weights import fetch_weights

if TYPE_CHECKING:
    from ocinb.local.credentials import Credentials
    from ocinb.local.wanted import Wanted

__all__ = ["Serving", "serve"]


@dataclass(frozen=True)
class Serving:
    """A deployment that runs.

    Attributes:
        port: where it listens.
        credentials: what opens it.
        profile: OCI config file with the same credentials.
        folder: private, removed at the end.
        server: what answers.
        owner: the process that started it.
    """

    port: int
    credentials: Credentials
    profile: Path
    folder: Path
    server: ScriptedServer | ChildProcess
    owner: int

    @property
    def scripted(self) -> ScriptedServer | None:
        """The scripted server, if it is one."""
        return self.server if isinstance(self.server, ScriptedServer) else None

    def end(self) -> None:
        """Stop serving; a fork of the process that started it leaves it alone."""
        if os.getpid() == self.owner:
            self.server.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def serve(wanted: Wanted, credentials: Credentials) -> Serving:
    """Start what was asked for and return when it is ready.

    Raises:
        OcinbError: the weights cannot be fetched, or the model not be loaded.
    """
    model = _model_file(wanted)
    folder = Path(tempfile.mkdtemp(prefix="ocinb-"))
    try:
        profile = credentials.write_profile(folder)
        port, server = _start(wanted, credentials, folder, model)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Serving(port, credentials, profile, folder, server, os.getpid())


def _model_file(wanted: Wanted) -> str:
    if wanted.script is not None or wanted.upstream is not None:
        return ""
    path = wanted.model or fetch_weights(progress=wanted.progress)
    return str(path.resolve())


def _start(
    wanted: Wanted, credentials: Credentials, folder: Path, model: str
) -> tuple[int, ScriptedServer | ChildProcess]:
    key_id, public_key = credentials.key_id, credentials.public_key
    if wanted.script is not None:
        server = ScriptedServer(
            wanted.script, key_id=key_id, public_key=public_key, ocid=OCID
        )
        server.start()
        return server.port, server
    settings = Settings(
        ocid=OCID,
        key_id=key_id,
        public_key=public_key.decode(),
        folder=str(folder),
        model=model,
        upstream=wanted.upstream or "",
        model_name=wanted.model_name,
        threads=wanted.threads,
        context_length=wanted.context_length,
        port=wanted.port,
        request_limit_s=wanted.request_limit_s,
    )
    child = ChildProcess(settings)
    return child.wait_ready(), child

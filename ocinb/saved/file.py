"""The file with aliases and presets: read whole, replaced whole, never half."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.saved.text import dump, parse
from ocinb.saved.values import Saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ocinb.saved.text import ReadSettings

__all__ = ["SavedFile", "write_whole"]

NAME: Final = "ocinb.json"
WAIT_S: Final = 5.0
"""How long another kernel may take to write."""

_POLL_S: Final = 0.02


class SavedFile:
    """`ocinb.json` in the user's Jupyter configuration folder.

    Several kernels may change it at once: each change is made to what the one before
    left, and a reader sees the old file or the new one.

    Args:
        folder: where it lies; None is the configuration folder, also when that is set
            later.
        settings: checks what presets keep beside parameters; None takes any texts.
    """

    def __init__(
        self, folder: Path | None = None, settings: ReadSettings | None = None
    ) -> None:
        self._folder = folder
        self._settings = settings

    @property
    def path(self) -> Path:
        """Where the file is, or will be."""
        return (self._folder or _configuration_folder()) / NAME

    def read(self) -> Saved:
        """Return what it holds; nothing if there is no file.

        A file that cannot be read holds nothing but a `problem`, which names it.
        """
        path = self.path
        try:
            return parse(path.read_text("utf-8-sig"), self._settings)
        except FileNotFoundError:
            return Saved()
        except ConfigurationError as error:
            return Saved(problem=f"{_shown(path)} cannot be read: {error}")
        except OSError as error:
            said = error.strerror or str(error)
            return Saved(problem=f"{_shown(path)} cannot be read: {said}")
        except UnicodeDecodeError:
            return Saved(problem=f"{_shown(path)} cannot be read: it is no UTF-8 text")

    def change(self, edit: Callable[[Saved], Saved]) -> None:
        """Replace the file by what `edit` makes of it.

        Args:
            edit: is given what the file holds now. What it raises leaves the file as
                it is.

        Raises:
            ConfigurationError: the file is broken, so that it is not touched, or the
                folder cannot be written.
        """
        path = self.path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(path):
                self._replace(path.resolve(), edit)
        except OSError as error:
            said = error.strerror or str(error)
            msg = f"{_shown(path)} cannot be written: {said}"
            raise ConfigurationError(
                msg, hint="JUPYTER_CONFIG_DIR names another folder"
            ) from error

    def _replace(self, path: Path, edit: Callable[[Saved], Saved]) -> None:
        saved = self.read()
        if saved.problem:
            msg = f"nothing is saved: {saved.problem}"
            raise ConfigurationError(msg, hint="mend the file or move it away")
        try:
            content = dump(edit(saved)).encode()
        except UnicodeEncodeError as error:
            msg = "nothing is saved: half a character cannot be kept in a file"
            raise ConfigurationError(msg) from error
        _write(path, content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, readable by its owner alone; one that is there is replaced whole.

    Raises:
        ConfigurationError: it cannot be written; what was there is as it was.
    """
    try:
        _write(path.resolve(), content)
    except OSError as error:
        said = error.strerror or str(error)
        msg = f"{_shown(path)} cannot be written: {said}"
        raise ConfigurationError(msg, hint="what was there is as it was") from error


def _write(path: Path, content: bytes) -> None:
    """Put a whole new file, readable by its owner alone, in the place of the old one."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock beside a file.

    Where there is no flock, a change may be lost to another of the same moment, and
    the file is still whole.
    """
    with path.with_name(f".{path.name}.lock").open("ab") as lock:
        with suppress(ImportError):
            import fcntl  # noqa: PLC0415 - POSIX only

            _wait_for(lambda: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB))
        yield


def _wait_for(take: Callable[[], None]) -> None:
    end = time.monotonic() + WAIT_S
    while True:
        try:
            return take()
        except BlockingIOError as error:
            if time.monotonic() > end:
                msg = "another kernel is writing it"
                raise TimeoutError(msg) from error
        time.sleep(_POLL_S)


def _configuration_folder() -> Path:
    try:
        from jupyter_core.paths import (  # noqa: PLC0415 - absent from a plain IPython
            jupyter_config_dir,
        )
    except ImportError:
        return Path(os.environ.get("JUPYTER_CONFIG_DIR") or "~/.jupyter").expanduser()
    return Path(jupyter_config_dir())


def _shown(path: Path) -> str:
    return one_line(str(path), 300)

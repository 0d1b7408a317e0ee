"""The file that makes IPython know the magics, and how it comes and goes.

IPython runs every file of a profile's `startup` folder when a kernel begins, and loads
an extension when a magic that is registered lazily is first used (its documentation,
"IPython startup files" and `MagicsManager.lazy_magics`). So the file names three magics
and imports nothing, and no file of the user's needs to be changed.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "NAME",
    "disable",
    "enable",
    "ipython_folder",
    "is_ours",
    "startup_file",
    "text_of",
]

NAME: Final = "50-ocinb-magics.py"

_MARK: Final = "# Written by `ocinb enable`; `ocinb disable` takes it away. Check: "
_FOLDERS: Final = "# Folders made for it: "
_BODY: Final = """\
for _ocinb_name in ("ocichat", "ocisweep"):
    get_ipython().magics_manager.register_lazy(_ocinb_name, "ocinb")
del _ocinb_name
"""
_DEEPEST: Final = 3
"""The folders that may have to be made: IPython's, the profile's and `startup`."""


def ipython_folder() -> Path:
    """Return IPython's folder, which need not be there; nothing is made.

    It is that of IPython's documentation ("The IPython directory"). IPython itself
    makes the folder when it is asked for it, which `disable` could not undo.
    """
    given = os.environ.get("IPYTHONDIR", "").strip()
    if given:
        return Path(given).expanduser()
    usual = Path.home() / ".ipython"
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    older = Path(config) / "ipython"  # where it was long ago, which counts if it is all
    return older if older.is_dir() and not usual.exists() else usual


def startup_file(folder: Path, profile: str) -> Path:
    """Return where the file belongs.

    Args:
        folder: IPython's own.
        profile: name of the profile.

    Raises:
        ConfigurationError: the name is no name of a profile.
    """
    if not profile or Path(profile).name != profile or "\0" in profile:
        msg = f"--profile {profile!a} is no name of an IPython profile"
        raise ConfigurationError(msg, hint="for example: --profile default")
    return folder / f"profile_{profile}" / "startup" / NAME


def text_of(made: int) -> str:
    """Return what the file holds.

    Args:
        made: how many folders above it were made for it.
    """
    rest = f"{_FOLDERS}{made}\n{_BODY}"
    return f"{_MARK}{_digest(rest)}\n{rest}"


def is_ours(text: str) -> bool:
    """Tell whether a file is as `enable` of some version left it."""
    first, _, rest = text.partition("\n")
    return first == f"{_MARK}{_digest(rest)}"


def enable(path: Path) -> bool:
    """Put the file there; return False if it is there already.

    Raises:
        ConfigurationError: another file has its name, or it cannot be written.
    """
    try:
        if _read(path) is not None:
            return False
        folders = _missing(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text_of(len(folders)))
        except OSError:
            _remove(folders)
            raise
    except OSError as error:
        raise _refused(path, error, "written") from error
    return True


def disable(path: Path) -> bool:
    """Take the file away, and the folders that were made for it and are empty.

    Returns:
        False if there is none.

    Raises:
        ConfigurationError: it is not as `enable` left it, or cannot be removed.
    """
    try:
        text = _read(path)
        if text is None:
            return False
        path.unlink()
    except OSError as error:
        raise _refused(path, error, "removed") from error
    made = text.partition(_FOLDERS)[2].partition("\n")[0]
    count = min(int(made) if made.isdecimal() else 0, _DEEPEST)
    _remove(path.parents[:count])
    return True


def _read(path: Path) -> str | None:
    """Return the file's text, or None if there is none; refuse one of the user's."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    if path.is_symlink() or not is_ours(text):
        msg = f"{path} is not as `ocinb enable` leaves it, so it is left alone"
        raise ConfigurationError(msg, hint="move it away, or edit it yourself")
    return text


def _missing(path: Path) -> Sequence[Path]:
    """Return the folders above a file that are not there, the innermost first."""
    return [folder for folder in path.parents if not folder.exists()][:_DEEPEST]


def _remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # IPython keeps its history in it by now
            folder.rmdir()


def _refused(path: Path, error: OSError, doing: str) -> ConfigurationError:
    said = error.strerror or str(error)
    hint = "IPYTHONDIR names another folder"
    return ConfigurationError(f"{path} cannot be {doing}: {said}", hint=hint)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

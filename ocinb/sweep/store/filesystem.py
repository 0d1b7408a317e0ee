"""On which kind of filesystem a file lies, and whether SQLite's WAL works there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

__all__ = ["kind_of", "mounts", "shared"]

_SHARED: Final = re.compile(
    r"nfs|cifs|smb|9p|afs|ceph|glusterfs|lustre|gpfs|beegfs|orangefs|pvfs|fuse(?!blk|\.fuse-overlayfs)|davfs"
    r"|virtiofs|vboxsf|vmhgfs|prl_fs"
)


def mounts() -> str:
    """Return Linux's table of mounts; "" elsewhere."""
    try:
        return Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


def kind_of(path: Path, table: str) -> str:
    """Return the kind of filesystem that a path lies on; "" if it is not known.

    Args:
        path: absolute, without links.
        table: as `mounts` returns it.
    """
    found = ""
    longest = -1
    for line in table.splitlines():
        _, place, kind, *_ = (*line.split(" "), "", "", "")
        at = Path(_unescaped(place))
        if place and path.is_relative_to(at) and len(at.parts) >= longest:
            found, longest = kind, len(at.parts)
    return found


def shared(kind: str) -> bool:
    """Return whether several machines may see a filesystem of this kind.

    WAL needs memory that all who use the file share: see "Write-Ahead Logging",
    section 1, of SQLite's documentation: "WAL does not work over a network filesystem".
    """
    return _SHARED.match(kind) is not None


def _unescaped(place: str) -> str:
    """Undo what the table does to spaces and the like: an octal number of three."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place)

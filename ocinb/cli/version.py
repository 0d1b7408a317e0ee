"""`ocinb version`: what runs here."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["run"]


def run(_: Namespace) -> int:
    """Print the versions."""
    sys.stdout.write(
        f"ocinb {version('ocinb')}, Python {platform.python_version()}, "
        f"IPython {version('ipython')}\n"
    )
    return 0

"""`ocinb disable`: undoes `ocinb enable`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ocinb.cli.startup import disable, ipython_folder, startup_file

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["run"]


def run(arguments: Namespace) -> int:
    """Take the startup file out of a profile.

    Raises:
        ConfigurationError: it was changed by hand, or cannot be removed.
    """
    path = startup_file(ipython_folder(), arguments.profile)
    done = "removed" if disable(path) else "not there: nothing to undo"
    sys.stdout.write(f"{path} is {done}. `%load_ext ocinb` works as before.\n")
    return 0

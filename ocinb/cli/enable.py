"""`ocinb enable`: `%%ocichat` without `%load_ext`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ocinb.cli.startup import enable, ipython_folder, startup_file

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["run"]


def run(arguments: Namespace) -> int:
    """Put the startup file into a profile.

    Raises:
        ConfigurationError: it cannot be put there.
    """
    path = startup_file(ipython_folder(), arguments.profile)
    done = "written" if enable(path) else "there already"
    sys.stdout.write(
        f"{path} is {done}: kernels that start from now on know %%ocichat, %ocichat and "
        "%%ocisweep without %load_ext. `ocinb disable` undoes it.\n"
    )
    return 0

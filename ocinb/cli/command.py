"""What a run of `ocinb` does: one subcommand, and its errors as one line."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from ocinb.cli.arguments import make_parser
from ocinb.errors import ConfigurationError, MissingExtraError, OcinbError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

__all__ = ["main"]

INTERRUPTED: Final = 130
"""The exit code that shells expect after Ctrl-C."""


class Command(Protocol):
    """What the module of a subcommand holds."""

    def run(self, arguments: Namespace) -> int:
        """Do it; return the exit code."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code.

    Args:
        argv: the words after `ocinb`; those of this process if not given.

    Returns:
        0 if all went well, 2 if something the user passed cannot work, 1 for every
        other error that ocinb knows, 130 after Ctrl-C. An error is one line on stderr.
    """
    arguments = make_parser().parse_args(argv)
    try:
        return _run(arguments)
    except OcinbError as error:
        sys.stderr.write(f"ocinb: {error}\n")
        return 2 if isinstance(error, ConfigurationError) else 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED


def _run(arguments: Namespace) -> int:
    """Import a subcommand only when it is called: `ocinb --version` stays quick."""
    try:
        command = cast("Command", import_module(f"ocinb.cli.{arguments.command}"))
        return command.run(arguments)
    except ModuleNotFoundError as error:
        package = (error.name or str(error)).partition(".")[0]
        msg = f"ocinb {arguments.command} needs {package}, which is not installed"
        hint = "pip install 'ocinb[local]'"
        raise MissingExtraError(msg, hint=hint) from error

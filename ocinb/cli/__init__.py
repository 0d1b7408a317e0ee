"""The `ocinb` command."""

from ocinb.cli.command import main

__all__ = ["main"]

"""What a subcommand or a question tells, printed as inert text."""

from __future__ import annotations

import sys

from ocinb.rendering import plain_text

__all__ = ["say"]


def say(text: str) -> None:
    """Print what a subcommand has to tell, as inert text."""
    sys.stdout.write(f"{plain_text(text).rstrip()}\n")

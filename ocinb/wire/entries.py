"""Entries of an OCI config, which may hold a pass phrase and so are never shown."""

from __future__ import annotations

from typing import Any

__all__ = ["Entries"]


class Entries(dict[str, Any]):
    """A config whose repr holds its names only, in tracebacks with variables too."""

    def __repr__(self) -> str:
        return f"<entries {', '.join(self)}>"

"""What a view publishes, as a front end keeps it."""

from __future__ import annotations

from typing import Any


class Outputs:
    """Collects what is published, each display in its last state."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], bool]] = []
        self.stored: dict[str, dict[str, Any]] = {}

    def publish(
        self,
        data: dict[str, Any],
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
    ) -> None:
        self.sent.append((data, update))
        self.stored[(transient or {}).get("display_id", "")] = data

"""What is known of a sweep as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SweepRecord"]


@dataclass(frozen=True)
class SweepRecord:
    """One sweep of a store; nothing in it is a secret.

    Attributes:
        plan_key: the same for the same model, space, prompts and repeats.
        name: what the user calls it.
        created_at: when it was begun for the first time, in seconds since 1970.
        endpoint: where its requests go.
        model: the model's name.
        description: what the model can be made from again.
        axes: axis -> its values.
        repeats: how often each prompt is asked with each setting.
        options: how it was run.
        version: of ocinb.
        id: its number in the store; 0 before it is there.
    """

    plan_key: str
    name: str = ""
    created_at: float = 0.0
    endpoint: str = ""
    model: str = ""
    description: Mapping[str, Any] = field(default_factory=dict)
    axes: Mapping[str, Any] = field(default_factory=dict)
    repeats: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    id: int = 0

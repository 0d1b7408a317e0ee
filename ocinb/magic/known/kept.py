"""What a preset of the magic keeps beside parameters: the values of other flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.magic.typed.flags import FLAGS, PARAM
from ocinb.magic.typed.values import read_flag
from ocinb.saved.text import only_keys, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KEPT", "read_settings"]

KEPT: Final = {f.target: f for f in FLAGS.values() if f.kept and f is not PARAM}
"""The flags that a preset may keep beside parameters, by target."""


def read_settings(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a preset keeps for flags, checked as if it were typed.

    Raises:
        ConfigurationError: there is no such flag, or it does not take the value.
    """
    only_keys(content, (*KEPT, "params", "model_kwargs"))
    said = texts(content)
    return {
        target: read_flag(flag, [said[target]], {})
        for target, flag in KEPT.items()
        if target in said
    }

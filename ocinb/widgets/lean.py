"""Widgets that send no more than what they were made with."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

from ipywidgets import Widget

__all__ = ["lean"]

_NAMES: Final = re.compile("_(?:model|view)_(?:name|module)")  # what kind it is
_Kind = TypeVar("_Kind", bound=Widget)


def lean(kind: type[_Kind], **traits: Any) -> _Kind:
    """Make a widget that sends these traits and no other.

    A front end knows the defaults, and needs neither a layout nor a style: a widget
    has none of its own until somebody asks for it.
    """
    names = [name for name in kind.class_trait_names(sync=True) if _NAMES.match(name)]
    widget: _Kind = kind(keys=[*names, *traits], **traits)
    return widget

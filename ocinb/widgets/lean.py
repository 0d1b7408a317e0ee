"""Widgets that send no more than what they were made with."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

from ipywidgets import Widget

__all__ = ["lean"]

_NAMES: Final = re.compile("_(?:model|view)_(?:name|module)")  # what kind it is
_SENT_AS: Final = {"options": "_options_labels", "value": "index"}  # of a list

_Kind = TypeVar("_Kind", bound=Widget)


def lean(kind: type[_Kind], **traits: Any) -> _Kind:
    """Make a widget that sends these traits and no other.

    A front end knows the defaults, and needs neither a layout nor a style: a widget
    has none of its own until somebody asks for it.
    """
    synced = kind.class_trait_names(sync=True)
    names = [name for name in synced if _NAMES.match(name)]
    names += [_SENT_AS.get(name, name) for name in traits if name not in synced]
    own = [name for name in traits if name in synced]
    widget: _Kind = kind(keys=[*names, *own], **traits)
    return widget

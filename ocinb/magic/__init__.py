"""`%ocichat` and `%%ocichat`: a line of arguments becomes one call of a chat model."""

from ocinb.magic.extension import load, unload

__all__ = ["load", "unload"]

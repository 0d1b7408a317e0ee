"""The chat panel."""

from ocinb.widgets.panel.chat_panel import ChatPanel

__all__ = ["ChatPanel"]

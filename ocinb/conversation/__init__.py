"""Turns of a conversation with any LangChain chat model, and how one is run."""

from ocinb.conversation.conversation import Conversation
from ocinb.conversation.history import history_for_request, is_sent
from ocinb.conversation.requests import ToolRequest, ToolResult
from ocinb.conversation.rounds import Item
from ocinb.conversation.run import Run
from ocinb.conversation.turn import Status, Timings, Turn

__all__ = [
    "Conversation",
    "Item",
    "Run",
    "Status",
    "Timings",
    "ToolRequest",
    "ToolResult",
    "Turn",
    "history_for_request",
    "is_sent",
]

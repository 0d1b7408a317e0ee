"""The line over a panel: what answers, and where."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ocinb.conversation.agents import is_chat_model
from ocinb.errors import one_line
from ocinb.rendering import escape
from ocinb.view.footer import name_of_model

__all__ = ["head_line"]


def head_line(model: Any) -> str:
    """Return safe HTML with a model's name and the host of its endpoint."""
    endpoint = getattr(model, "endpoint", "")
    host = urlsplit(endpoint).netloc if isinstance(endpoint, str) else ""
    facts = [name_of_model(model, {}), *([one_line(host, 120)] if host else [])]
    if not is_chat_model(model):
        facts.append("an agent: it takes no sampling parameters")
    first, *rest = map(escape, facts)
    more = "".join(f" · {fact}" for fact in rest)
    return f'<div class="ocinb ocinb-footer"><strong>{first}</strong>{more}</div>'

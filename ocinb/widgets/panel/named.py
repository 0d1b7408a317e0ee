"""The line over a panel: what answers, and where."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ocinb.conversation.agents import is_chat_model
from ocinb.errors import one_line
from ocinb.rendering import escape

__all__ = ["head_line"]


def head_line(model: Any) -> str:
    """Return safe HTML with a model's name and the host of its endpoint."""
    names = (getattr(model, name, None) for name in ("model", "model_name"))
    name = next((str(n) for n in names if n), type(model).__name__)
    endpoint = getattr(model, "endpoint", "")
    host = urlsplit(endpoint).netloc if isinstance(endpoint, str) else ""
    facts = [one_line(name, 80), *([one_line(host, 120)] if host else [])]
    if not is_chat_model(model):
        facts.append("an agent: it takes no sampling parameters")
    first, *rest = map(escape, facts)
    more = "".join(f" · {fact}" for fact in rest)
    return f'<div class="ocinb ocinb-footer"><strong>{first}</strong>{more}</div>'

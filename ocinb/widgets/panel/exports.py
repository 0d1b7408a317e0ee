"""The forms in which a conversation can be taken elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ocinb.view.export import as_markdown, as_messages, as_notebook
from ocinb.widgets.panel.replay import code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import Conversation

__all__ = ["exports_of"]


def exports_of(
    talk: Callable[[], Conversation], params: Callable[[], dict[str, Any]]
) -> dict[str, tuple[str, Callable[[], str]]]:
    """Return what makes each form, and the ending of its file's name, by its name.

    Args:
        talk: the conversation as it is when a form is made.
        params: what is set for the next request.
    """

    def code() -> str:
        turns = talk().turns
        return code_of(talk(), params(), turns[-1] if turns else None)

    def notebook() -> str:
        cells = as_notebook(talk().turns, talk().model, system=talk().system)
        return json.dumps(cells, indent=1, ensure_ascii=False)

    return {
        "Markdown": ("md", lambda: as_markdown(talk().turns, system=talk().system)),
        "Notebook": ("ipynb", notebook),
        "LangChain messages": (
            "py",
            lambda: as_messages(talk().turns, system=talk().system),
        ),
        "Python that sends the last request": ("py", code),
    }

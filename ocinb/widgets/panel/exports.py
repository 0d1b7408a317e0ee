"""The forms in which a conversation can be taken elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ocinb.view.export import as_markdown, as_messages, as_notebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import Conversation

__all__ = ["exports_of"]


def exports_of(
    talk: Callable[[], Conversation], code: Callable[[], str]
) -> dict[str, tuple[str, Callable[[], str]]]:
    """Return what makes each form, and the ending of its file's name, by its name.

    Args:
        talk: the conversation as it is when a form is made.
        code: makes the Python that sends the last request.
    """

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

"""What to do where a request was longer than the model's context."""

from __future__ import annotations

import re
from typing import Final

from ocinb.errors import OcinbError

__all__ = ["explain_too_long"]

_SAYS_SO: Final = re.compile(
    r"maximum context length|maximum model length|max_model_len"
    r"|context[ _-]?(length|window|size|limit)[ _-]?(was |is |has been )?exceed"
    r"|exceed\w* (the |its |this )?(model'?s )?(available |maximum )?"
    r"context[ _-]?(length|window|size|limit)"
    r"|(prompt|input|request) is too long",
    re.IGNORECASE,
)
"""How servers say it: vLLM, llama.cpp, and the services of OpenAI and Anthropic."""


def explain_too_long(error: Exception, turns: int) -> None:
    """Add to an error how many turns were sent, if it says that they are too many.

    Args:
        error: what a chat model raised; of another kind than ours it gets a note.
        turns: earlier turns that the request carried.
    """
    said = str(error)
    if isinstance(error, OcinbError):
        said = f"{error.message} {error.server_message}"
    if not _SAYS_SO.search(said):
        return
    hint = _advice(turns)
    if isinstance(error, OcinbError):
        error.add(hint=f"{error.hint}; {hint}" if error.hint else hint)
    elif hasattr(error, "add_note"):  # Python 3.11 and later
        error.add_note(hint)


def _advice(turns: int) -> str:
    if not turns:
        return "no earlier turn was sent along: shorten the prompt, or lower max_tokens"
    count = "1 earlier turn was" if turns == 1 else f"{turns} earlier turns were"
    return (
        f"{count} sent along: lower max_history, or ask without them "
        "(--no-history; %ocichat reset begins anew)"
    )

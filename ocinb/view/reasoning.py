"""What a model thought before it answered: told apart from the answer, and folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.rendering import to_html

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

__all__ = ["TITLE", "folded_html", "reasoning_of"]


TITLE: Final = "Reasoning"

_COLOUR: Final = "var(--jp-ui-font-color2, #6b6b6b)"


def reasoning_of(message: AIMessage) -> str:
    """Return the reasoning in an answer or in a piece of it; "" if there is none."""
    reasoning = message.additional_kwargs.get("reasoning_content")
    if isinstance(reasoning, str):
        return reasoning
    if isinstance(message.content, str):
        return ""
    blocks = (b for b in message.content_blocks if b["type"] == "reasoning")
    return "".join(str(block.get("reasoning", "")) for block in blocks)


def folded_html(reasoning: str) -> str:
    """Return reasoning as a section that is closed until it is clicked; inert."""
    if not reasoning.strip():
        return ""
    return (
        '<details class="ocinb ocinb-reasoning tex2jax_ignore mathjax_ignore" '
        f'style="color:{_COLOUR};font-size:90%">'
        f"<summary>{TITLE}</summary>"
        f"<blockquote>{to_html(reasoning)}</blockquote></details>"
    )

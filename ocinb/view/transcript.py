"""What a notebook keeps of a conversation, to be read where no kernel runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from langchain_core.messages import AIMessage

from ocinb.errors import OcinbError, one_line
from ocinb.rendering import escape, inert_markdown, plain_text, stylesheet, to_html
from ocinb.view.footer import Footer, stored_footer
from ocinb.view.preformatted import to_preformatted
from ocinb.view.reasoning import TITLE, folded_html, reasoning_of
from ocinb.view.redaction import without_keys
from ocinb.view.tool_cards import ToolCard, stored_cards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ocinb.conversation import Turn

__all__ = [
    "TurnForms",
    "answer_markdown",
    "error_line",
    "footer_html",
    "prompt_text",
    "transcript_bundle",
    "turn_forms",
    "turns_markdown",
    "unmarked",
]

GO_ON: Final = "Re-run the cell to go on."

_MARKS: Final = frozenset("\\`*_[]<>#|~$")
_CLASSES: Final = "tex2jax_ignore mathjax_ignore"
_LINE: Final = "var(--jp-border-color2, #bdbdbd)"
_PROMPT: Final = f"border-left:0.25em solid {_LINE};padding-left:0.8em"
_TURN: Final = f"border-top:1px solid {_LINE};margin-top:1em;padding-top:0.6em"


@dataclass(frozen=True)
class _Answer:
    """One answer of the model, with the tool calls in it.

    Attributes:
        text: the answer.
        reasoning: what the model thought before.
        cards: its tool calls, with what came of them.
    """

    text: str
    reasoning: str
    cards: tuple[ToolCard, ...]


class TurnForms(NamedTuple):
    """One turn as a notebook stores it: inert in both forms.

    Attributes:
        html: safe HTML.
        text: its paragraphs.
    """

    html: str
    text: tuple[str, ...]


def turn_forms(turn: Turn) -> TurnForms:
    """Render one turn; it is the same as long as the turn is."""
    return TurnForms(_turn_html(turn), tuple(_turn_plain(turn)))


def transcript_bundle(
    turns: Sequence[Turn],
    *,
    title: str = "",
    system: str = "",
    opened: bool = False,
    forms: Callable[[Turn], TurnForms] = turn_forms,
) -> dict[str, str]:
    """Return a conversation as a notebook stores it: inert in every form.

    It is folded, and its first line says how the conversation goes on. It tells nothing
    that changes when the same conversation is shown again, such as how long it took,
    and nothing of the models but their names. What reads Markdown reads HTML too.

    Args:
        turns: those of the branch that is shown.
        title: what the conversation is called; "" for "Transcript".
        system: the system prompt.
        opened: True unfolds it.
        forms: renders a turn, or returns what it rendered before.
    """
    summary = _summary(len(turns), title)
    rendered = [forms(turn) for turn in turns]
    said = [_said_html("System prompt", system)] if system.strip() else []
    told = [plain_text(f"System prompt:\n{system}")] if system.strip() else []
    for each in rendered:
        said.append(each.html)
        told += each.text
    return {
        "text/html": _folded(said, summary, opened=opened),
        "text/plain": "\n\n".join([plain_text(summary), *told]),
    }


def prompt_text(turn: Turn) -> str:
    """Return a prompt as text; of what is no text in it, the kind is named."""
    others = [
        f"[{one_line(str(part.get('type')), 40)}]"
        for part in turn.parts
        if isinstance(part, dict) and part.get("type") != "text"
    ]
    return "\n".join([*([turn.prompt] if turn.prompt else []), *others])


def error_line(error: Exception) -> str:
    """Return why a turn failed in one line; it holds nothing that looks like a key."""
    if isinstance(error, OcinbError):
        return one_line(without_keys(str(error)), 2_000)
    said = f"{type(error).__name__}: {error}"
    return one_line(without_keys(one_line(said, 1_000)))


def footer_html(footer: Footer) -> str:
    """Return the line under an answer as safe HTML; "" if it has nothing to say."""
    warning = f"<strong>{escape(footer.warning)}</strong>" if footer.warning else ""
    told = " · ".join(filter(None, [warning, *map(escape, footer.facts)]))
    return f'<div class="ocinb ocinb-footer {_CLASSES}">{told}</div>' if told else ""


def _summary(count: int, title: str) -> str:
    shown = one_line(title, 100) or "Transcript"
    counted = f"{count or 'no'} turn{'' if count == 1 else 's'}"
    return f"{shown}: {counted}. {GO_ON}"


def _answers(turn: Turn) -> Iterator[_Answer]:
    """Yield what is shown of each round; results alone belong to the call above."""
    for index, message in enumerate(turn.messages):
        if isinstance(message, AIMessage):
            cards = stored_cards(message, turn.messages[index + 1 :])
            yield _Answer(str(message.text), reasoning_of(message), tuple(cards))


# HTML


def _folded(parts: Sequence[str], summary: str, *, opened: bool) -> str:
    return (
        f"<style>{stylesheet()}</style>"
        f'<details class="ocinb ocinb-transcript {_CLASSES}"{" open" if opened else ""}>'
        f"<summary>{escape(summary)}</summary>{''.join(parts)}</details>"
    )


def _turn_html(turn: Turn) -> str:
    parts = [_said_html("You", prompt_text(turn)), _name_html("Model")]
    for answer in _answers(turn):
        parts += [folded_html(answer.reasoning)]
        parts += [to_html(answer.text)] if answer.text.strip() else []
        parts += [card.html for card in answer.cards]
    if turn.error is not None:
        why = escape(error_line(turn.error))
        parts.append(f'<div class="ocinb {_CLASSES}"><strong>{why}</strong></div>')
    parts.append(footer_html(stored_footer(turn)))
    return f'<div class="ocinb {_CLASSES}" style="{_TURN}">{"".join(parts)}</div>'


def _said_html(who: str, text: str) -> str:
    shown = f'<div style="{_PROMPT}">{to_preformatted(text)}</div>'
    return f"{_name_html(who)}{shown}"


def _name_html(who: str) -> str:
    return f"<p><strong>{who}</strong></p>"


# Markdown


def turns_markdown(turns: Sequence[Turn], system: str = "") -> Iterator[str]:
    """Yield the paragraphs of a conversation as inert Markdown.

    Args:
        turns: those of the branch that is shown.
        system: the system prompt.
    """
    if system.strip():
        yield from ("**System prompt**", inert_markdown(system))
    for turn in turns:
        yield from ("---", "**You**", inert_markdown(prompt_text(turn)), "**Model**")
        yield from answer_markdown(turn)


def answer_markdown(turn: Turn) -> Iterator[str]:
    """Yield what followed a prompt as paragraphs of inert Markdown."""
    for answer in _answers(turn):
        if answer.reasoning.strip():
            lines = answer.reasoning.strip().split("\n")
            quoted = "\n".join(f"> {line}" for line in lines)
            yield f"{TITLE}:\n\n{inert_markdown(quoted)}"
        if answer.text.strip():
            yield inert_markdown(answer.text)
        yield from (card.markdown for card in answer.cards)
    last = [] if turn.error is None else [error_line(turn.error)]
    last += [stored_footer(turn).text]
    yield from (unmarked(line) for line in last if line)


def unmarked(line: str) -> str:
    """Return one line as inert Markdown that shows it character by character."""
    return inert_markdown("".join(f"\\{c}" if c in _MARKS else c for c in line))


# Text


def _turn_plain(turn: Turn) -> Iterator[str]:
    yield plain_text(f"You:\n{prompt_text(turn)}")
    for answer in _answers(turn):
        yield from _answer_plain(answer)
    if turn.error is not None:
        yield error_line(turn.error)
    if footer := stored_footer(turn).text:
        yield footer


def _answer_plain(answer: _Answer) -> Iterator[str]:
    if answer.reasoning.strip():
        yield plain_text(f"{TITLE}:\n{answer.reasoning.strip()}")
    if answer.text.strip():
        yield plain_text(f"Model:\n{answer.text}")
    yield from (card.text for card in answer.cards)

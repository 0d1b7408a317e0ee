"""The section that puts two settings side by side: where their answers differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML

from ocinb.errors import one_line
from ocinb.rendering import escape, plain_text
from ocinb.view.differences import differences_of
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.sweep.choice import Choice
from ocinb.widgets.sweep.section import Section, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipywidgets import Widget

    from ocinb.sweep.results import Comparison, SweepResult

__all__ = ["Pair", "figures_html"]

OFFERED: Final = 500
"""Settings, and prompts, of a list; more cannot be chosen from by eye."""


class Pair(Section):
    """Shows the words in which two answers differ, and how far two settings are apart."""

    def make(self) -> Sequence[Widget]:
        """Return the widgets of the section, from top to bottom."""
        self._a = Choice("A", self.refresh)
        self._b = Choice("B", self.refresh)
        self._prompt = Choice("Prompt", self.refresh)
        self._repeat = Choice("Repeat", self.refresh)
        choices = (self._a, self._b, self._prompt, self._repeat)
        self._texts = lean(HTML, value="")
        self._figures = lean(HTML, value="")
        self._made += choices
        return row(*(each.widget for each in choices)), self._texts, self._figures

    def draw(self, result: SweepResult) -> None:
        """Show the two; runs in another thread."""
        trials = result.trials
        settings = [(one_line(str(s), 80), s.number) for s in trials.settings[:OFFERED]]
        texts = result.store.prompt_texts(result.record.id)
        self._a.offer(settings)
        self._b.offer(settings, settings[-1][1])
        self._prompt.offer(
            [(one_line(plain_text(texts[n]), 60), n) for n in sorted(texts)[:OFFERED]]
        )
        self._repeat.offer([(str(n + 1), n) for n in range(result.record.repeats)])
        a, b = self._a.value, self._b.value
        place = (self._prompt.value, self._repeat.value)
        first, second = (_said(trials.frame, each, *place) for each in (a, b))
        found = differences_of(first, second)
        self._texts.value = (
            f'<div class="ocinb"><strong>{escape(found.summary)}</strong></div>'
            '<div class="ocinb-columns">'
            f'<div class="ocinb-column">{line_html("A", "footer")}{found.first}</div>'
            f'<div class="ocinb-column">{line_html("B", "footer")}{found.second}</div>'
            "</div>"
        )
        self._figures.value = figures_html(result.compare(a, b)) if a != b else ""


def figures_html(comparison: Comparison) -> str:
    """Return how far two settings are apart in each metric, as safe HTML."""
    heads = ("metric", "A", "B", "A less B", "95 % interval", "")
    rows = [
        (
            each.metric,
            *(f"{value:.3g}" for value in (each.a, each.b, each.difference)),
            f"{each.low:.3g} to {each.high:.3g}",
            "" if each.distinguishable else "not distinguishable",
        )
        for each in comparison.differences.itertuples()
    ]
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(map(_field, each))}</tr>" for each in rows)
    return (
        '<div class="ocinb tex2jax_ignore mathjax_ignore"><div class="ocinb-table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _field(text: Any) -> str:
    return f"<td>{escape(one_line(plain_text(str(text)), 200))}</td>"


def _said(frame: Any, setting: int, prompt: Any, repeat: Any) -> str:
    """Return an answer, or why there is none."""
    chosen = frame[
        (frame["setting"] == setting)
        & (frame["prompt"] == prompt)
        & (frame["repeat"] == repeat)
    ]
    if not len(chosen):
        return "(no answer yet)"
    found = chosen.iloc[0]
    if found["status"] != "ok":
        return f"(failed: {found['error']})"
    return str(found["text"] or found["tool_calls"] or "(empty)")

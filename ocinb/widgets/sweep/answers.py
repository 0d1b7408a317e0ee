"""The section with what each setting answered to each prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML

from ocinb.errors import one_line
from ocinb.rendering import escape, plain_text
from ocinb.widgets.lean import lean
from ocinb.widgets.sweep.choice import Choice
from ocinb.widgets.sweep.paging import Paging
from ocinb.widgets.sweep.section import Section, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipywidgets import Widget

    from ocinb.sweep.results import SweepResult

__all__ = ["Answers", "answers_html"]

SETTINGS: Final = 8
PROMPTS: Final = 3
REPEATS: Final = 5
"""How many of each a page shows."""

LONGEST: Final = 600
"""Characters of an answer that are shown."""

_WHICH: Final = (("the first", False), ("all", True))


class Answers(Section):
    """A table of settings and prompts, a page of it at a time."""

    def make(self) -> Sequence[Widget]:
        """Return the widgets of the section, from top to bottom."""
        self._repeats = Choice("Repeats", self.refresh, _WHICH)
        self._settings = Paging("settings", SETTINGS, self.refresh)
        self._prompts = Paging("prompts", PROMPTS, self.refresh)
        self._page = lean(HTML, value="", _dom_classes=("ocinb-page",))
        self._made += [self._repeats, self._settings, self._prompts]
        head = row(self._repeats.widget, self._prompts.widget, self._settings.widget)
        return head, self._page

    def draw(self, result: SweepResult) -> None:
        """Show a page of the table; runs in another thread."""
        trials = result.trials
        texts = result.store.prompt_texts(result.record.id)
        numbers = sorted(texts)[self._prompts.of(len(texts))]
        settings = trials.settings[self._settings.of(len(trials.settings))]
        self._page.value = answers_html(
            trials.frame,
            {setting.number: str(setting) for setting in settings},
            {number: texts[number] for number in numbers},
            every=bool(self._repeats.value),
        )


def answers_html(
    frame: Any, settings: dict[int, str], prompts: dict[int, str], *, every: bool
) -> str:
    """Return a table as safe HTML.

    Args:
        frame: the trials.
        settings: number -> name, a row each.
        prompts: number -> text, a column each.
        every: True shows each repeat, False the first answer and how many differ.
    """
    cells = _by_cell(frame, settings, prompts)
    heads = "".join(
        f'<th scope="col">{escape(one_line(plain_text(text), 80))}</th>'
        for text in prompts.values()
    )
    body = "".join(
        f'<tr><th scope="row">{escape(one_line(name, 200))}</th>'
        + "".join(
            f"<td>{_cell(cells.get((setting, prompt), []), every=every)}</td>"
            for prompt in prompts
        )
        + "</tr>"
        for setting, name in settings.items()
    )
    return (
        '<div class="ocinb ocinb-answers tex2jax_ignore mathjax_ignore">'
        '<div class="ocinb-table"><table><thead><tr><th scope="col">setting</th>'
        f"{heads}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _by_cell(
    frame: Any, settings: dict[int, str], prompts: dict[int, str]
) -> dict[tuple[int, int], list[Any]]:
    wanted = frame["setting"].isin(list(settings)) & frame["prompt"].isin(list(prompts))
    columns = ["setting", "prompt", "repeat", "status", "text", "tool_calls", "error"]
    found: dict[tuple[int, int], list[Any]] = {}
    for each in frame.loc[wanted, columns].itertuples(index=False):
        found.setdefault((each.setting, each.prompt), []).append(each)
    return found


def _cell(rows: Sequence[Any], *, every: bool) -> str:
    if not rows:
        return "<em>no answer yet</em>"
    shown = rows[:REPEATS] if every else _first(rows)
    limit = LONGEST // len(shown)
    parts = [_answer(each, limit) for each in shown]
    return "".join(parts) + _remark(rows, shown=len(shown), every=every)


def _first(rows: Sequence[Any]) -> Sequence[Any]:
    """Return the first answer; a failure only where nothing was answered."""
    good = [each for each in rows if each.status == "ok"]
    return good[:1] or rows[:1]


def _answer(row: Any, limit: int) -> str:
    if row.status != "ok":
        return f"<em>failed: {escape(one_line(plain_text(row.error), limit))}</em>"
    text = plain_text(row.text or row.tool_calls or "")
    if not text.strip():
        return "<em>empty</em>"
    more = f"<em> … {len(text):,} characters</em>" if len(text) > limit else ""
    return f'<div class="ocinb-answer">{escape(text[:limit])}{more}</div>'


def _remark(rows: Sequence[Any], *, shown: int, every: bool) -> str:
    good = [each.text for each in rows if each.status == "ok"]
    failed = len(rows) - len(good)
    different = len(set(good))
    told = []
    if len(good) > 1:
        told.append(
            f"{different:,} different of {len(good):,}"
            if different > 1
            else f"the same {len(good):,} times"
        )
    if failed and (good or failed > 1):
        told.append(f"{failed:,} failed")
    if every and len(rows) > shown:
        told.append(f"{len(rows) - shown:,} more")
    return f'<div class="ocinb-remark">{", ".join(told)}</div>' if told else ""

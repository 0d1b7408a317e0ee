"""Random answers of a model, and a reader that shows what a page would."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html.parser import HTMLParser

from ocinb.rendering import Blocks

WORDS = (
    *("alpha", "beta", "gamma", "the", "of", "and", "model", "value", "data"),
    *("frame", "tensor", "café", "数据", "naïve"),
)


class Page(HTMLParser):
    """What a browser would make of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def squeezed(self) -> str:
        return "".join(self.text.split())

    def values(self, tag: str, name: str) -> list[str | None]:
        return [value for t, n, value in self.attributes if (t, n) == (tag, name)]


@dataclass
class Streamed:
    closed: list[str] = field(default_factory=list)
    opens: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        return "".join(self.closed)


def stream(text: str, size: int = 20, redraw_every: int = 1) -> Streamed:
    """Feed a text to `Blocks` in pieces, with a redraw after every few of them."""
    blocks, seen = Blocks(), Streamed()
    for number, start in enumerate(range(0, len(text), size)):
        blocks.feed(text[start : start + size])
        if number % redraw_every == 0:
            closed, open_html = blocks.update()
            seen.closed += closed
            seen.opens.append(open_html)
    seen.closed += blocks.finish().closed
    return seen


@dataclass
class Author:
    """Writes Markdown as models do, the same for the same seed."""

    seed: int

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - dice, no secret

    def words(self, count: int) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(count))

    def phrase(self) -> str:
        words = self.words(self.dice.randint(1, 4))
        marked = (f"**{words}**", f"*{words}*", f"`{words}`", f"~~{words}~~")
        link = f"[{words}](https://example.org/{self.dice.randint(1, 9)})"
        return self.dice.choice((words, words, words, f"a_b {words}", link, *marked))

    def sentence(self) -> str:
        text = " ".join(self.phrase() for _ in range(self.dice.randint(2, 7)))
        return text + self.dice.choice("..!?:")

    def lines(self, count: int, prefix: str = "") -> str:
        return "\n".join(prefix + self.sentence() for _ in range(count))

    def code(self, count: int) -> str:
        kinds = ("def f{0}(x):", "    return {0}", 'x = "a {0}"', "# note {0}", "")
        return "\n".join(self.dice.choice(kinds).format(n) for n in range(count))

    def numbered(self, count: int) -> str:
        return "\n".join(f"{n + 1}. {self.sentence()}" for n in range(count))

    def table(self, count: int) -> str:
        rows = "\n".join(f"| {self.words(2)} | {n} |" for n in range(count))
        return f"| name | number |\n|---|--:|\n{rows}"

    def fence(self, count: int) -> str:
        language = self.dice.choice(("python", "", "js", "unknown"))
        return f"```{language}\n{self.code(count)}\n```"

    def step(self) -> str:
        return f"1. {self.sentence()}\n\n   ```python\n   x = 1\n   ```\n\n2. End."

    def block(self, size: int) -> str:
        count = self.dice.randint(1, 6) * size
        return self.dice.choice(
            (
                lambda: self.lines(count).replace("\n", " "),
                lambda: self.lines(count),
                lambda: self.lines(count, "- "),
                lambda: self.lines(count, "> "),
                lambda: self.numbered(count),
                lambda: self.numbered(1) + "\n" + self.lines(count, "   - "),
                lambda: self.table(count),
                lambda: self.fence(count * 2),
                lambda: f"## {self.words(4)}",
                lambda: f"{self.words(2)}\n=====",
                lambda: "---",
                self.step,
            )
        )()

    def answer(self, blocks: int, size: int = 1) -> str:
        return "\n\n".join(self.block(size) for _ in range(blocks))

"""How Markdown is stored so that no reader of a notebook brings it to life."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from ocinb.rendering import inert_markdown
from tests.unit.rendering.answers import Author, Page
from tests.unit.rendering.test_markdown import ATOMS, ATTACKS, HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

JOINER = "\u2060"


def permissive() -> MarkdownIt:
    """Return a reader of Markdown that trusts what it reads."""
    options = {"html": True}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


def every(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from every(token.children or ())


def assert_lifeless(stored: str) -> None:
    for token in every(permissive().parse(stored)):
        assert token.type not in ("html_block", "html_inline", "image")
        if token.type == "link_open":
            href = str(token.attrs["href"]).lower()
            assert href.startswith(("https://", "mailto:"))
    stored.encode()


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_text_even_where_html_is_on(attack: str):
    assert_lifeless(inert_markdown(attack))
    assert_lifeless(inert_markdown(f"- {attack}\n> {attack}\n\n`{attack}\n{attack}`"))


@pytest.mark.parametrize(
    "text",
    [
        "a <b>word</b>, a < b and 1 <2",
        "![a cat](https://x.test/cat.png)",
        "[docs][1]\n\n[1]: https://example.org",
        "[x](javascript:alert(1)) and <javascript:x>",
        "`List<int>` and `<div>`",
        r"$\href{javascript:x}{y}$",
        "- item\n\n  ```html\n  <b>\n  ```\n- [link](http://x.test)",
    ],
)
def test_it_reads_as_it_was_written(text: str):
    stored = inert_markdown(text)
    assert stored != text
    assert stored.replace(JOINER, "") == text


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\nSome *text* with `code` and 1 < 2.",
        "[docs](https://example.org/a(b) 'title') and [mail](mailto:a@b.test)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "- [ ] one\n- [x] two",
        "```html\n<script>x = '![y](z)'</script>\n```",
        "so $a_1 + b_1$ holds",
    ],
)
def test_what_is_harmless_stays_byte_for_byte(text: str):
    assert inert_markdown(text) == text


@pytest.mark.parametrize(
    ("language", "kept"), [("python", "python"), ("mermaid", ""), ("{raw} html", "")]
)
def test_only_a_language_that_is_shown_as_code_is_kept(language: str, kept: str):
    assert inert_markdown(f"```{language}\nx\n```") == f"```{kept}\nx\n```"


def test_a_fence_that_holds_fences_is_kept_apart():
    stored = inert_markdown("~~~\n````\n<b>\n```\n~~~\nafter <b>")
    assert stored == f"`````\n````\n<b>\n```\n`````\nafter <{JOINER}b>"


def test_a_fence_without_its_end_is_closed():
    assert inert_markdown("```python\nx = 1") == "```python\nx = 1\n```"
    assert inert_markdown("```python") == "```python\n```"


def test_text_that_only_looks_like_a_fence_is_not_taken_for_code():
    stored = inert_markdown("text\n\n  ```\n  a\n```\n<script>x</script>\n\n```\n")
    assert_lifeless(stored)


def test_a_fence_in_a_list_does_not_hide_what_follows():
    assert_lifeless(inert_markdown("- a\n\n  ```\n```\n<script>\n```\n<script>"))


def test_what_is_nested_too_deep_becomes_code():
    stored = inert_markdown(">" * 40 + "<script>x</script>")
    assert stored.startswith("```\n>>>>")
    assert_lifeless(stored)


def test_control_characters_do_not_reach_the_notebook():
    assert inert_markdown("a\x1b[31mb\x00\u202e\ud800") == "ab\ufffd"


@pytest.mark.parametrize("seed", range(20))
def test_an_ordinary_answer_shows_the_same_text(seed: int):
    answer = Author(seed).answer(blocks=6)
    shown = Page(permissive().render(inert_markdown(answer)))
    assert shown.squeezed.replace(JOINER, "") == (
        Page(permissive().render(answer)).squeezed
    )


@pytest.mark.parametrize("seed", range(60))
def test_any_text_at_all_is_stored_lifeless(seed: int):
    dice = random.Random(seed)  # noqa: S311 - dice, no secret
    atoms = dice.sample(ATOMS, dice.randint(2, len(ATOMS)))
    text = "".join(dice.choices(atoms, k=dice.choice((5, 50, 300))))
    assert_lifeless(inert_markdown(text))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_stored_lifeless(kind: str):
    assert_lifeless(inert_markdown(HOSTILE[kind](400)))

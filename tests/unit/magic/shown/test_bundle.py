"""What stays in the notebook of an answer, in each format."""

from __future__ import annotations

import pytest

from ocinb.magic.shown.bundle import bundle_of, note_of, splitter_of, terminal_text
from ocinb.magic.typed.flags import FORMATS, Format
from ocinb.view.footer import Footer
from tests.unit.rendering.test_foreign import assert_inert as assert_inert_html
from tests.unit.rendering.test_inert import assert_lifeless
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE

FOOTER = Footer("cut <here>", ("model & co", "12 prompt + 3 tokens"))


def test_markdown_is_stored_in_three_forms_all_inert():
    bundle = bundle_of("*hi* <script>x</script> ![a](http://b/c)", FOOTER, "markdown")
    assert set(bundle) == {"text/plain", "text/html", "text/markdown"}
    assert "<em>hi</em>" in bundle["text/html"]
    assert "<script" not in bundle["text/html"] + bundle["text/markdown"]
    assert "<img" not in bundle["text/html"]
    assert "![" not in bundle["text/markdown"]


@pytest.mark.parametrize("style", FORMATS)
def test_the_plain_text_is_the_answer_to_the_byte(style: Format):
    text = "line one\n\n  two  \n{x} `y` \u00e9 \U0001f99c <p>"
    assert bundle_of(text, FOOTER, style)["text/plain"] == text


@pytest.mark.parametrize("style", FORMATS)
def test_the_same_answer_makes_the_same_bundle(style: Format):
    assert bundle_of("hi", FOOTER, style) == bundle_of("hi", FOOTER, style)


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_inert_in_every_form(style: Format, attack: str):
    quoted = attack.replace("\\", "\\\\").replace('"', '\\"').replace("\x1b", "\\u001b")
    for text in (attack, f'["{quoted}"]', f"```html\n{attack}\n```\n{attack}"):
        bundle = bundle_of(text, Footer("", (attack,)), style)
        style_end = bundle.get("text/html", "").partition("</style>")[2]
        assert_inert_html(
            style_end.replace('style="white-space:pre-wrap;overflow-wrap:anywhere"', "")
        )
        assert_lifeless(bundle.get("text/markdown", ""))
        assert not UNSAFE.search(bundle["text/plain"])
        assert not UNSAFE.search(terminal_text(text, style))


def test_the_footer_is_in_the_html_as_text():
    html = bundle_of("hi", FOOTER, "markdown")["text/html"]
    assert "cut &lt;here&gt;</strong> · model &amp; co · 12 prompt + 3 tokens" in html


def test_text_is_shown_character_by_character():
    bundle = bundle_of("*hi*", Footer(), "text")
    assert set(bundle) == {"text/plain", "text/html"}
    assert "*hi*</div>" in bundle["text/html"]


def test_raw_is_plain_text_alone():
    assert bundle_of("*hi*", FOOTER, "raw") == {"text/plain": "*hi*"}
    assert note_of("*hi*", FOOTER, "raw") == ""


class TestJson:
    def test_it_is_laid_out_and_coloured(self):
        bundle = bundle_of('{"a":[1,"<b>"]}', Footer(), "json")
        assert '<span class="nt">"a"</span>' in bundle["text/html"].replace(
            "&quot;", '"'
        )
        assert "&lt;b&gt;" in bundle["text/html"]
        assert bundle["text/markdown"] == (
            '```json\n{\n  "a": [\n    1,\n    "<b>"\n  ]\n}\n```'
        )
        assert bundle["text/plain"] == '{"a":[1,"<b>"]}'

    def test_a_fence_inside_a_string_closes_nothing(self):
        bundle = bundle_of('{"a": "\\n```\\n<script>", "b": "````"}', Footer(), "json")
        assert bundle["text/html"].count("<pre>") == 1
        assert bundle["text/markdown"].startswith("`````json\n")

    def test_what_is_no_json_is_shown_as_text_with_a_note(self):
        bundle = bundle_of("*no* JSON", Footer("", ("model",)), "json")
        assert "*no* JSON</div>" in bundle["text/html"]
        assert "<strong>not valid JSON: Expecting value" in bundle["text/html"]
        assert "text/markdown" not in bundle
        assert note_of("*no* JSON", Footer(), "json").startswith("not valid JSON")

    def test_no_answer_needs_no_note(self):
        assert note_of("", Footer(), "json") == ""

    def test_a_terminal_gets_it_laid_out_too(self):
        assert terminal_text('{"a":1}', "json") == '{\n  "a": 1\n}'
        assert terminal_text("{no", "json") == "{no"
        assert terminal_text('{"a":1}', "markdown") == '{"a":1}'

    def test_it_is_coloured_while_it_grows(self):
        blocks = splitter_of("json")
        blocks.feed('{"a": "```\\n')
        assert '<span class="nt">' in blocks.update().open_html


class TestHtml:
    def test_it_is_shown_without_what_runs_or_loads(self):
        text = (
            '<h1 onclick="x()">Hi</h1><script>x()</script><img src="http://x.test/p">'
        )
        html = bundle_of(text, Footer(), "html")["text/html"]
        assert "<h1>Hi</h1>" in html
        assert "[image: http://x.test/p]" in html
        assert "<script" not in html
        assert "onclick" not in html

    def test_a_fenced_page_is_shown_and_the_text_around_it_is_not(self):
        text = "Here you are:\n\n```html\n<b>bold</b>\n```\n\nDone. <b>x</b>"
        html = bundle_of(text, Footer(), "html")["text/html"]
        assert "<b>bold</b>" in html
        assert "Done" not in html
        assert bundle_of(text, Footer(), "html")["text/plain"] == text

    def test_an_answer_without_html_is_shown_as_text_with_a_note(self):
        html = bundle_of("a < b", Footer(), "html")["text/html"]
        assert "a &lt; b</div>" in html
        assert "no HTML in the answer" in html
        assert note_of("", Footer(), "html") == ""

    def test_its_source_is_shown_while_it_grows(self):
        blocks = splitter_of("html")
        blocks.feed("<b>bold")
        assert "&lt;b&gt;bold" in blocks.update().open_html


class TestCode:
    def test_the_answer_is_shown_as_markdown(self):
        text = "*Run* this:\n\n```python\nx = 1\n```"
        markdown = bundle_of(text, Footer(), "markdown")
        for style in ("code", "code:longest", "code:all"):
            assert bundle_of(text, Footer(), style) == markdown

    def test_an_answer_without_code_has_a_note(self):
        assert "no code block" in bundle_of("hi", Footer(), "code")["text/html"]
        assert "no code block" not in bundle_of("hi", Footer(), "markdown")["text/html"]

    def test_a_block_that_was_cut_is_none(self):
        text = "```python\nx ="
        assert note_of(text, Footer("cut at max_tokens"), "code:all").startswith(
            "no code"
        )
        assert note_of(text, Footer(), "code") == ""

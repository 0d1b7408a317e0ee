"""How a cell shows an answer in each format, in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

HOSTILE = (
    "<h1 onclick=alert(1)>Title</h1><script>alert(1)</script>"
    "<img src='http://evil.example/p.png' onerror=alert(1)>"
    "<a href='javascript:alert(1)'>x</a>\u202e\x1b[31m"
)


def next_cells(ran: Any) -> list[str]:
    return [
        sent["text"]
        for sent in ran.reply["payload"]
        if sent["source"] == "set_next_input" and not sent["replace"]
    ]


@pytest.mark.parametrize("stdin", [True, False])
def test_json_is_one_display_laid_out_and_coloured(kernel: Kernel, *, stdin: bool):
    kernel.serve("""Script.answer('{"a": [1.10, "<b>"]}', tokens=7)""")
    ran = kernel.run("%%ocichat -f json\nhi", stdin=stdin)
    assert not ran.error_lines
    (stored,) = ran.shown
    assert stored["text/plain"] == '{"a": [1.10, "<b>"]}'
    assert stored["text/markdown"].startswith('```json\n{\n  "a": [\n    1.10,')
    assert '<span class="m">1.10</span>' in stored["text/html"]
    assert kernel.value("_oci.text") == '{"a": [1.10, "<b>"]}'


def test_json_that_is_none_is_text_and_a_note(kernel: Kernel):
    kernel.serve("""Script.answer('{"a": oops}')""")
    (stored,) = kernel.run("%%ocichat -f json\nhi").shown
    assert stored["text/plain"] == '{"a": oops}'
    assert "not valid JSON: Expecting value (line 1, column 7)" in stored["text/html"]


def test_html_is_shown_inert_while_it_grows_and_at_the_end(kernel: Kernel):
    kernel.serve(f"Script.answer({HOSTILE!r}, tokens=40, delay_s=0.02)")
    ran = kernel.run("%%ocichat -f html\nhi")
    (stored,) = ran.shown
    drawn = str([c["data"] for c in ran.of("comm_msg") + ran.of("comm_open")])
    assert "<h1>Title</h1>" in stored["text/html"]
    assert "[image: http://evil.example/p.png]" in stored["text/html"]
    for shown in (stored["text/html"], stored["text/markdown"], drawn):
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<h1 onclick" not in shown
        assert 'href="javascript' not in shown
    assert "&lt;h1 onclick" in drawn, "the source is shown while it grows"
    assert "\x1b" not in str(stored)
    assert "\u202e" not in str(stored)
    assert kernel.value("_oci.text") == HOSTILE


@pytest.mark.parametrize(
    ("style", "code"),
    [
        ("code", "a = 1"),
        ("code:longest", "b = 2 + 3"),
        ("code:all", "a = 1\n\nb = 2 + 3"),
    ],
)
def test_code_goes_into_the_next_cell_and_is_not_run(
    kernel: Kernel, style: str, code: str
):
    answer = "So:\n\n```python\na = 1\n```\n\nor\n\n```\nb = 2 + 3\n```\n"
    kernel.serve(f"Script.answer({answer!r})")
    ran = kernel.run(f"%%ocichat -f {style}\nhi")
    assert next_cells(ran) == [code]
    (stored,) = ran.shown
    assert stored["text/plain"] == answer
    assert kernel.value("'b' in globals()") is False


def test_an_answer_without_code_makes_no_cell_and_says_so(kernel: Kernel):
    kernel.serve("Script.answer('Just do it.')")
    ran = kernel.run("%%ocichat -f code\nhi")
    assert next_cells(ran) == []
    assert "no code block in the answer" in ran.shown[0]["text/html"]


def test_code_that_was_cut_makes_no_cell(kernel: Kernel):
    kernel.serve("Script.answer('```python\\na = (1 +', finish='length')")
    ran = kernel.run("%%ocichat -f code\nhi")
    assert next_cells(ran) == []
    assert "cut at max_tokens" in ran.shown[0]["text/html"]


def test_a_format_can_be_configured_for_all_cells(kernel: Kernel):
    kernel.serve("Script.answer('```python\\nx = 5\\n```')")
    kernel.run("%config OciChatMagics.format = 'code'")
    ran = kernel.run("%%ocichat\nhi")
    kernel.run("%config OciChatMagics.format = 'markdown'")
    assert next_cells(ran) == ["x = 5"]

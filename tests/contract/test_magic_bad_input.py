"""What cannot be right on the magic line is one line, and nothing is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.contract.magic_kernel import SERVING, Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """
from langchain_core.language_models import FakeListChatModel
number, Kind, where, x = 5, FakeListChatModel, {"city": "Bern"}, "value"
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        assert not kernel.run(SERVING).error_lines
        assert not kernel.run(SETUP).error_lines
        kernel.serve("*[Script.answer('seen')] * 99")
        yield kernel
        kernel.run("server.stop()")


def refusal(kernel: Kernel, code: str) -> str:
    """Run what must be refused in one line, before any connection is made."""
    before = kernel.value("len(server.requests)")
    ran = kernel.run(code)
    assert ran.reply["status"] == "error"
    (line,) = ran.error_lines
    assert "\n" not in line
    assert not ran.shown
    assert not ran.stream("stdout") + ran.stream("stderr")
    assert kernel.value("len(server.requests)") == before
    return line


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("%%ocichat\n \n\n", "nothing to send", id="empty body"),
        pytest.param("%ocichat", "nothing to send", id="empty line"),
        pytest.param("%%ocichat\n# a\n#b", "nothing to send", id="only comments"),
        pytest.param(
            "%%ocichat --temprature 1\nhi",
            "unknown flag --temprature; did you mean --temperature?",
            id="unknown option",
        ),
        pytest.param(
            "%%ocichat --zzz\nhi", "`%ocichat help` lists all flags", id="unlike any"
        ),
        pytest.param(
            "%%ocichat --seed 1 --seed 2\nhi", "--seed is given twice", id="twice"
        ),
        pytest.param(
            "%%ocichat -t 1 --temperature 1\nhi",
            "--temperature is given twice",
            id="twice by both names",
        ),
        pytest.param(
            "%%ocichat --logprobs --no-logprobs\nhi",
            "--logprobs and --no-logprobs contradict each other",
            id="yes and no",
        ),
        pytest.param(
            "%%ocichat --temperature\nhi",
            "--temperature needs a value: --temperature NUMBER, a number in [0, 2]",
            id="missing value",
        ),
        pytest.param(
            "%%ocichat --temperature --seed 1\nhi",
            "--temperature needs a value",
            id="a flag for a value",
        ),
        pytest.param(
            "%%ocichat --temperature=abc\nhi",
            "--temperature abc: temperature must be a number in [0, 2] (got 'abc')",
            id="no number",
        ),
        pytest.param(
            "%%ocichat --top-p 2\nhi",
            "--top-p 2: top_p must be a number in (0, 1] (got 2)",
            id="out of range",
        ),
        pytest.param(
            "%%ocichat -t 0.2 0.3\nhi",
            "unexpected '0.3' on the magic line; --temperature takes one value",
            id="two values",
        ),
        pytest.param(
            '%%ocichat --system "Be\nhi',
            "--system: the quote at column 10 is never closed",
            id="unmatched quote",
        ),
        pytest.param(
            "%%ocichat --format=\u201craw\u201d\nhi",
            "did you mean raw?",
            id="curly quotes",
        ),
        pytest.param("%%ocichat 🦜\nhi", "unexpected '🦜'", id="emoji"),
        pytest.param("%%ocichat llm llm\nhi", "unexpected 'llm'", id="two models"),
        pytest.param(
            "%%ocichat --n 2 -t 1\nhi", "n must be 1 here (got 2)", id="two answers"
        ),
        pytest.param(
            "%%ocichat --min-tokens 9 --max-tokens 3\nhi",
            "min_tokens must be in [0, max_tokens]",
            id="two that do not go together",
        ),
        pytest.param(
            "%%ocichat --param temperature=1\nhi",
            "temperature has a flag of its own - use --temperature",
            id="a parameter as a field",
        ),
        pytest.param(
            "%%ocichat --preset nobody\nhi", "there is no preset nobody", id="preset"
        ),
        pytest.param(
            "%%ocichat -c 'a b'\nhi",
            "'a b' is not a valid name of a conversation",
            id="conversation",
        ),
        pytest.param(
            "%ocichat hi --top-p 1",
            "flags come before the text: --top-p - to send it as text: %ocichat -- text",
            id="flag behind the text",
        ),
        pytest.param(
            "%ocichat alias ad x y", "did you mean alias add?", id="unknown verb"
        ),
        pytest.param(
            "%ocichat reset nobody", "there is no conversation nobody", id="reset"
        ),
    ],
)
def test_a_line_that_cannot_be_understood(kernel: Kernel, code: str, says: str):
    assert says in refusal(kernel, code)


def test_a_cell_without_any_body_is_refused_by_ipython(kernel: Kernel):
    before = kernel.value("len(server.requests)")
    ran = kernel.run("%%ocichat")
    assert ran.reply["status"] == "error"
    assert "the cell body is empty" in ran.stream("stderr")
    assert kernel.value("len(server.requests)") == before


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(
            "lllm",
            "'lllm' is neither an alias nor a chat model variable; did you mean llm?",
            id="unknown",
        ),
        pytest.param(
            "number", "number is a int, not a LangChain chat model", id="number"
        ),
        pytest.param(
            "Kind",
            "Kind is a class, not a chat model - make one first: llm = Kind(...)",
            id="class",
        ),
        pytest.param("--out 'a b'", "'a b' is not a valid Python name", id="space"),
        pytest.param("--out class", "'class' is not a valid Python name", id="keyword"),
        pytest.param("--out print", "'print' is a name of Python's own", id="builtin"),
        pytest.param("--out In", "'In' is a name of IPython's own", id="history"),
    ],
)
def test_a_name_that_cannot_be_right(kernel: Kernel, line: str, says: str):
    assert says in refusal(kernel, f"%%ocichat {line}\nhi")


@pytest.mark.parametrize(
    ("code", "prompt"),
    [
        pytest.param("%%ocichat\nno {such} one", "no {such} one", id="missing name"),
        pytest.param(
            '%%ocichat\nJSON like {"a": 1}, ${x}, $x, {{x}}, {x}',
            'JSON like {"a": 1}, ${x}, $x, {{x}}, value',
            id="braces and dollars",
        ),
        pytest.param(
            "%ocichat what's \"x, {1:2} {x} $x ?",
            "what's \"x, {1:2} value $x ?",
            id="a line with quotes and braces",
        ),
        pytest.param("%%ocichat\nit's \"so", "it's \"so", id="quotes"),
        pytest.param("%%ocichat\r\none\r\ntwo\r\n", "one\ntwo", id="line ends"),
        pytest.param(
            "%%ocichat -t\u00a00.5\u00a0llm\na\u00a0b", "a\u00a0b", id="no-break space"
        ),
        pytest.param("%%ocichat\n👩‍🔬 🦜 ￼", "👩‍🔬 🦜 ￼", id="emoji"),
        pytest.param("%%ocichat\nquit", "quit", id="quit in a cell"),
        pytest.param("%ocichat quit", "quit", id="quit in a line"),
        pytest.param("%%ocichat\n{quit} {exit}", "{quit} {exit}", id="IPython's own"),
        pytest.param(
            "%%ocichat\n%ocichat help\n!ls", "%ocichat help\n!ls", id="other magics"
        ),
        pytest.param("%ocichat -- --seed ?", "--seed ?", id="a flag as text"),
        pytest.param("%%ocichat\n# a\nb", "# a\nb", id="a comment beside text"),
    ],
)
def test_text_is_sent_as_it_is(kernel: Kernel, code: str, prompt: str):
    kernel.run("%ocichat reset")
    assert not kernel.run(code).error_lines
    body = json.loads(kernel.value("server.requests[-1].body.decode()"))
    assert [message["content"] for message in body["messages"]] == [prompt]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("model = 5", "expected a unicode string, not the int 5"),
        ("format = 'htlm'", "expected any of ['markdown'"),
        ("max_history = -1", "should not be less than 0"),
        ("max_history = 'x'", "expected an int, not the str 'x'"),
        ("system = 5", "expected a unicode string, not the int 5"),
        (
            "params = {'temprature': 1}",
            "unknown parameter temprature; did you mean tem",
        ),
        ("params = {'top_p': 2}", "top_p must be a number in (0, 1] (got 2)"),
        ("params = 5", "expected a dict, not the int 5"),
        ("stream_hz = 0", "should not be less than 0.5"),
        ("stream_hz = 61", "should not be greater than 60.0"),
        ("stream_hz = 'fast'", "expected a float, not the str 'fast'"),
        ("expand = 'maybe'", "expected a boolean, not the str 'maybe'"),
    ],
)
def test_a_setting_that_cannot_be_is_one_line_and_stays_as_it_was(
    kernel: Kernel, setting: str, says: str
):
    name = setting.partition(" ")[0]
    trait = f"get_ipython().magics_manager.registry['OciChatMagics'].{name}"
    before = kernel.value(trait)
    ran = kernel.run(f"%config OciChatMagics.{setting}")
    said = ran.stream("stderr") + ran.stream("stdout") + "".join(ran.error_lines)
    assert says in said
    assert len(said.strip().splitlines()) == 1
    assert kernel.value(trait) == before


def test_the_settings_are_listed_with_their_help(kernel: Kernel):
    listed = kernel.run("%config OciChatMagics").stream("stdout")
    names = (
        *("model", "format", "max_history", "system", "params"),
        *("stream_hz", "expand", "view"),
    )
    for name in names:
        _, heading, after = listed.partition(f"OciChatMagics.{name}=")
        kind, help_text, *_ = after.splitlines()
        assert heading
        assert kind
        assert len(help_text.strip()) > 20

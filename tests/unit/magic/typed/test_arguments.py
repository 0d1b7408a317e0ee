"""What a magic line and a cell ask for."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.typed.arguments import Request, parse_cell, parse_line


def cell(line: str, body: str = "hello", **names: Any) -> Request:
    return parse_cell(line, body, names)


def line(text: str, **names: Any) -> Request:
    return parse_line(text, names)


def refusal(typed: str, body: str | None = "hello") -> str:
    with pytest.raises(ConfigurationError) as raised:
        parse_line(typed, {}) if body is None else parse_cell(typed, body, {})
    text = str(raised.value)
    assert "\n" not in text
    return text


def test_a_bare_cell_asks_its_body():
    assert cell("") == Request("hello")


def test_the_newline_that_ends_a_cell_is_not_sent():
    assert cell("", "one\ntwo\n").prompt == "one\ntwo"


def test_line_ends_of_windows_are_read():
    assert cell("--seed 1\r", "one\r\ntwo\r\n").prompt == "one\ntwo"


def test_emoji_and_any_other_text_is_sent_as_it_is():
    assert (
        cell("", "  indented 🦜\n\n$x `quit`\n").prompt == "  indented 🦜\n\n$x `quit`"
    )


def test_one_word_names_the_model():
    assert cell("mine --seed 1").model == "mine"
    assert cell("--seed 1 mine").model == "mine"
    assert cell("-m mine").model == "mine"


def test_flags_set_parameters_and_settings():
    request = cell(
        "--temperature 0.5 --top-p=0.9 --stop a --stop b --logprobs --seed -1 "
        '--system "Be brief." --out reply -f raw --no-history -v'
    )
    assert dict(request.params) == {
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["a", "b"],
        "logprobs": True,
        "seed": -1,
    }
    assert (request.system, request.out, request.format) == (
        "Be brief.",
        "reply",
        "raw",
    )
    assert request.verbose
    assert not request.history


def test_underscores_may_stand_for_dashes():
    assert cell("--top_p 0.9").params == {"top_p": 0.9}


def test_a_no_break_space_separates_like_any_other():
    assert cell("--top-p\u00a00.9\u00a0mine").params == {"top_p": 0.9}


def test_json_may_be_typed_without_quotes():
    request = cell('--response-format {"type": "json_object"} --seed 1')
    assert request.params == {"response_format": {"type": "json_object"}, "seed": 1}


def test_other_fields_of_the_server_are_sent_beside_the_parameters():
    request = cell('--param echo=true --param guide={"a": [1, 2]} --seed 1 mine')
    assert request.params == {"echo": True, "guide": {"a": [1, 2]}, "seed": 1}
    assert request.model == "mine"


def test_short_flags_are_read_like_the_long_ones():
    request = cell("-t 0.5 -c talk -o reply -f text -m mine -v")
    assert request == cell(
        "--temperature 0.5 --conversation talk --out reply --format text "
        "--model mine --verbose"
    )


def test_json_may_be_typed_with_quotes():
    request = cell("""--logit-bias '{"42": -100}' --stop-token-ids [1, 2]""")
    assert request.params == {"logit_bias": {"42": -100.0}, "stop_token_ids": [1, 2]}


@pytest.mark.parametrize(
    ("typed", "system"),
    [
        ('"a b"', "a b"),
        ("'a b'", "a b"),
        (r'"a\nb"', "a\nb"),
        (r"'a\nb'", r"a\nb"),
        (r'"C:\dir \"x\""', r'C:\dir "x"'),
        ("a'b c'd", "ab cd"),
        ("plain", "plain"),
        ("''", ""),
    ],
)
def test_quotes_work_as_in_a_shell_and_json_escapes_in_double_quotes(
    typed: str, system: str
):
    assert cell(f"--system {typed}").system == system


def test_a_value_that_looks_like_a_flag_is_joined_with_an_equals_sign():
    assert cell("--stop=--end").params == {"stop": ["--end"]}


def test_variables_are_replaced_in_the_body_and_in_values():
    request = cell(
        "--system {role} --temperature {t}", "hi {who}", role="R", t=1, who=2
    )
    assert (request.prompt, request.system) == ("hi 2", "R")
    assert request.params == {"temperature": 1.0}


def test_no_expand_leaves_every_brace_alone():
    request = cell("--no-expand --system {who}", "hi {who}", who="you")
    assert (request.prompt, request.system) == ("hi {who}", "{who}")
    assert parse_cell("", "hi {who}", {"who": 1}, expanding=False).prompt == "hi {who}"


def test_the_rest_of_a_line_is_the_prompt_as_it_is():
    request = line('--seed 1 what\'s "up",  {x}?', x="Doc")
    assert request.prompt == 'what\'s "up",  Doc?'
    assert request.params == {"seed": 1}


def test_a_double_dash_ends_the_flags():
    assert line("--seed 1 -- --top-p is what?").prompt == "--top-p is what?"


def test_a_number_or_a_dash_begins_a_prompt():
    assert line("-5 degrees, really?").prompt == "-5 degrees, really?"
    assert line("- a point").prompt == "- a point"


@pytest.mark.parametrize("body", ["", "\n\n", "  \t\n", "# only\n# comments\n"])
def test_an_empty_body_sends_nothing(body: str):
    assert "nothing to send" in refusal("", body)


def test_an_empty_line_sends_nothing():
    assert "nothing to send" in refusal("  --seed 1 ", None)


def test_a_prompt_that_is_empty_once_it_is_expanded_sends_nothing():
    with pytest.raises(ConfigurationError, match="nothing to send"):
        parse_cell("", "{empty}", {"empty": " "})


def test_a_comment_beside_text_is_sent():
    assert cell("", "# a\ntext").prompt == "# a\ntext"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--temprature 1", "unknown flag --temprature; did you mean --temperature?"),
        ("-t 0.2 0.3", "unexpected '0.3' on the magic line; --temperature takes one"),
        ("--temperature=abc", "--temperature abc: temperature must be a number"),
        ("--temperature= 1", "--temperature needs a value: --temperature NUMBER"),
        ("--temperature", "--temperature NUMBER, a number in [0, 2]"),
        ("--temperature --seed 1", "--temperature needs a value"),
        ("--seed 1 --seed 2", "--seed is given twice"),
        ("--logprobs --logprobs", "--logprobs is given twice"),
        ("--logprobs --no-logprobs", "--logprobs and --no-logprobs contradict"),
        ("--logprobs=true", "--logprobs takes no value"),
        ("--logprobs 0.2", "unexpected '0.2' on the magic line - usage"),
        ("mine 0.2", "unexpected '0.2' on the magic line - usage"),
        ("mine other", "unexpected 'other' on the magic line"),
        ("mine --? x", "unknown flag --?"),
        ("mine -m other", "two models are given"),
        ('--system "a b', "--system: the quote at column 10 is never closed"),
        ("--system a'b", "--system: the quote at column 11 is never closed"),
        ("'mine", "an alias: the quote at column 1 is never closed"),
        ("--param echo", "--param echo: needs a name and a value"),
        ("--param echo= 1", "unexpected '1' on the magic line; --param takes one"),
        ("--param", "--param needs a value: --param NAME=JSON"),
        ("\u2014temperature 1", "did you mean --temperature?"),
        ("--temp 1", "unknown flag --temp; did you mean --temperature?"),
        ("--top 1", "did you mean --top-p, --top-k, --top-logprobs?"),
        ("-c a --no-history", "--conversation and --no-history contradict each other"),
        ("🙂", "unexpected '🙂' on the magic line"),
        ("--🙂 1", "unknown flag --🙂"),
        ("--out class", "'class' is not a valid Python name"),
        ('--response-format {"a": ', "a dict that JSON can hold"),
    ],
)
def test_what_cannot_be_understood_is_named(typed: str, says: str):
    assert says in refusal(typed)


def test_flags_behind_the_text_of_a_line_are_refused():
    said = refusal("hello --top-p 0.9", None)
    assert "flags come before the text: --top-p" in said
    assert "%ocichat -- text" in said
    assert "--top-p=2" in refusal("hello --top-p=2", None)
    assert line("what does git --help do?").prompt == "what does git --help do?"

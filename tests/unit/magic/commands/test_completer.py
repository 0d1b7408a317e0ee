"""What Tab offers at each place of the magic line."""

from __future__ import annotations

import pytest

from ocinb.magic.commands.completer import Known, complete, fragment_of, magic_line
from ocinb.magic.commands.registry import COMMANDS
from ocinb.magic.typed.flags import FLAGS, FORMATS
from ocinb.sampling import PARAMETERS

KNOWN = Known(
    schemas=("City",),
    aliases=["prod", "proof"],
    models=["prod", "proof", "my_llm"],
    presets=["careful", "wild"],
    conversations=["main", "other"],
    deployments=["llama", "mixtral 8x7b"],
    variables=["data", "reply", "my_llm"],
    tools=["weather"],
)
LONG = [name for name in FLAGS if name.startswith("--")]
WORDS = [name for name in COMMANDS if name.isalpha()]


def offered(line: str, known: Known = KNOWN) -> list[str]:
    """Complete at the `|` in a line."""
    cursor = line.index("|")
    return complete(line.replace("|", ""), cursor, known)


def test_a_cell_begins_with_a_model_or_a_flag():
    assert offered("%%ocichat |") == ["prod", "proof", "my_llm", *LONG]


def test_a_line_begins_with_a_subcommand_or_a_flag():
    assert offered("%ocichat |") == [*WORDS, *LONG]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("%%ocichat pro|", ["prod", "proof"]),
        ("%%ocichat --seed 1 my|", ["my_llm"]),
        ("%%ocichat prod pro|", []),
        ("%%ocichat -m prod --tempe|", ["--temperature"]),
        ("%%ocichat --form|", ["--format"]),
        ("%%ocichat --no-lo|", ["--no-logprobs"]),
        ("%%ocichat --top_p 0.5 --top-|", ["--top-k", "--top-logprobs"]),
        ("%%ocichat -m |", ["prod", "proof", "my_llm"]),
        ("%%ocichat --model=p|", ["prod", "proof"]),
        ("%%ocichat -f |", list(FORMATS)),
        ("%%ocichat --reasoning |", ["show", "hide"]),
        ("%%ocichat --schema |", ["City"]),
        ("%ocichat fix --dr|", ["--dry-run"]),
        ("%ocichat continue --max-to|", ["--max-tokens"]),
        ("%%ocichat --format=m|", ["markdown"]),
        ("%%ocichat --preset |", ["careful", "wild"]),
        ("%%ocichat -c o|", ["other"]),
        ("%%ocichat --conversation=|", ["main", "other"]),
        ("%%ocichat --out re|", ["reply"]),
        ("%%ocichat -o |", ["data", "reply", "my_llm"]),
        ("%%ocichat --reasoning-effort=m|", ["minimal", "medium", "max"]),
        ("%%ocichat --tool |", ["weather"]),
        ("%%ocichat --tool weather --tool-auto=w|", ["weather"]),
        ("%%ocichat --temperature |", []),
        ("%%ocichat --system pro|", []),
        ("%ocichat --form|", ["--format"]),
        ("%ocichat --preset w|", ["wild"]),
        ("%ocichat al|", ["alias"]),
        ("%ocichat alias |", list(COMMANDS["alias"].verbs)),
        ("%ocichat alias s|", ["set"]),
        ("%ocichat alias set |", ["prod", "proof", "my_llm"]),
        ("%ocichat alias rm |", ["prod", "proof"]),
        ("%ocichat alias add |", []),
        ("%ocichat alias add x m|", ["my_llm"]),
        ("%ocichat alias add x https://x --au|", ["--auth"]),
        ("%ocichat alias nothing |", []),
        ("%ocichat preset s|", ["save", "show"]),
        ("%ocichat preset show |", ["careful", "wild"]),
        ("%ocichat preset save x --sys|", ["--system"]),
        ("%ocichat preset save x --ou|", []),
        ("%ocichat preset ls |", []),
        ("%ocichat reset |", ["main", "other"]),
        ("%ocichat use l|", ["llama"]),
        ("%ocichat use mix|", ["mixtral 8x7b"]),
        ("%ocichat use --comp|", ["--compartment"]),
        ("%ocichat help |", []),
        ("%ocichat what is pro|", []),
        ("%ocichat what is --form|", []),
        ("%ocichat history of --form|", []),
        ("%%ocicha|", []),
        ("%%ocichat|", []),
        ("%%|ocichat pro", []),
        ("%%time pro|", []),
        ("x = '%%ocichat pro|", []),
        ("  %ocichat al|", ["alias"]),
        ("llm = %ocichat al|", ["alias"]),
        ("%%ocichat\u00a0pro|", ["prod", "proof"]),
    ],
)
def test_what_is_offered_fits_the_place(line: str, words: list[str]):
    assert offered(line) == words


def test_what_stands_behind_the_cursor_does_not_count():
    assert offered("%%ocichat pro| --seed 1") == ["prod", "proof"]


def test_a_flag_is_offered_until_it_is_given():
    assert "--temperature" not in offered("%%ocichat -t 0.5 --|")
    assert "--no-logprobs" not in offered("%%ocichat --logprobs --|")
    assert "--stop" in offered("%%ocichat --stop a --|")


def test_short_flags_are_offered_to_who_types_one_dash():
    assert {"-m", "-t", "--model"} <= set(offered("%%ocichat -|"))
    assert not [word for word in offered("%%ocichat |") if word[1] != "-" == word[0]]


def test_every_parameter_can_be_completed():
    for name in PARAMETERS:
        flag = "--" + name.replace("_", "-")
        assert flag in offered(f"%%ocichat {flag[:-1]}|")


def test_nothing_known_is_no_trouble():
    assert offered("%%ocichat --preset |", Known()) == []
    assert offered("%ocichat use |", Known()) == ["--compartment", "--auth"]


@pytest.mark.parametrize(
    ("typed", "fragment"),
    [
        ("%%ocichat ", ""),
        ("%%ocichat al", "al"),
        ("%%ocichat --form", "--form"),
        ("%%ocichat --format=", ""),
        ("%%ocichat --format=ma", "ma"),
        ("%%ocichat a=b", "a=b"),
    ],
)
def test_a_completion_replaces_the_word_or_the_value(typed: str, fragment: str):
    assert fragment_of(typed) == fragment


@pytest.mark.parametrize(
    ("text", "number", "line"),
    [
        ("%%ocichat pro\nbody", 0, "%%ocichat pro"),
        ("%%ocichat pro\nbody", 1, ""),
        ("%%ocichat pro\n%ocichat al", 1, ""),
        ("\n\n%%ocichat pro", 2, "%%ocichat pro"),
        ("x = 1\n%ocichat al", 1, "%ocichat al"),
        ("x = 1\n%%ocichat al", 1, ""),
        ("if x:\n    %ocichat al", 1, "    %ocichat al"),
        ("print('%%ocichat ')", 0, ""),
        ("%%ocichatter pro", 0, ""),
        ("", 0, ""),
        ("%%ocichat", 0, ""),
    ],
)
def test_only_a_magic_line_is_completed(text: str, number: int, line: str):
    assert magic_line(text, number) == line

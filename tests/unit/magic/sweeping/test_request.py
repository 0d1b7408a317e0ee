"""The line of `%%ocisweep`: axes, options and flags in any order."""

from __future__ import annotations

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.sweeping.request import read_sweep
from ocinb.magic.sweeping.usage import sweep_help

NAMES = {"colour": "blue", "exact": len, "ts": [0, 1]}


def refused(line: str, body: str = "Hi") -> str:
    with pytest.raises(ConfigurationError) as raised:
        read_sweep(line, body, NAMES)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_line_holds_axes_options_and_flags() -> None:
    line = "temperature=0:1:0.5 --out r top_p=.8,.95 repeats=3 limit=none -m llm"
    read = read_sweep(line, "Name a colour.\n", {})
    assert read.axes == {"temperature": [0, 0.5, 1], "top_p": [0.8, 0.95]}
    assert read.options == {"repeats": 3, "limit": None}
    assert (read.model, read.out, read.prompt) == ("llm", "r", "Name a colour.")


def test_every_option_reaches_the_sweep_by_its_own_name() -> None:
    line = (
        "concurrency=4 rps=2.5 timeout=30 attempts=2 warmup=1 stream=false resume=no "
        "retry_errors=true store='my sweeps/a.db' name=x scorers=exact reference=right"
    )
    assert read_sweep(line, "Hi", NAMES).options == {
        "max_concurrency": 4,
        "max_rps": 2.5,
        "timeout": 30.0,
        "max_attempts": 2,
        "warmup": 1,
        "stream": False,
        "resume": False,
        "retry_errors": True,
        "store": "my sweeps/a.db",
        "name": "x",
        "scorers": [len],
        "reference": "right",
    }
    assert read_sweep("concurrency=auto", "Hi", {}).options["max_concurrency"] == "auto"


def test_names_in_the_body_are_replaced_as_in_a_chat() -> None:
    body = 'Is {colour} a colour? {"a": 1}'
    assert read_sweep("", body, NAMES).prompt == 'Is blue a colour? {"a": 1}'
    assert read_sweep("--no-expand", body, NAMES).prompt == body
    assert read_sweep("", body, NAMES, expanding=False).prompt == body


def test_the_body_is_a_template_of_a_table() -> None:
    read = read_sweep("--df t", "Is {colour} a colour?", NAMES)
    assert (read.df, read.prompt) == ("t", "Is {colour} a colour?")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("temprature=0", "did you mean temperature?"),
        ("repeat=3", "did you mean repeats?"),
        ("repeats=many", "it is typed as repeats=N"),
        ("stream=maybe", "it is typed as stream=BOOL"),
        ("scorers=exakt", "did you mean exact?"),
        ("scorers=colour", "is a str, not functions of a trial"),
        ("temperature=0 temperature=1", "temperature is given twice"),
        ("temperature=0 hello", "unexpected 'hello'"),
        ("--temperature 0", "it is an axis, temperature=a,b,c"),
        ("--out 1", "is not a valid Python name"),
        ("temperature= 0", "unexpected 'temperature='"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(line: str, told: str) -> None:
    assert told in refused(line)


def test_an_empty_body_asks_nothing() -> None:
    assert "the body of the cell is the prompt" in refused("", " \n")


def test_help_names_every_axis_option_and_flag() -> None:
    told = sweep_help()
    for word in ("temperature", "system", "repeats=N", "--df NAME", "-o, --out NAME"):
        assert word in told

"""`%ocichat preset` and what `--preset` fills in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.commands.presets import as_flags, filled, preset_of
from ocinb.magic.typed.arguments import parse_cell
from ocinb.saved.values import Preset, Saved

if TYPE_CHECKING:
    from ocinb.magic.face import Face


class TestFilling:
    """What was typed goes before what is kept."""

    PRESET = Preset(
        {"temperature": 0.0, "seed": 1},
        {"echo": True},
        {"system": "Be brief.", "format": "text"},
    )

    def test_what_is_not_typed_comes_from_the_preset(self):
        request = filled(parse_cell("--top-p 0.5 --out x", "hi", {}), self.PRESET)
        assert request.params == {
            "temperature": 0.0,
            "seed": 1,
            "echo": True,
            "top_p": 0.5,
        }
        assert (request.system, request.format, request.out) == (
            "Be brief.",
            "text",
            "x",
        )

    def test_what_is_typed_stays(self):
        typed = parse_cell(
            "-t 1 --seed null --param echo=0 --system '' -f raw", "hi", {}
        )
        request = filled(typed, self.PRESET)
        assert request.params == {"temperature": 1.0, "seed": None, "echo": 0}
        assert (request.system, request.format) == ("", "raw")


@pytest.mark.parametrize(
    "preset",
    [
        Preset({"temperature": 0.0, "logprobs": True, "ignore_eos": False}),
        Preset({"stop": ["a b", '"', "5"], "stop_token_ids": [1, 2], "seed": None}),
        Preset({"tool_choice": "auto", "logit_bias": {"4": -1}}),
        Preset({"tool_choice": "5", "reasoning_effort": "low"}),
        Preset({}, {"a": "text", "b": "5", "c": None, "d": {"e": [1, "{x}"]}}),
        Preset(settings={"system": 'Say "no".\n\tAnd\\or {yes}. ü', "format": "raw"}),
        Preset({"chat_template": "{{ x }} 'quoted'"}),
    ],
)
def test_what_is_shown_can_be_typed_again(preset: Preset):
    request = parse_cell(as_flags(preset), "hi", {})
    settings = {name: getattr(request, name) for name in preset.settings}
    assert request.params == {**preset.params, **preset.model_kwargs}
    assert settings == preset.settings


def test_flags_are_kept_and_shown(face: Face, said: Any):
    line = 'careful --system "Be brief." -t 0 --param echo=true --logprobs'
    assert said(f"preset save {line}") == (
        '--preset careful stands for --system "Be brief." --temperature 0.0 '
        "--logprobs --param echo=true\n"
    )
    assert json.loads(face.saved.path.read_text())["presets"] == {
        "careful": {
            "system": "Be brief.",
            "params": {"temperature": 0.0, "logprobs": True},
            "model_kwargs": {"echo": True},
        }
    }
    assert said("preset show careful").startswith('--system "Be brief." ')
    assert said("preset ls").startswith('careful  --system "Be brief." ')


def test_a_variable_is_kept_as_its_value(face: Face, said: Any, bare_shell: Any):
    bare_shell.user_ns["role"] = "a cook"
    said("preset save cook --system 'You are {role}.'")
    assert face.saved.read().presets["cook"].settings == {"system": "You are a cook."}


def test_saving_again_replaces_it(said: Any):
    said("preset save a -t 0")
    said("preset save a --seed 1")
    assert said("preset show a") == "--seed 1\n"


def test_a_removed_preset_is_unknown(said: Any, refused: Any):
    said("preset save a -t 0")
    assert said("preset rm a") == "a is forgotten\n"
    assert "no preset is kept; `%ocichat preset save NAME" in said("preset")
    assert "there is no preset a" in refused("preset rm a")
    assert "there is no preset a" in refused("preset show a")


def test_an_unknown_preset_is_told_the_nearest_and_all():
    saved = Saved(presets={"careful": Preset(), "wild": Preset()})
    with pytest.raises(ConfigurationError) as raised:
        preset_of(saved, "carefol")
    assert str(raised.value) == (
        "there is no preset carefol; did you mean careful? - known: careful, wild"
    )


def test_a_broken_file_is_named(face: Face, said: Any, refused: Any):
    face.saved.path.parent.mkdir(parents=True)
    face.saved.path.write_text("{")
    problem = f"{face.saved.path} cannot be read: line 1 column 2"
    assert problem in said("preset ls")
    assert problem in refused("preset show a")
    assert problem in refused("preset save a -t 0")
    assert problem in refused("preset rm a")
    assert face.saved.path.read_text() == "{"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("preset save a", "preset save a: no flag to keep is given"),
        ("preset save", "preset save: not understood - usage: preset save NAME"),
        ("preset save a b -t 0", "preset save a b -t 0: not understood"),
        ("preset save a -t hot", "--temperature hot: temperature must be"),
        ("preset save a --out x", "--out has no place here"),
        ("preset save a --seed 1 --seed 2", "--seed is given twice"),
        ("preset save 'a b' -t 0", "'a b' is not a valid name of a preset"),
        ("preset ssave a -t 0", "did you mean preset save?"),
    ],
)
def test_what_cannot_be_kept_is_one_line(
    face: Face, refused: Any, line: str, says: str
):
    assert says in refused(line)
    assert not face.saved.path.exists()

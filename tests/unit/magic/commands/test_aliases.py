"""`%ocichat alias` at work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ocinb.magic.face import Face

ENDPOINT = "https://modeldeployment.eu-zurich-1.oci.customer-oci.com/ocid1.datasciencemodeldeployment.oc1..a/predict"


def test_an_endpoint_is_kept_with_its_settings(face: Face, said: Any):
    out = said(
        f"alias add prod {ENDPOINT} --model llama --auth api_key -t 0.1 "
        "--stop a --param echo=true"
    )
    assert f"%%ocichat prod asks {ENDPOINT}; kept in {face.saved.path};" in out
    assert "`%ocichat alias set prod` makes it current" in out
    assert json.loads(face.saved.path.read_text())["aliases"] == {
        "prod": {
            "endpoint": ENDPOINT,
            "model": "llama",
            "auth": "api_key",
            "params": {"temperature": 0.1, "stop": ["a"]},
            "model_kwargs": {"echo": True},
        }
    }


def test_a_variable_is_known_to_this_kernel_only(
    face: Face, said: Any, reciting: Any, bare_shell: Any
):
    bare_shell.user_ns["llm"] = reciting(answers=[["Hi"]])
    assert "as long as this kernel runs" in said("alias add short llm")
    assert not face.saved.path.exists()


def test_all_are_listed_with_what_they_stand_for(
    face: Face, said: Any, reciting: Any, bare_shell: Any
):
    assert said("alias") == "no alias is set\n"
    bare_shell.user_ns["llm"] = reciting(answers=[["Hi"]])
    said("alias add short llm")
    said(f"alias add prod {ENDPOINT} --model llama -t 0.1")
    said("alias set prod")
    assert said("alias ls").splitlines() == [
        f"* prod  {ENDPOINT} model=llama temperature=0.1",
        "  short  llm (this kernel only)",
        f"kept in {face.saved.path}",
    ]


def test_the_current_one_that_is_removed_is_current_no_more(face: Face, said: Any):
    said(f"alias add prod {ENDPOINT}")
    said("alias set prod")
    assert said("alias rm prod") == "prod is forgotten\n"
    assert face.models.current == ""
    assert face.saved.read().aliases == {}


def test_a_broken_file_is_named_and_left_as_it_is(face: Face, said: Any, refused: Any):
    face.saved.path.parent.mkdir(parents=True)
    face.saved.path.write_text("{")
    assert f"{face.saved.path} cannot be read: line 1 column 2" in said("alias ls")
    assert "mend the file" in refused(f"alias add prod {ENDPOINT}")
    assert face.saved.path.read_text() == "{"


def test_a_key_is_never_kept_and_never_shown(face: Face, refused: Any):
    error = refused(f"alias add prod {ENDPOINT} --auth ST$eyJraWQiOi")
    assert "auth must be the name of a way to sign: api_key, security" in error
    assert "eyJ" not in error
    assert not face.saved.path.exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("alias add prod", "alias add prod: not understood - usage: alias add NAME"),
        (f"alias add a {ENDPOINT} b", "not understood - usage: alias add NAME"),
        (f"alias add prod {ENDPOINT} --top-p 2", "--top-p 2: top_p must be a number"),
        (f"alias add prod {ENDPOINT} --out x", "--out has no place here"),
        (
            f"alias add prod {ENDPOINT} --atuh x",
            "unknown flag --atuh; did you mean --a",
        ),
        (f"alias add prod {ENDPOINT} --auth", "--auth needs a value: --auth NAME"),
        ("alias add prod ocid1.datascience.x", "endpoint looks like an OCID"),
        ("alias add prod 'x", "word 2: the quote at column 6 is never closed"),
        ("alias rm prod --all", "unknown flag --all"),
        ("alias ls prod", "alias ls prod: not understood"),
    ],
)
def test_what_cannot_be_kept_is_one_line(
    face: Face, refused: Any, line: str, says: str
):
    assert says in refused(line)
    assert not face.saved.path.exists()


def test_settings_belong_to_endpoints(refused: Any, reciting: Any, bare_shell: Any):
    bare_shell.user_ns["llm"] = reciting(answers=[["Hi"]])
    line = refused("alias add short llm -t 0.1")
    assert "flags belong to an endpoint - the chat model in llm has its own" in line

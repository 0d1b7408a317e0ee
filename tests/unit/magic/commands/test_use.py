"""`%ocichat use` as far as it needs no network."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.magic import load, unload
from ocinb.magic.commands.registry import command_of
from ocinb.magic.known.deployment_names import Listing
from ocinb.wire.listing import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator

OCID = "ocid1.datasciencemodeldeployment.oc1.iad.aaaaabc123"
URL = f"https://modeldeployment.us-ashburn-1.oci.customer-oci.com/{OCID}/predict"
LLAMA = Deployment("Llama 3", OCID, URL, "llama-3", "ACTIVE", "2025-03-01T10:20:30Z")


@pytest.fixture
def shell(bare_shell: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("NB_SESSION_COMPARTMENT_OCID", "PROJECT_COMPARTMENT_OCID"):
        monkeypatch.delenv(name, raising=False)
    load(bare_shell)
    yield bare_shell
    unload(bare_shell)


@pytest.fixture
def face(shell: Any) -> Any:
    """What the magic remembers: one deployment was listed before."""
    face = shell.magics_manager.registry["OciChatMagics"].face
    face.listing = Listing((LLAMA,))
    return face


def run(shell: Any, line: str) -> Any:
    return shell.run_cell(f"%ocichat {line}", store_history=False)


def failure(shell: Any, line: str) -> str:
    result = run(shell, line)
    assert result.error_in_exec is not None
    return str(result.error_in_exec)


def current_model(face: Any) -> Any:
    return face.models.find(face.models.current, {})


@pytest.mark.parametrize(
    "line",
    ["use", "use llama", "use Llama 3 chat", "use --auth api_key", "use the force"],
)
def test_every_line_that_begins_with_use_is_the_subcommand(line: str):
    assert command_of(line) == "use"


def test_after_a_double_dash_it_is_a_prompt():
    assert command_of("-- use the force") == ""


@pytest.mark.parametrize("target", ["Llama 3", '"llama 3"', "abc123", OCID, URL])
def test_a_listed_deployment_becomes_current(
    target: str, shell: Any, face: Any, capsys: pytest.CaptureFixture[str]
):
    assert run(shell, f"use {target}").success

    model = current_model(face)
    assert (model.endpoint, model.model) == (URL, "llama-3")
    assert model.sent_params() == {"max_tokens": 1024}
    assert face.models.current == "Llama-3"
    assert capsys.readouterr().out == (
        "%%ocichat asks Llama 3 from now on: model llama-3, alias Llama-3\n"
    )


def test_the_setting_follows(shell: Any, face: Any):  # noqa: ARG001 - it was listed
    run(shell, f"use {OCID}")

    assert shell.magics_manager.registry["OciChatMagics"].model == "Llama-3"


@pytest.mark.parametrize(
    ("url", "name", "alias"),
    [
        (URL.replace("abc123", "xyz789"), "deployment …xyz789", "deployment-xyz789"),
        ("https://llm.example/v1/chat/completions", "llm.example", "llm.example"),
        (
            "http://127.0.0.1:8000/x/predict",
            "127.0.0.1:8000",
            "deployment-127.0.0.1-8000",
        ),
    ],
)
def test_a_url_needs_no_list(
    url: str,
    name: str,
    alias: str,
    shell: Any,
    face: Any,
    capsys: pytest.CaptureFixture[str],
):
    assert run(shell, f"use {url}").success

    model = current_model(face)
    assert (model.endpoint, model.model) == (url, "odsc-llm")
    assert face.models.current == alias
    assert f"asks {name} from now on" in capsys.readouterr().out


def test_the_way_to_sign_is_remembered(shell: Any, face: Any):
    run(shell, f"use {URL} --auth api_key")
    assert current_model(face).auth == "api_key"
    assert face.listing == Listing((), "", "api_key")

    run(shell, f"use {URL}")
    assert current_model(face).auth == "api_key"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("use --compartmnt x", "did you mean --compartment"),
        ("use --auth", "--auth needs a value"),
        ("use --auth hunter2", "auth must be the name of a way to sign: api_key, "),
        ("use --auth api_key --auth api_key", "--auth is given twice"),
        ("use", "no compartment: neither NB_SESSION_COMPARTMENT_OCID nor PROJECT"),
        ("use mistral", "no compartment: neither NB_SESSION_COMPARTMENT_OCID nor"),
        ("use --compartment x", "the compartment 'x' is no OCID"),
        (f"use --compartment {OCID}", "of a datasciencemodeldeployment, not of a comp"),
        ("use ocid1.x", "the deployment 'ocid1.x' is no OCID"),
        ("use ocid1.compartment.oc1..a", "is the OCID of a compartment, not of a data"),
        ("use http://llm.example/x/predict", "endpoint must be https://"),
        ("use https://llm.example/x", "is no predict URL"),
        ("use 'x", "quote"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(
    line: str, says: str, shell: Any, face: Any
):
    told = failure(shell, line)

    assert says in told
    assert told.isprintable()
    assert "hunter2" not in told
    assert face.models.current == ""
    assert face.listing == Listing((LLAMA,))


@pytest.mark.parametrize(
    ("deployment", "says"),
    [
        (Deployment("a", OCID, URL, "m", "INACTIVE", ""), "is INACTIVE"),
        (Deployment("a", OCID, "", "m", "ACTIVE", ""), "gives no usable address for a"),
    ],
)
def test_a_deployment_that_cannot_answer_is_not_made_current(
    deployment: Deployment, says: str, shell: Any, face: Any
):
    face.listing = Listing((deployment,))

    assert says in failure(shell, "use a")
    assert face.models.current == ""


def test_with_nothing_set_up_the_error_names_it(shell: Any):
    assert "`%ocichat use`" in failure(shell, "hello")


def test_help_tells_of_it(shell: Any, capsys: pytest.CaptureFixture[str]):
    run(shell, "help")

    assert "%ocichat use [NAME...|OCID|URL] [--compartment OCID]" in (
        capsys.readouterr().out
    )


def test_without_ads_the_line_says_how_to_name_a_way_to_sign(
    shell: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "ads", None)
    monkeypatch.setitem(sys.modules, "ads.common", None)

    told = failure(shell, "use --compartment ocid1.compartment.oc1..team")
    assert "oracle-ads, which would find it, is not installed" in told
    assert told.endswith("; on this line auth= is --auth NAME")

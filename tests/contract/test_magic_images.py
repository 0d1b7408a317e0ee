"""`--image`: pictures that go with a prompt, in a real kernel."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

PICTURES = """
import io
from pathlib import Path
from matplotlib.figure import Figure
from PIL import Image

photo = Image.new("RGB", (40, 30), "red")
drawn = io.BytesIO()
photo.save(drawn, format="PNG")
raw = drawn.getvalue()
path = str(Path(folder) / "pic.png")
Path(path).write_bytes(raw)
fig = Figure(figsize=(2, 1))
fig.subplots().plot([1, 2, 3])
"""
CONTENT = "server.requests[-1].json['messages'][-1]['content']"


@pytest.fixture(scope="module")
def started(started: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    started.run(f"folder = {str(tmp_path_factory.mktemp('pictures'))!r}")
    assert not started.run(PICTURES).error_lines
    return started


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    kernel.serve("Script.answer('A picture.')")
    return kernel


@pytest.mark.parametrize("named", ["{path}", "raw", "photo", "fig", "{fig}"])
def test_files_and_variables_are_sent_as_data_urls(kernel: Kernel, named: str):
    ran = kernel.run(f"%%ocichat --image {named}\nWhat is it?")
    assert not ran.error_lines
    text, image = kernel.value(CONTENT)
    assert text == {"type": "text", "text": "What is it?"}
    address = image["image_url"]["url"]
    head, _, encoded = address.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(encoded).startswith(b"\x89PNG")
    assert ran.shown[0]["text/plain"] == "A picture."
    assert kernel.value("_oci.text") == "A picture."


def test_the_footer_names_them_and_holds_no_data(kernel: Kernel):
    ran = kernel.run("%%ocichat --image {path} --image fig\nWhat is it?")
    html = ran.shown[0]["text/html"]
    assert "[image: pic.png, " in html
    assert "[image: fig, " in html
    assert "base64" not in str(ran.shown)
    assert len(kernel.value(CONTENT)) == 3


def test_they_are_sent_again_with_the_next_turn(kernel: Kernel):
    kernel.run("%%ocichat --image raw\nWhat is it?")
    kernel.run("%%ocichat\nAnd its colour?")
    contents = kernel.value(
        "[m['content'] for m in server.requests[-1].json['messages']]"
    )
    assert contents[0][1]["type"] == "image_url"
    assert contents[1:] == ["A picture.", "And its colour?"]


def test_a_dry_run_shows_only_their_beginning_and_its_program_sends_them(
    kernel: Kernel,
):
    told = kernel.run("%%ocichat --image fig --dry-run\nWhat?").stream("stdout")
    assert "data:image/png;base64," in told
    assert " characters)" in told
    program = told[told.index("# Python that") : told.index("# curl, unsigned")]
    kernel.run(program)
    kernel.run("%%ocichat --image fig\nWhat?")
    first, second = kernel.value("[r.body.hex() for r in server.requests]")
    assert first == second


def test_history_names_the_turn_by_its_text(kernel: Kernel):
    kernel.run("%%ocichat --image raw\nWhat is it?")
    told = kernel.run("%ocichat history").stream("stdout")
    assert "1 > What is it? [1 image]\nA picture." in told
    assert "base64" not in told


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (
            "--image nowhere.png",
            "--image nowhere.png: there is no such file or variable",
        ),
        ("--image llm", "--image llm: is a ChatOCIModelDeploymentVLLM, not bytes"),
        ("--image folder", "is not a file"),
        ("--image", "--image needs a value: --image PATH|VARIABLE"),
    ],
)
def test_what_is_no_picture_is_one_line_and_nothing_is_sent(
    kernel: Kernel, flags: str, says: str
):
    (line,) = kernel.run(f"%%ocichat {flags}\nhi").error_lines
    assert says in line
    assert "\n" not in line
    assert kernel.value("server.connections") == 0


def test_too_much_is_refused_before_it_is_sent(kernel: Kernel):
    kernel.run("large = raw + bytes(8_000_000)")
    (line,) = kernel.run("%%ocichat --image large\nhi").error_lines
    assert "--image large: 8.0 MB are too large: the service takes 10 MB" in line
    assert kernel.value("server.connections") == 0

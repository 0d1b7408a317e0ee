"""`%ocichat local`: from nothing to an answer of a real model, in a real kernel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.contract.magic_kernel import Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        assert not kernel.run("%load_ext ocinb").error_lines
        yield kernel


def test_nothing_set_up_says_what_to_do(kernel: Kernel):
    (line,) = kernel.run("%%ocichat\nhi").error_lines
    assert "no model is set up" in line
    assert "%ocichat local" in line


def test_an_interrupt_while_it_starts_is_one_line(kernel: Kernel):
    ran, at_s = kernel.run_and_interrupt("%ocichat local", when="starting the local")
    (line,) = ran.error_lines
    assert line == "Stopped: the local deployment was not started: stopped by you"
    assert time.monotonic() - at_s < 5


def test_the_local_deployment_starts_once_and_answers(kernel: Kernel):
    first = kernel.run("%ocichat local")
    assert not first.error_lines
    (line,) = first.shown
    assert line["text/plain"].startswith("the local deployment is ready")
    aliases = kernel.run("%ocichat alias ls").stream("stdout")
    assert aliases.startswith("* local  http://127.0.0.1:")
    assert kernel.run("%ocichat local").shown == [line]
    assert kernel.run("%ocichat alias ls").stream("stdout") == aliases

    ran = kernel.run("%%ocichat --max-tokens 12 --temperature 0\nName a colour.")
    assert not ran.error_lines
    (stored,) = ran.shown
    assert stored["text/plain"]
    assert stored["text/plain"] == kernel.value("_oci.text")
    assert kernel.value("_oci.usage_metadata")["output_tokens"] <= 12


def test_an_interrupt_leaves_the_model_running(kernel: Kernel):
    kernel.run("%ocichat local")
    ran, _ = kernel.run_and_interrupt(
        "%%ocichat --max-tokens 500 --ignore-eos\nTell a long story.",
        when="first token 0",
    )
    assert not ran.error_lines
    assert "stopped by you" in ran.shown[0]["text/html"]
    assert ran.shown[0]["text/plain"]
    again = kernel.run("%%ocichat --max-tokens 5\nGo on.")
    assert not again.error_lines
    assert again.shown[0]["text/plain"]


def test_a_dry_run_is_a_program_that_signs_anew(kernel: Kernel):
    kernel.run("%ocichat local")
    told = kernel.run("%%ocichat --dry-run --max-tokens 5\nGo on.").stream("stdout")
    program = told[told.index("# Python that") : told.index("# curl, unsigned")]
    ran = kernel.run(program)
    assert not ran.error_lines
    assert ran.stream("stdout")
    assert "PRIVATE KEY" not in told


def test_unloading_stops_it(kernel: Kernel):
    kernel.run("%ocichat local")
    magics = "get_ipython().magics_manager.registry['OciChatMagics']"
    kernel.run(f"deployment = {magics}.face.deployment._running")
    assert kernel.value("deployment.running") is True
    assert not kernel.run("%unload_ext ocinb").error_lines
    assert kernel.value("deployment.running") is False
    assert kernel.run("%ocichat help").reply["status"] == "error"

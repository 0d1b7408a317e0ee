"""Every fault on the wire, as it reaches a cell: nothing that came is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.local.scripts.faults import FAULTS, TEXT
from tests.contract.magic_kernel import Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """
%load_ext ocinb
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local.scripts.faults import fault

def play(name):
    global server
    server = LocalDeployment(script=fault(name)).start()
    return ChatOCIModelDeploymentVLLM(
        endpoint=server.endpoint, auth=server.auth, max_retries=0, timeout=5
    )
"""

ELSEWHERE = {
    *("stall", "slow_headers", "big_line", "endless_line", "long", "drip"),  # slow
    "n_interleaved",  # the magic asks for one answer
    "huge_header",  # whether it is refused is the wire's to say
}
"""Faults that the tests of the wire and of the chat model play."""

FAULTS_HERE = [
    pytest.param(fault.name, fault.text, id=fault.name)
    for fault in FAULTS.values()
    if fault.name not in ELSEWHERE and fault.text is not None and fault.retry == "no"
]


@pytest.fixture(scope="module")
def started() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        assert not kernel.run(SETUP).error_lines
        yield kernel


@pytest.fixture
def kernel(started: Kernel) -> Iterator[Kernel]:
    started.run("_oci = None")
    yield started
    started.run("server.stop()")


@pytest.mark.parametrize(("name", "text"), FAULTS_HERE)
def test_what_came_is_kept_and_a_failure_is_one_line(
    kernel: Kernel, name: str, text: str
):
    assert not kernel.run(f"llm = play({name!r})").error_lines
    ran = kernel.run("%%ocichat llm --no-history\nhi", stdin=False)
    kept = kernel.value("_oci and _oci.text") or ""
    assert kept == text
    assert "Traceback" not in str(ran.messages)
    if ran.reply["status"] == "error":
        (line,) = ran.error_lines
        assert "\n" not in line
        assert line.isprintable()
    else:
        assert len(ran.of("display_data")) == 1
    if text != TEXT and FAULTS[name].group == "stream":
        assert ran.reply["status"] == "error"

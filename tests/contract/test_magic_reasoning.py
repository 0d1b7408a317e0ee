"""What a model thinks before it answers, in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

THOUGHT = (
    "Let me <b>see</b>: <script>alert(1)</script> ![x](http://evil.example/p) \x1b[31m"
)
SCRIPT = f"""Script([
    *(Reasoning(piece + ' ') for piece in {THOUGHT!r}.split()),
    Wait(0.3), Delta('Yes'), Delta('.'), Finish('stop'), Done()
])"""


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    kernel.run("from ocinb.local.scripts.steps import Done, Finish, Reasoning")
    kernel.serve(SCRIPT)
    return kernel


def test_it_is_folded_over_the_answer_and_no_part_of_its_text(kernel: Kernel):
    ran = kernel.run("%%ocichat\nhi")
    (stored,) = ran.shown
    assert stored["text/plain"] == "Yes."
    assert stored["text/markdown"] == "Yes."
    html = stored["text/html"]
    assert html.index("<summary>Reasoning</summary>") < html.index("<p>Yes.</p>")
    assert kernel.value("_oci.text") == "Yes."
    assert "Let me" in kernel.value("_oci.additional_kwargs['reasoning_content']")


def test_it_streams_into_a_closed_section_and_everything_is_closed(kernel: Kernel):
    ran = kernel.run("%%ocichat\nhi")
    opened = {c["comm_id"]: c["data"].get("state", {}) for c in ran.of("comm_open")}
    (section,) = [
        s for s in opened.values() if s.get("_model_name") == "AccordionModel"
    ]
    assert section["selected_index"] is None
    assert opened.keys() == {content["comm_id"] for content in ran.of("comm_close")}
    drawn = str([c["data"] for c in ran.of("comm_msg") + ran.of("comm_open")])
    assert "Let me" in drawn


def test_it_is_inert_in_the_notebook_and_on_the_screen(kernel: Kernel):
    ran = kernel.run("%%ocichat\nhi")
    drawn = str([c["data"] for c in ran.of("comm_msg") + ran.of("comm_open")])
    for shown in (str(ran.shown), drawn):
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<b>" not in shown
        assert "\\x1b" not in shown


def test_it_can_be_hidden(kernel: Kernel):
    ran = kernel.run("%%ocichat --reasoning hide\nhi")
    assert "Let me" not in str(ran.messages)
    assert ran.shown[0]["text/plain"] == "Yes."


def test_it_is_printed_dimmed_where_there_are_no_widgets(kernel: Kernel):
    kernel.run("%config OciChatMagics.view = 'text'")
    ran = kernel.run("%%ocichat\nhi")
    kernel.run("%config OciChatMagics.view = 'auto'")
    printed = ran.stream("stdout")
    assert printed.startswith("\x1b[2mLet ")
    assert "\x1b[22m\n\nYes.\n[" in printed
    assert "\x1b[31m" not in printed


def test_an_unattended_run_stores_it_in_its_one_display(kernel: Kernel):
    ran = kernel.run("%%ocichat\nhi", stdin=False)
    assert len(ran.of("display_data")) == 1
    assert "<summary>Reasoning</summary>" in ran.shown[0]["text/html"]


def test_it_is_not_sent_with_the_next_request(kernel: Kernel):
    kernel.run("%%ocichat\nhi")
    kernel.run("%%ocichat\nand?")
    assert "Let me" not in kernel.value("server.requests[-1].body.decode()")

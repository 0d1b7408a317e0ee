"""`%ocichat doctor` in a real kernel: a table that grows, and a report to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

NOT_FOUND = "Script.error(404, message='The model `odsc-llm` does not exist.')"


def test_the_current_model_is_examined_and_the_report_kept(kernel: Kernel) -> None:
    kernel.serve("Script.answer('one two three four five six', delay_s=0.05)")
    ran = kernel.run("%ocichat doctor")
    assert not ran.error_lines
    (shown,) = ran.shown
    assert "<table>" in shown["text/html"]
    assert "from the alias llm" in shown["text/plain"]
    updates = ran.of("update_display_data")
    assert updates  # it grew
    assert kernel.value("_oci_doctor['signature'].result") == "pass"
    assert kernel.value("_oci_doctor['logprobs'].result") == "fail"


def test_a_failure_is_a_row_and_not_an_error(kernel: Kernel) -> None:
    kernel.serve(NOT_FOUND)
    ran = kernel.run("%ocichat doctor llm")
    assert not ran.error_lines
    assert kernel.value(
        "[r.check for r in _oci_doctor.rows if r.result == 'fail']"
    ) == ["model"]
    assert "--served-model-name" in ran.shown[0]["text/html"]


def test_an_interrupt_stops_it_and_the_rows_that_came_stay(kernel: Kernel) -> None:
    kernel.serve("Script([Wait(60)])")
    ran, _ = kernel.run_and_interrupt("%ocichat doctor", when="clock", after_s=0.3)
    (said,) = ran.error_lines
    assert said == "Stopped: the doctor was stopped by you"
    assert "<code>clock</code>" in ran.shown[-1]["text/html"]
    kernel.run("server.stop()\nserve(Script.answer('fine'))")
    assert kernel.run("%%ocichat\nhello").shown[-1]["text/plain"] == "fine"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("doctor nobody", "%ocichat -- doctor"),
        ("doctor other", "doctor examines chat models of ocinb only"),
    ],
)
def test_a_name_that_cannot_be_examined_is_one_line(
    kernel: Kernel, line: str, words: str
) -> None:
    kernel.serve(NOT_FOUND)
    kernel.run(
        "from langchain_core.language_models import FakeListChatModel\n"
        "other = FakeListChatModel(responses=['x'])"
    )
    (said,) = kernel.run(f"%ocichat {line}").error_lines
    assert words in said


def test_more_words_are_a_question(kernel: Kernel) -> None:
    kernel.serve("Script.answer('An apple.')")
    ran = kernel.run("%ocichat doctor what keeps you away?")
    assert "An apple." in str(ran.shown)


def test_tab_offers_the_models(kernel: Kernel) -> None:
    kernel.serve(NOT_FOUND)
    line = "%ocichat doctor ll"
    assert "llm" in kernel.complete(line, len(line))["matches"]

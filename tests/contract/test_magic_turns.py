"""`%ocichat continue`, `undo` and `history` in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

SENT = "[m['content'] for m in server.requests[-1].json['messages']]"


def test_an_answer_that_was_cut_goes_on_in_one_display(kernel: Kernel):
    kernel.serve(
        "Script.answer('One *two', finish='length'), Script.answer(' three*.'), "
        "Script.answer('ok')"
    )
    (first,) = kernel.run("%%ocichat --max-tokens 2\ncount").shown
    assert "cut at max_tokens (2)" in first["text/html"]
    assert "%ocichat continue goes on" in first["text/html"]
    ran = kernel.run("%ocichat continue --max-tokens 50")
    assert not ran.error_lines
    (whole,) = ran.shown
    assert whole["text/plain"] == "One *two three*."
    assert "<em>two three</em>" in whole["text/html"]
    assert "cut at" not in whole["text/html"]
    assert kernel.value("_oci.text") == "One *two three*."
    assert kernel.value("server.requests[-1].json['max_tokens']") == 50
    drawn = [c["data"] for c in ran.of("comm_msg") if "One" in str(c["data"])]
    assert drawn, "what there was is shown while the rest comes"
    kernel.run("%%ocichat\nthanks")
    assert kernel.value(SENT) == ["count", "One *two three*.", "thanks"]


def test_an_answer_that_was_interrupted_goes_on(kernel: Kernel):
    kernel.serve("Script.answer('word ' * 999, delay_s=0.02), Script.answer('end')")
    ran, _ = kernel.run_and_interrupt("%%ocichat\nhi", when="word word word")
    partial = ran.shown[0]["text/plain"]
    (whole,) = kernel.run("%ocichat continue").shown
    assert whole["text/plain"] == f"{partial}end"


def test_code_that_was_cut_goes_into_the_next_cell_once_it_is_whole(kernel: Kernel):
    kernel.serve(
        "Script.answer('```python\\nx = (1 +', finish='length'), "
        "Script.answer(' 2)\\n```')"
    )
    first = kernel.run("%%ocichat -f code\nhi")
    assert first.reply["payload"] == []
    ran = kernel.run("%ocichat continue -f code")
    assert [sent["text"] for sent in ran.reply["payload"]] == ["x = (1 + 2)"]


def test_an_object_that_was_cut_is_read_when_it_is_whole(kernel: Kernel):
    kernel.run("wanted = {'type': 'object', 'required': ['a']}")
    kernel.serve("""Script.answer('{"a": ', finish='length'), Script.answer('1}')""")
    kernel.run("%%ocichat --schema wanted\nhi")
    assert kernel.value("_oci_object") is None
    kernel.run("%ocichat continue --schema wanted")
    assert kernel.value("_oci_object") == {"a": 1}
    assert kernel.value("'response_format' in server.requests[-1].json") is False


def test_an_undone_turn_is_not_sent_again(kernel: Kernel):
    kernel.serve("Script.answer('A'), Script.answer('B'), Script.answer('C')")
    kernel.run("%%ocichat\na")
    kernel.run("%%ocichat\nb")
    ran = kernel.run("%ocichat undo")
    assert ran.stream("stdout") == "undone: b (1 turn left)\n"
    kernel.run("%%ocichat\nc")
    assert kernel.value(SENT) == ["a", "A", "c"]
    told = kernel.run("%ocichat history").stream("stdout")
    assert told == "1 > a\nA\n\n2 > c\nC\n"


def test_the_context_is_counted_by_the_server(kernel: Kernel):
    kernel.serve("Script.answer('one two three')")
    kernel.run("%%ocichat\nfirst")
    (stored,) = kernel.run("%%ocichat\nsecond").shown
    assert "context: 1 turn, 15 tokens" in stored["text/html"]


def test_a_turn_that_was_replaced_makes_later_ones_stale(kernel: Kernel):
    kernel.serve("Script.answer('A'), Script.answer('B'), Script.answer('C')")
    kernel.run("%%ocichat\na", cell="1")
    kernel.run("%%ocichat\nb", cell="2")
    kernel.run("%%ocichat\nc", cell="1")
    told = kernel.run("%ocichat history").stream("stdout")
    assert told == "1 > c\nC\n\n2 > b\nB [stale: not sent again]\n"

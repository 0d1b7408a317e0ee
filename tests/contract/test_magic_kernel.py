"""The magic in a real kernel, seen through its messages as a front end sees them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel


def test_an_answer_streams_in_a_widget_and_ends_as_one_stored_display(kernel: Kernel):
    text = " ".join(f"word{n}" for n in range(100))
    kernel.serve(f"Script.answer({text!r}, delay_s=0.01)")
    ran = kernel.run("%%ocichat\ntell me")
    assert ran.reply["status"] == "ok"
    (stored,) = ran.shown
    assert stored["text/plain"] == text
    assert "word99" in stored["text/html"]
    assert stored["text/markdown"].strip() == text
    assert ran.of("display_data")[0]["data"]["application/vnd.jupyter.widget-view+json"]
    assert len(ran.of("update_display_data")) == 1
    assert not ran.of("execute_result")
    assert not ran.stream("stderr")
    assert kernel.value("_oci.text") == text


def test_the_growing_answer_is_redrawn_at_most_twenty_times_a_second(kernel: Kernel):
    kernel.serve("Script.answer('token ' * 400, delay_s=0.005)")
    before = time.monotonic()
    ran = kernel.run("%%ocichat\ntell me")
    seconds = time.monotonic() - before
    redraws = [
        content
        for content in ran.of("comm_msg")
        if "token" in str(content["data"].get("state", {}).get("value", ""))
    ]
    assert len(redraws) >= 5, "it streams"
    assert len(redraws) <= 20 * seconds + 5, "and not at every token"
    drawn = sum(len(content["data"]["state"]["value"]) for content in redraws)
    assert drawn < 400 * 6 * 20, "the closed part is not sent again"


def test_every_widget_of_the_live_view_is_closed_at_the_end(kernel: Kernel):
    kernel.serve("Script.answer('word ' * 300)")
    ran = kernel.run("%%ocichat\ntell me")
    opened = {content["comm_id"] for content in ran.of("comm_open")}
    closed = {content["comm_id"] for content in ran.of("comm_close")}
    assert opened
    assert opened == closed


def test_the_same_answer_stores_the_same_bytes(kernel: Kernel):
    kernel.serve("Script.answer('Hello *there*.')")
    first, second = (
        kernel.run("%%ocichat --no-history\nhi").shown,
        kernel.run("%%ocichat --no-history\nhi").shown,
    )
    assert first == second


def test_the_footer_tells_model_end_and_tokens_and_no_timings(kernel: Kernel):
    kernel.serve("Script.answer('one two three')")
    kernel.run("%%ocichat\nfirst")
    (stored,) = kernel.run("%%ocichat --top-p 0.5 -v\nhi").shown
    footer = stored["text/html"].rpartition("ocinb-footer")[2]
    for fact in ("stop", "12 prompt + 3 tokens", "context: 1 turn", "top_p=0.5"):
        assert fact in footer
    assert "opc-request-id" in footer
    assert not re.search(r"tokens/s|first token", stored["text/html"])
    timings = kernel.value("_oci.response_metadata['timings']")
    assert timings["ttft_s"] > 0
    assert timings["total_s"] >= timings["ttft_s"]


def test_an_answer_that_was_cut_says_so(kernel: Kernel):
    kernel.serve("Script.answer('one two', finish='length')")
    (stored,) = kernel.run("%%ocichat --max-tokens 2\nhi").shown
    assert "cut at max_tokens" in stored["text/html"]


def test_a_run_without_stdin_makes_exactly_one_display(kernel: Kernel):
    kernel.serve("Script.answer('Hello *there*.')")
    ran = kernel.run("%%ocichat\nhi", stdin=False)
    kinds = [m["msg_type"] for m in ran.messages]
    assert kinds == ["status", "execute_input", "display_data", "status"]
    assert ran.shown[0]["text/plain"] == "Hello *there*."


def test_the_second_cell_carries_the_first_turn(kernel: Kernel):
    kernel.serve("Script.answer('A'), Script.answer('B')")
    kernel.run("%%ocichat\na")
    kernel.run("%%ocichat\nb")
    sent = kernel.value("[m['content'] for m in server.requests[-1].json['messages']]")
    assert sent == ["a", "A", "b"]


def test_a_cell_that_runs_again_replaces_its_own_turn(kernel: Kernel):
    kernel.serve("Script.answer('A')")
    twice = "for _ in range(2):\n    %ocichat hello"
    for _ in range(2):
        kernel.run(twice, cell="c1")
    prompts = "[t.prompt for t in get_ipython().magics_manager.registry['OciChatMagics'].face.turns]"
    assert kernel.value(prompts) == ["hello", "hello"]
    kernel.run(twice, cell="c2")
    assert kernel.value(prompts) == ["hello"] * 4


def test_text_view_prints_tokens_as_they_come(kernel: Kernel):
    kernel.serve("Script.answer('one two three four', delay_s=0.1)")
    kernel.run("%config OciChatMagics.view = 'text'")
    ran = kernel.run("%%ocichat\nhi")
    kernel.run("%config OciChatMagics.view = 'auto'")
    assert ran.stream("stdout").startswith("one two three four\n[")
    assert len(ran.of("stream")) >= 3
    assert not ran.of("display_data")


def test_hostile_text_is_stored_inert(kernel: Kernel):
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> "
        "![x](http://evil.example/p.png) [a](javascript:alert(1)) \x1b[31mred"
    )
    kernel.serve(f"Script.answer({hostile!r})")
    ran = kernel.run("%%ocichat\nhi")
    (stored,) = ran.shown
    drawn = str([c["data"] for c in ran.of("comm_msg") + ran.of("comm_open")])
    for html in (stored["text/html"], stored["text/markdown"], drawn):
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
    assert "![" not in stored["text/markdown"]
    assert "\x1b" not in str(stored)


@pytest.mark.parametrize("view", ["auto", "text"])
def test_an_interrupt_keeps_the_text_and_closes_the_connection(
    kernel: Kernel, view: str
):
    kernel.run(f"%config OciChatMagics.view = {view!r}")
    kernel.serve("Script.answer('word ' * 1000, delay_s=0.02), Script.answer('ok')")
    ran, at_s = kernel.run_and_interrupt("%%ocichat\nhi", when="word word word")
    answered_s = time.monotonic() - at_s
    assert ran.reply["status"] == "ok"
    assert not ran.of("error")
    assert "Traceback" not in ran.stream("stderr")
    shown = ran.stream("stdout") + str(ran.shown)
    assert "word word word" in shown
    assert "stopped by you" in shown
    deadline = time.monotonic() + 5
    while not (hangups := kernel.value("server.hangups")):
        assert time.monotonic() < deadline
    assert hangups[0] - at_s < 0.2, "the connection is closed within 200 ms"
    assert answered_s < 1
    after = kernel.run("%%ocichat\nand now?")
    assert "ok" in after.stream("stdout") + str(after.shown)
    kernel.run("%config OciChatMagics.view = 'auto'")
    sent = kernel.value("[m['content'] for m in server.requests[-1].json['messages']]")
    assert len(sent) == 3
    assert sent[1].startswith("word word word")
    assert sent[1].endswith("[stopped by the user before the end]")


def test_an_interrupt_before_the_first_token_is_a_stop_too(kernel: Kernel):
    kernel.serve("Script([Wait(30), Delta('late')]), Script.answer('ok')")
    ran, at_s = kernel.run_and_interrupt(
        "%%ocichat\nhi", when="waiting for the first", after_s=0.5
    )
    assert time.monotonic() - at_s < 1
    assert not ran.error_lines
    (stored,) = ran.shown
    assert stored["text/plain"] == ""
    assert "stopped by you" in stored["text/html"]
    assert kernel.value("server.hangups")[0] - at_s < 0.2
    assert kernel.run("%%ocichat\nand now?").shown[0]["text/plain"] == "ok"
    sent = "[m['content'] for m in server.requests[-1].json['messages']]"
    assert kernel.value(sent) == ["and now?"]


def test_a_cell_that_awaits_can_be_interrupted_as_well(kernel: Kernel):
    kernel.serve("Script.answer('ok'), Script.answer('word ' * 1000, delay_s=0.02)")
    code = "answer = (await llm.ainvoke('a')).text\n%ocichat hi"
    ran, at_s = kernel.run_and_interrupt(code, when="word word word")
    assert time.monotonic() - at_s < 1
    assert not ran.error_lines
    assert "stopped by you" in ran.shown[0]["text/html"]
    assert kernel.value("answer") == "ok"


def test_a_stream_that_breaks_keeps_its_text_and_says_one_line(kernel: Kernel):
    kernel.serve("Script([Delta('Once '), Delta('upon'), Wait(0.3), Reset()])")
    ran = kernel.run("%%ocichat\nhi")
    (stored,) = ran.shown
    assert stored["text/plain"] == "Once upon"
    assert "incomplete: the answer broke off" in stored["text/html"]
    assert len(ran.error_lines) == 1
    assert "\n" not in ran.error_lines[0]
    assert ran.reply["status"] == "error"
    assert kernel.value("_oci.text") == "Once upon"


@pytest.mark.parametrize("stdin", [True, False])
def test_a_server_error_is_one_line_and_the_cell_fails(kernel: Kernel, *, stdin: bool):
    kernel.serve(
        "Script([Status(404), Json({'error': {'message': 'no such model', 'type': 'NotFoundError'}})])"
    )
    ran = kernel.run("%%ocichat\nhi", stdin=stdin)
    assert ran.reply["status"] == "error"
    assert len(ran.error_lines) == 1
    assert "no such model" in ran.error_lines[0]
    assert "Traceback" not in str(ran.messages)


def test_a_value_that_the_server_may_refuse_is_one_note(kernel: Kernel):
    kernel.serve("Script.answer('hot')")
    ran = kernel.run("%%ocichat --temperature 3\nhi")
    assert ran.reply["status"] == "ok"
    assert ran.stream("stderr").startswith("note: temperature should be")
    assert ran.stream("stderr").count("\n") == 1


def test_help_is_shown_for_the_magic(kernel: Kernel):
    kernel.serve("Script.answer('x')")
    assert "--repetition-penalty NUMBER" in kernel.run("%ocichat help").stream("stdout")
    page = kernel.run("%%ocichat?").reply["payload"][0]["data"]["text/plain"]
    assert "--repetition-penalty NUMBER" in page
    listed = kernel.run("%config OciChatMagics").stream("stdout")
    for name in ("format", "max_history", "params", "stream_hz", "system", "view"):
        assert f"OciChatMagics.{name}=" in listed

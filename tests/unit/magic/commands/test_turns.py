"""`%ocichat history`, `undo` and `continue` in a shell without a kernel."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import Stopped, StreamFailed


@pytest.fixture
def llm(llm: Any) -> Any:
    llm.answers = [["A"], ["B"], ["C"]]
    return llm


def run(shell: Any, code: str) -> Any:
    return shell.run_cell(code, store_history=False)


def asked(llm: Any) -> list[str]:
    return [str(message.text) for message in llm.asked[-1]]


def test_turns_are_numbered_and_say_what_became_of_them(
    shell: Any, llm: Any, capsys: Any
):
    llm.answers = [
        ["fine"],
        ["ha", Stopped("x")],
        ["hal", StreamFailed("the\nserver\x1b[31m gave up")],
        [StreamFailed("refused")],
    ]
    for prompt in "abcd":
        run(shell, f"%%ocichat\n{prompt}")
    capsys.readouterr()
    run(shell, "%ocichat history")
    assert capsys.readouterr().out == (
        "1 > a\nfine\n\n2 > b\nha [stopped]\n\n"
        "3 > c\nhal [failed: the server [31m gave up]\n\n"
        "4 > d\n(no answer) [failed: refused]\n"
    )


def test_an_answer_that_was_cut_is_marked(shell: Any, llm: Any, capsys: Any):
    llm.finish_reason = "length"
    run(shell, "%%ocichat\na")
    capsys.readouterr()
    run(shell, "%ocichat history")
    assert capsys.readouterr().out == "1 > a\nA [cut at max_tokens]\n"


class TestUndo:
    """`%ocichat undo`."""

    def test_the_next_request_does_not_carry_the_turn(
        self, shell: Any, llm: Any, capsys: Any
    ):
        run(shell, "%%ocichat\na")
        run(shell, "%%ocichat\nb")
        capsys.readouterr()
        run(shell, "%ocichat undo")
        assert capsys.readouterr().out == "undone: b (1 turn left)\n"
        run(shell, "%%ocichat\nc")
        assert asked(llm) == ["a", "A", "c"]

    def test_with_nothing_to_undo_it_says_so(self, shell: Any, llm: Any, capsys: Any):
        for expected in (1, 0):
            assert len(llm.asked) == 1 - expected
            run(shell, "%ocichat undo")
            out, err = capsys.readouterr()
            assert "there is nothing to undo: the conversation is empty" in out + err
            if expected:
                run(shell, "%%ocichat\na")
                run(shell, "%ocichat undo")
                capsys.readouterr()

    def test_a_prompt_may_begin_with_the_word(self, shell: Any, llm: Any):
        run(shell, "%ocichat undo the last change")
        assert asked(llm) == ["undo the last change"]


class TestContinue:
    """`%ocichat continue`."""

    def test_the_answer_goes_on_and_is_shown_as_a_whole(
        self, shell: Any, llm: Any, capsys: Any
    ):
        llm.answers, llm.finish_reason = [["One, "], ["two."]], "length"
        run(shell, "%%ocichat --temperature 0.5\ncount")
        assert "cut at max_tokens" in capsys.readouterr().out
        llm.finish_reason = "stop"
        run(shell, "%ocichat continue --out reply")
        assert capsys.readouterr().out.startswith("One, two.\n[reciter · stop")
        assert shell.user_ns["_oci"].text == "One, two."
        assert shell.user_ns["reply"] is shell.user_ns["_oci"]
        assert llm.params[-1] == {"temperature": 0.5}, "with the turn's own parameters"
        run(shell, "%%ocichat\nthanks")
        assert asked(llm) == ["count", "One, two.", "thanks"]

    def test_a_stopped_answer_goes_on_too(self, shell: Any, llm: Any, capsys: Any):
        llm.answers = [["One, ", Stopped("x")], ["two."]]
        run(shell, "%%ocichat\ncount")
        assert "%ocichat continue goes on" in capsys.readouterr().out
        run(shell, "%ocichat continue")
        assert capsys.readouterr().out.startswith("One, two.\n")

    def test_flags_count_for_the_rest(self, shell: Any, llm: Any):
        llm.finish_reason = "length"
        run(shell, "%%ocichat --temperature 0.5\ncount")
        run(shell, "%ocichat continue --temperature 0.1 --max-tokens 9")
        assert llm.params[-1] == {"temperature": 0.1, "max_tokens": 9}

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("continue", "there is nothing to go on with"),
            ("continue --dry-run", "continue: --dry-run has no place here"),
            ("continue --no-history", "continue: --no-history has no place here"),
            ("continue -f json please", "continue takes flags alone: please"),
            ("continue --nonsense", "unknown flag --nonsense"),
        ],
    )
    def test_what_cannot_be_is_one_line(
        self, shell: Any, llm: Any, capsys: Any, line: str, says: str
    ):
        run(shell, "%%ocichat\nhi")
        capsys.readouterr()
        assert not run(shell, f"%ocichat {line}").success
        out, err = capsys.readouterr()
        assert says in out + err
        assert (out + err).count("\n") == 1
        assert len(llm.asked) == 1

    def test_an_empty_conversation_has_nothing_to_go_on_with(
        self, shell: Any, llm: Any, capsys: Any
    ):
        assert not run(shell, "%ocichat continue").success
        out, err = capsys.readouterr()
        assert "ParameterError: " in out + err
        assert llm.asked == []

    def test_a_prompt_may_begin_with_the_word(self, shell: Any, llm: Any):
        run(shell, "%ocichat continue the story")
        assert asked(llm) == ["continue the story"]

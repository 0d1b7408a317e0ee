"""The magics in a shell without a kernel, as in a terminal."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from ocinb.errors import ParameterError, Stopped, StreamFailed
from ocinb.magic.ocichat import OciChatMagics


def run(shell: Any, code: str) -> Any:
    return shell.run_cell(code, store_history=False)


def test_the_body_of_a_cell_is_asked(shell: Any, llm: Any, capsys: Any):
    assert run(shell, "%%ocichat\nWho are you?\n").success
    assert (
        capsys.readouterr().out
        == "Hello there\n[reciter · stop · 7 prompt + 2 tokens]\n"
    )
    assert [str(m.text) for m in llm.asked[0]] == ["Who are you?"]


def test_the_rest_of_a_line_is_asked(shell: Any, llm: Any, capsys: Any):
    assert run(shell, "%ocichat --temperature 0.5 Who's that ?").success
    assert [str(m.text) for m in llm.asked[0]] == ["Who's that ?"]
    assert llm.params == [{"temperature": 0.5}]
    assert "temperature=0.5" in capsys.readouterr().out


def test_raw_prints_the_answer_and_nothing_else(shell: Any, llm: Any, capsys: Any):
    run(shell, "%%ocichat -f raw\nhi")
    assert capsys.readouterr().out == "Hello there\n"
    assert len(llm.asked) == 1


def test_the_last_message_is_kept(shell: Any, llm: Any):
    run(shell, "%%ocichat --out reply\nhi")
    assert shell.user_ns["_oci"].text == "Hello there"
    assert shell.user_ns["reply"] is shell.user_ns["_oci"]
    assert shell.user_ns["_oci"].response_metadata["timings"]["total_s"] > 0
    assert llm.hangups == 0


def test_a_conversation_goes_on_from_cell_to_cell(shell: Any, llm: Any, capsys: Any):
    run(shell, "%%ocichat\na")
    run(shell, "%%ocichat\nb")
    assert [str(m.text) for m in llm.asked[1]] == ["a", "Hello there", "b"]
    assert "context: 1 turn" in capsys.readouterr().out


def test_no_history_asks_outside_the_conversation(shell: Any, llm: Any, magics: Any):
    run(shell, "%%ocichat\na")
    run(shell, "%%ocichat --no-history\nb")
    assert [str(m.text) for m in llm.asked[1]] == ["b"]
    assert [turn.prompt for turn in magics.face.turns] == ["a"]


def test_settings_of_the_face_reach_the_request(shell: Any, llm: Any):
    run(shell, "%config OciChatMagics.system = 'Be brief.'")
    run(shell, "%config OciChatMagics.params = {'seed': 7, 'top_p': 0.5}")
    run(shell, "%config OciChatMagics.max_history = 0")
    run(shell, "%%ocichat\na")
    run(shell, "%%ocichat --top-p 0.9 --system Other.\nb")
    assert [str(m.text) for m in llm.asked[0]] == ["Be brief.", "a"]
    assert [str(m.text) for m in llm.asked[1]] == ["Other.", "b"]
    assert llm.params[1] == {"seed": 7, "top_p": 0.9}


def test_flags_go_before_a_preset_and_a_preset_before_the_settings(
    shell: Any, llm: Any, capsys: Any
):
    run(shell, "%ocichat preset save mine --seed 1 --top-p 0.1 --system Preset. -f raw")
    run(shell, "%config OciChatMagics.params = {'seed': 2, 'top_p': 0.2, 'top_k': 2}")
    run(shell, "%config OciChatMagics.system = 'Face.'")
    capsys.readouterr()
    run(shell, "%%ocichat --preset mine --seed 3\nhi")
    assert llm.params == [{"seed": 3, "top_p": 0.1, "top_k": 2}]
    assert str(llm.asked[0][0].text) == "Preset."
    assert capsys.readouterr().out == "Hello there\n"


def test_an_unknown_preset_sends_nothing(shell: Any, llm: Any, capsys: Any):
    assert not run(shell, "%%ocichat --preset nobody\nhi").success
    out, err = capsys.readouterr()
    assert "ConfigurationError: there is no preset nobody - `%ocichat pre" in out + err
    assert llm.asked == []


def test_other_fields_reach_the_chat_model(shell: Any, llm: Any):
    run(shell, '%%ocichat --param guide={"a": 1} --param echo=true\nhi')
    assert llm.params == [{"guide": {"a": 1}, "echo": True}]


def test_variables_are_replaced_unless_the_face_says_no(shell: Any, llm: Any):
    run(shell, "topic = 'cats'")
    run(shell, "%%ocichat\ntell me of {topic}, {open} and {exit}")
    run(shell, "%config OciChatMagics.expand = False")
    run(shell, "%%ocichat --no-history\ntell me of {topic}")
    assert [str(asked[-1].text) for asked in llm.asked] == [
        "tell me of cats, {open} and {exit}",
        "tell me of {topic}",
    ]


def test_variables_of_a_function_are_seen_by_a_line(shell: Any, llm: Any):
    run(shell, "def ask(topic):\n    %ocichat about {topic}\nask('dogs')")
    assert str(llm.asked[0][-1].text) == "about dogs"


def test_previous_inputs_and_outputs_can_be_named(shell: Any, llm: Any):
    shell.run_cell("40 + 2", store_history=True)
    run(shell, "%%ocichat\n{In[1]} is {Out[1]}")
    assert str(llm.asked[0][-1].text) == "40 + 2 is 42"


def test_another_model_answers_one_cell(shell: Any, llm: Any, reciting: Any):
    shell.user_ns["other"] = other = reciting(answers=[["other"]])
    run(shell, "%%ocichat other\nhi")
    assert (len(llm.asked), len(other.asked)) == (0, 1)


def test_a_thread_may_ask_too(shell: Any, llm: Any):
    asking = threading.Thread(target=run, args=(shell, "%%ocichat\nhi"))
    asking.start()
    asking.join()
    assert shell.user_ns["_oci"].text == "Hello there"
    assert len(llm.asked) == 1


def test_several_answers_at_once_are_refused(shell: Any, llm: Any, capsys: Any):
    run(shell, "%%ocichat --n 2\nhi")
    out, err = capsys.readouterr()
    assert "ParameterError: n must be 1 here (got 2): one answer is shown" in out + err
    assert llm.asked == []


def test_an_error_is_one_line_and_the_cell_fails(shell: Any, llm: Any, capsys: Any):
    result = run(shell, "%%ocichat --top-p 2\nhi")
    assert isinstance(result.error_in_exec, ParameterError)
    out, err = capsys.readouterr()
    assert (out + err).strip() == (
        "ParameterError: --top-p 2: top_p must be a number in (0, 1] (got 2)"
    )
    assert llm.asked == []


def test_a_stream_that_fails_keeps_its_text(shell: Any, llm: Any, capsys: Any):
    llm.answers = [["Once", " upon", StreamFailed("the server gave up")]]
    result = run(shell, "%%ocichat --out reply\nhi")
    assert isinstance(result.error_in_exec, StreamFailed)
    out, err = capsys.readouterr()
    shown, failed = (out + err).strip().split("]\n")
    assert shown.startswith("Once upon\n[incomplete: the answer broke off · ")
    assert failed == "StreamFailed: the server gave up"
    assert shell.user_ns["reply"].text == "Once upon"


def test_a_failure_before_the_first_token_keeps_the_last_message(shell: Any, llm: Any):
    run(shell, "%%ocichat\nhi")
    llm.answers = [[StreamFailed("refused")]]
    run(shell, "%%ocichat\nagain")
    assert shell.user_ns["_oci"].text == "Hello there"


def test_errors_of_other_kinds_keep_their_stack(shell: Any, llm: Any, capsys: Any):
    llm.answers = [["Once", KeyError("theirs")]]
    result = run(shell, "%%ocichat\nhi")
    assert isinstance(result.error_in_exec, KeyError)
    out, err = capsys.readouterr()
    assert out.startswith("Once\n[incomplete")
    assert "Traceback (most recent call last)" in out + err


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Stopped("stopped")])
def test_a_stop_is_no_error(shell: Any, llm: Any, capsys: Any, stop: BaseException):
    llm.answers = [["Once", stop]]
    assert run(shell, "%%ocichat\nhi").success
    assert capsys.readouterr().out.startswith("Once\n[stopped by you")
    assert shell.user_ns["_oci"].text == "Once"


def test_a_value_that_a_server_may_refuse_is_one_note(
    shell: Any, llm: Any, capsys: Any
):
    run(shell, "%%ocichat --temperature 3\nhi")
    assert capsys.readouterr().err == (
        "note: temperature should be a number in [0, 2] (got 3); "
        "the server may refuse it\n"
    )
    assert llm.params == [{"temperature": 3.0}]


def test_with_nothing_set_up_the_error_says_how(shell: Any, capsys: Any):
    run(shell, "%%ocichat\nhi")
    out, err = capsys.readouterr()
    assert "ConfigurationError: no model is set up - " in out + err


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("format", "'htlm'"),
        ("view", "'fancy'"),
        ("stream_hz", "0"),
        ("max_history", "-1"),
        ("params", "{'temprature': 1}"),
        ("params", "{'top_p': 2}"),
    ],
)
def test_settings_are_checked(shell: Any, magics: Any, setting: str, value: str):
    before = getattr(magics, setting)
    shell.run_line_magic("config", f"OciChatMagics.{setting} = {value}")
    assert getattr(magics, setting) == before
    with pytest.raises(TraitError):
        setattr(magics, setting, eval(value))  # noqa: S307 - a literal of this test


def test_a_setting_that_a_server_may_refuse_is_one_note(shell: Any, capsys: Any):
    shell.run_line_magic("config", "OciChatMagics.params = {'temperature': 3}")
    out, err = capsys.readouterr()
    assert err.startswith("note: temperature should be a number in [0, 2] (got 3); ")
    assert (out + err).count("\n") == 1


def test_a_configuration_file_sets_the_model(make_shell: Any):
    config = Config()
    config.OciChatMagics.model = "prod"
    assert OciChatMagics(make_shell(config)).face.models.current == "prod"


class TestSubcommands:
    """`%ocichat` words that are no prompt."""

    def test_help_is_printed(self, shell: Any, capsys: Any):
        for word in ("help", "--help", "-h"):
            run(shell, f"%ocichat {word}")
            assert "%%ocichat [ALIAS] [flags]" in capsys.readouterr().out

    def test_history_shows_every_turn_with_its_state(
        self, shell: Any, llm: Any, capsys: Any
    ):
        run(shell, "%ocichat history")
        assert capsys.readouterr().out == "the conversation is empty\n"
        llm.answers = [["A"], ["half", StreamFailed("no")]]
        run(shell, "%%ocichat\na")
        run(shell, "%%ocichat\nb")
        capsys.readouterr()
        run(shell, "%ocichat history")
        assert capsys.readouterr().out == "1 > a\nA\n\n2 > b\nhalf [failed: no]\n"

    def test_reset_begins_a_new_conversation(self, shell: Any, llm: Any):
        run(shell, "%%ocichat\na")
        run(shell, "%ocichat reset")
        run(shell, "%%ocichat\nb")
        assert [str(m.text) for m in llm.asked[1]] == ["b"]

    def test_a_word_of_a_subcommand_may_begin_a_prompt(self, shell: Any, llm: Any):
        run(shell, "%ocichat history of Rome")
        run(shell, "%ocichat -- alias what")
        assert [str(asked[-1].text) for asked in llm.asked] == [
            "history of Rome",
            "alias what",
        ]

    def test_aliases_are_added_set_listed_and_removed(
        self, shell: Any, llm: Any, magics: Any, capsys: Any
    ):
        run(shell, "%ocichat alias add short llm")
        run(shell, "%ocichat alias set short")
        assert magics.model == "short"
        capsys.readouterr()
        run(shell, "%ocichat alias ls")
        assert capsys.readouterr().out == "* short  llm (this kernel only)\n"
        run(shell, "%%ocichat\nhi")
        assert len(llm.asked) == 1
        run(shell, "%ocichat alias rm short")
        assert magics.model == ""
        capsys.readouterr()
        run(shell, "%ocichat alias")
        assert capsys.readouterr().out == "no alias is set\n"

    def test_removing_another_alias_keeps_the_current_model(
        self, shell: Any, llm: Any, magics: Any
    ):
        run(shell, "%ocichat alias add short llm")
        run(shell, "%ocichat alias rm short")
        assert magics.model == "llm"
        assert llm.asked == []

    def test_nothing_at_all_is_answered_with_the_usage(self, shell: Any, capsys: Any):
        run(shell, "%ocichat")
        out, err = capsys.readouterr()
        assert "nothing to send: the prompt is empty - %%ocichat [ALIAS]" in out + err

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("alias ad x y", "did you mean alias add? - usage: alias add NAME"),
            ("alias add x", "alias add x: not understood - usage"),
            ("alias qqq", "alias qqq: not understood - usage"),
            ("alias set nobody", "neither an alias nor a chat model variable"),
            ("alias add x nobody", "neither an alias nor a chat model variable"),
            ("alias rm nobody", "neither an alias nor a chat model variable"),
        ],
    )
    def test_what_cannot_be_done_is_one_line(
        self, shell: Any, capsys: Any, line: str, says: str
    ):
        assert not run(shell, f"%ocichat {line}").success
        out, err = capsys.readouterr()
        assert says in out + err
        assert (out + err).count("\n") == 1


class TestConversations:
    """`-c NAME` and what lists and ends conversations."""

    def test_each_name_has_turns_of_its_own(self, shell: Any, llm: Any):
        run(shell, "%%ocichat\na")
        run(shell, "%%ocichat -c other\nb")
        run(shell, "%%ocichat -c main\nc")
        assert [str(m.text) for m in llm.asked[1]] == ["b"]
        assert [str(m.text) for m in llm.asked[2]] == ["a", "Hello there", "c"]

    def test_the_one_that_was_named_last_goes_on(self, shell: Any, llm: Any):
        run(shell, "%%ocichat -c other\na")
        run(shell, "%%ocichat\nb")
        assert [str(m.text) for m in llm.asked[1]] == ["a", "Hello there", "b"]

    def test_what_sends_nothing_turns_to_no_conversation(
        self, shell: Any, llm: Any, magics: Any
    ):
        for line in ("-c other --top-p 2", "-c other --n 2", "nobody -c other"):
            assert not run(shell, f"%%ocichat {line}\na").success
        assert magics.face.current == "main"
        assert llm.asked == []

    def test_they_are_listed_with_their_turns_and_the_current_one(
        self, shell: Any, llm: Any, capsys: Any
    ):
        run(shell, "%ocichat conversations")
        assert capsys.readouterr().out == "* main  0 turns\n"
        run(shell, "%%ocichat\na")
        run(shell, "%%ocichat\nb")
        run(shell, "%%ocichat -c other\nc")
        capsys.readouterr()
        run(shell, "%ocichat conversations")
        assert capsys.readouterr().out == "* other  1 turn\n  main  2 turns\n"
        assert len(llm.asked) == 3

    def test_one_is_forgotten_by_its_name(self, shell: Any, llm: Any, capsys: Any):
        run(shell, "%%ocichat -c other\na")
        run(shell, "%%ocichat -c main\nb")
        capsys.readouterr()
        run(shell, "%ocichat reset other")
        assert capsys.readouterr().out == "other is forgotten\n"
        run(shell, "%%ocichat\nc")
        run(shell, "%%ocichat -c other\nd")
        assert [str(m.text) for m in llm.asked[2]] == ["b", "Hello there", "c"]
        assert [str(m.text) for m in llm.asked[3]] == ["d"]

    def test_one_that_never_began_cannot_be_forgotten(
        self, shell: Any, llm: Any, capsys: Any
    ):
        run(shell, "%%ocichat -c other\na")
        assert not run(shell, "%ocichat reset othr").success
        out, err = capsys.readouterr()
        assert "there is no conversation othr; did you mean other?" in out + err
        assert len(llm.asked) == 1

    @pytest.mark.parametrize("name", ["''", "'a b'", "1st", "a/b", "-x"])
    def test_a_conversation_has_a_plain_name(
        self, shell: Any, llm: Any, capsys: Any, name: str
    ):
        assert not run(shell, f"%%ocichat -c={name}\na").success
        out, err = capsys.readouterr()
        assert "is not a valid name of a conversation" in out + err
        assert llm.asked == []

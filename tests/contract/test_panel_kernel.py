"""The panel in a real kernel: clicks, re-runs, closing, restarts, sleep, secrets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from configparser import ConfigParser
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Reset, Wait
from tests.contract.magic_kernel import Kernel, running_kernel
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SET_UP = """
from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel
llm = ChatOCIModelDeploymentVLLM(endpoint={endpoint!r}, auth={auth!r})
"""
DRIP = Script(
    [*(s for n in range(2_000) for s in (Delta(f"w{n} "), Wait(0.005))), Done()]
)
"""200 tokens a second, for ten seconds."""

STALL = Script([Delta("begun "), Wait(60), Delta("never"), Done()])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@contextmanager
def talking(stage: Stage, kernel: Kernel, *scripts: Script) -> Iterator[None]:
    """Let `llm` in the kernel be answered by these scripts."""
    with stage.playing(*scripts):
        ran = kernel.run(SET_UP.format(endpoint=stage.endpoint, auth="api_key"))
        assert not ran.error_lines, ran.error_lines
        yield


@pytest.fixture(scope="module")
def kernel(stage: Stage) -> Iterator[Kernel]:
    with running_kernel(OCI_CONFIG_FILE=str(stage.profile_path)) as kernel:
        yield kernel


def click(kernel: Kernel, button: str) -> float:
    """Click a button as a front end does, and return when."""
    identity = kernel.value(f"{button}.comm.comm_id")
    content = {"method": "custom", "content": {"event": "click"}}
    message = kernel.client.session.msg(
        "comm_msg", {"comm_id": identity, "data": content}
    )
    at_s = time.monotonic()
    kernel.client.shell_channel.send(message)
    return at_s


def begun(kernel: Kernel, panel: str = "panel") -> None:
    """Wait until some of the answer has come."""
    assert eventually(
        lambda: kernel.value(f"len({panel}.conversation.turns[-1].text)") > 0
    )


def test_a_click_on_stop_closes_the_connection_within_200_ms(
    stage: Stage, kernel: Kernel
) -> None:
    with talking(stage, kernel, DRIP):
        kernel.run("panel = ChatPanel(llm); run = panel.ask('Hi')")
        begun(kernel)
        clicked_s = click(kernel, "panel._composer._stop")
        assert eventually(lambda: bool(stage.hangups))
        assert stage.hangups[0] - clicked_s < 0.2
        assert kernel.value("run.result(5).status") == "stopped"


def test_other_cells_run_while_an_answer_comes(stage: Stage, kernel: Kernel) -> None:
    with talking(stage, kernel, DRIP):
        kernel.run("panel = ChatPanel(llm); run = panel.ask('Hi')")
        begun(kernel)
        first = kernel.value("len(run.text)")
        assert kernel.value("sum(range(10))") == 45
        assert eventually(lambda: kernel.value("len(run.text)") > first)
        kernel.run("panel.close()")


def test_two_panels_and_a_magic_at_once_do_not_mix(
    stage: Stage, kernel: Kernel
) -> None:
    def counting(letter: str) -> Script:
        words = [Delta(f"{letter}{n} ") for n in range(200)]
        return Script(
            [
                *(s for word in words for s in (word, Wait(0.002))),
                Finish("stop"),
                Done(),
            ]
        )

    with talking(stage, kernel, counting("a"), counting("b"), counting("c")):
        kernel.run(
            "%load_ext ocinb\none, two = ChatPanel(llm), ChatPanel(llm)\n"
            "runs = [one.ask('1'), two.ask('2')]"
        )
        ran = kernel.run("%%ocichat llm\n3")
        assert not ran.error_lines
        texts = kernel.value("[run.result(20).text for run in runs] + [_oci.text]")
    letters = [{word[0] for word in text.split()} for text in texts]
    assert sorted(letters, key=min) == [{"a"}, {"b"}, {"c"}]
    assert [len(text.split()) for text in texts] == [200] * 3


def test_a_cell_that_runs_again_stops_the_answer_of_its_old_panel(
    stage: Stage, kernel: Kernel
) -> None:
    code = "panels = globals().get('panels', [])\npanels.append(ChatPanel(llm))\npanels[-1]"
    with talking(stage, kernel, DRIP):
        kernel.run(code, cell="c1")
        kernel.run("first = panels[0].ask('Hi')")
        begun(kernel, "panels[0]")
        ran_s = time.monotonic()
        kernel.run(code, cell="c1")
        assert eventually(lambda: bool(stage.hangups))
        assert stage.hangups[0] - ran_s < 1
        assert kernel.value("first.result(5).status") == "stopped"
        assert kernel.value("len(panels[1].conversation.turns)") == 0


def test_a_panel_that_is_closed_hangs_up_and_keeps_what_came(
    stage: Stage, kernel: Kernel
) -> None:
    with talking(stage, kernel, STALL):
        kernel.run("panel = ChatPanel(llm); run = panel.ask('Hi')")
        begun(kernel)
        ran = kernel.run("panel.close()")
        assert not ran.stream("stderr")
        assert eventually(lambda: bool(stage.hangups))
        assert kernel.value("run.result(5).text") == "begun "
        assert kernel.value("panel.conversation.turns[0].status") == "stopped"


def test_an_interrupt_of_a_cell_that_waits_stops_the_answer(
    stage: Stage, kernel: Kernel
) -> None:
    with talking(stage, kernel, STALL):
        kernel.run("panel = ChatPanel(llm); run = panel.ask('Hi')")
        begun(kernel)
        code = "print('wait' + 'ing', flush=True); run.result()"  # not in its own text
        kernel.run_and_interrupt(code, when="waiting", after_s=0.3)
        assert eventually(lambda: bool(stage.hangups))
        assert kernel.value("panel.conversation.turns[0].status") == "stopped"


def test_after_a_sleep_the_answer_ends_with_its_text_and_the_next_one_comes(
    stage: Stage, kernel: Kernel
) -> None:
    breaking = Script([Delta("before "), Wait(1), Reset()])
    with talking(stage, kernel, breaking, Script.answer("awake")):
        kernel.run("panel = ChatPanel(llm); run = panel.ask('Hi')")
        begun(kernel)
        process = kernel.value("__import__('os').getpid()")
        os.kill(process, signal.SIGSTOP)
        time.sleep(2)
        os.kill(process, signal.SIGCONT)
        assert eventually(lambda: kernel.value("run.done"))
        turn = kernel.value(
            "[run.turn.status, run.turn.text, type(run.turn.error).__name__]"
        )
        assert turn[:2] == ["failed", "before "]
        assert kernel.value("panel.ask('Again').result(10).text") == "awake"


def test_a_kernel_restart_ends_the_stream_and_the_transcript_holds_what_came(
    stage: Stage,
) -> None:
    profile = str(stage.profile_path)
    with (
        running_kernel(OCI_CONFIG_FILE=profile) as kernel,
        talking(stage, kernel, STALL),
    ):
        sent = kernel.send("panel = ChatPanel(llm); display(panel)", cell="c1")
        shown = kernel.collect(sent).shown
        kernel.run("run = panel.ask('Hi')")
        begun(kernel)
        stored = update_with(kernel, "begun")
        kernel.manager.restart_kernel(now=True)
        assert eventually(lambda: bool(stage.hangups))
    assert len(shown) == 2
    assert "this answer is not finished" in stored["text/plain"]


def test_where_no_widget_is_drawn_the_transcript_grows_while_the_answer_comes(
    stage: Stage, kernel: Kernel
) -> None:
    words = [s for n in range(100) for s in (Delta(f"w{n} "), Wait(0.04))]
    with talking(stage, kernel, Script([*words, Done()])):
        kernel.run("panel = ChatPanel(llm); display(panel)")
        kernel.run("panel._stored.drawn = False; run = panel.ask('Hi')")
        grown = update_with(kernel, "w9 ")["text/plain"]
        kernel.run("panel.stop()")
    assert "w60 " not in grown
    assert "Ask with panel.ask" in grown


def update_with(kernel: Kernel, text: str) -> dict[str, Any]:
    """Wait for the update of a display that holds a text, and return it."""
    while True:
        message = kernel.client.get_iopub_msg(timeout=20)
        data: dict[str, Any] = message["content"].get("data", {})
        if message["msg_type"] == "update_display_data" and text in str(data):
            return data


FORKING = """
import os, sys
{set_up}
panel = ChatPanel(llm)
assert panel.ask("Hi").result(20).text == "Hello."
child = os.fork()
if not child:
    code = 0 if panel.ask("From the child").result(20).text == "Hello." else 1
    os._exit(code)
_, status = os.waitpid(child, 0)
assert panel.ask("After the child").result(20).text == "Hello."
print(os.waitstatus_to_exitcode(status), len(panel.conversation.turns))
"""


def test_a_forked_process_asks_over_a_connection_of_its_own(stage: Stage) -> None:
    with stage.playing(Script.answer("Hello.")):
        set_up = SET_UP.format(endpoint=stage.endpoint, auth="api_key")
        ran = subprocess.run(  # noqa: S603 - this interpreter and the lines of a test
            [sys.executable, "-W", "ignore", "-c", FORKING.format(set_up=set_up)],
            env={**os.environ, "OCI_CONFIG_FILE": str(stage.profile_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.stdout.split() == ["0", "2"], ran.stderr[-2000:]
        assert len(stage.requests) == 3
        assert stage.connections == 2


def test_nothing_that_is_shown_or_saved_holds_a_secret(
    stage: Stage, kernel: Kernel, tmp_path: Any
) -> None:
    code = f"""
panel = ChatPanel(llm, system="Be brief.")
display(panel)
panel.ask("Hi").result(10)
for section in ("Parameters", "Inspect", "Compare", "Save"):
    panel._drawer.toggle(section)
for view in panel._inspect._views:
    panel._inspect._choose(view)
panel.save({str(tmp_path / "talk.json")!r})
print(repr(panel), panel.as_code(), panel.params)
"""
    with talking(stage, kernel, Script.answer("Hello.")):
        sent = kernel.send(code)
        messages = kernel.collect(sent).messages
        assert stage.requests
    told = json.dumps([m["content"] for m in messages], default=str)
    told += (tmp_path / "talk.json").read_text()
    profile = ConfigParser()
    profile.read(stage.profile_path)
    secrets = [profile["DEFAULT"][name] for name in ("fingerprint", "key_file")]
    assert "Hello." in told
    assert "PRIVATE KEY" not in told
    assert not [secret for secret in secrets if secret in told]

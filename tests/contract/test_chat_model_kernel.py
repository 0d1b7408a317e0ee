"""The chat model in a real kernel that is interrupted, put to sleep and restarted."""

from __future__ import annotations

import os
import signal
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from ocinb.local import Delta, Script, Wait
from tests.contract.magic_kernel import Kernel, running_kernel
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """
import sys
from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.errors import TimedOut
from ocinb.wire.profile import signer_from_profile
llm = ChatOCIModelDeploymentVLLM(
    endpoint={endpoint!r}, auth=signer_from_profile({profile!r}), timeout={{"idle": 1}}
)
"""
READ = "for chunk in llm.stream('hello'): print(chunk.text, end='', flush=True)"
STALLS = Script([Delta("one "), Delta("two "), Wait(600), Delta("three")])
PAUSES = Script.answer("one two three four", delay_s=0.1)
BUSY = Script.error(503, headers={"retry-after": "60"}, message="busy")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture(scope="module")
def kernel(stage: Stage) -> Iterator[Kernel]:
    with running_kernel() as kernel:
        set_up(kernel, stage)
        yield kernel


def set_up(kernel: Kernel, stage: Stage) -> None:
    code = SETUP.format(endpoint=stage.endpoint, profile=str(stage.profile_path))
    assert not kernel.run(code).error_lines


def test_await_and_plain_calls_work_in_one_cell(kernel: Kernel, stage: Stage):
    with stage.playing(Script.answer("fine")):
        ran = kernel.run(
            "first = (await llm.ainvoke('hello')).text\n"
            "second = llm.invoke('hello').text\n"
            "third = ''.join(chunk.text for chunk in llm.stream('hello'))\n"
            "fourth = ''.join([chunk.text async for chunk in llm.astream('hello')])\n"
            "print(first, second, third, fourth, 'nest_asyncio' in sys.modules)"
        )

    assert ran.stream("stdout") == "fine fine fine fine False\n"
    assert not ran.error_lines


def test_a_cell_that_runs_twice_has_each_answer_in_its_own_output(
    kernel: Kernel, stage: Stage
):
    with stage.playing(PAUSES, Script.answer("five six", delay_s=0.1)):
        first, second = kernel.send(READ), kernel.send(READ)
        outputs = [kernel.collect(sent).stream("stdout") for sent in (first, second)]

    assert outputs == ["one two three four", "five six"]


def test_an_interrupt_hangs_up_at_once_and_the_text_stays(kernel: Kernel, stage: Stage):
    with stage.playing(STALLS, Script.answer("fine")):
        ran, at_s = kernel.run_and_interrupt(READ, when="two")
        hung_up = eventually(lambda: stage.hangups, within_s=1)

        assert hung_up
        assert stage.hangups[0] - at_s < 1
        assert ran.stream("stdout") == "one two "
        assert kernel.value("llm.invoke('hello').text") == "fine"


def test_an_interrupt_ends_the_wait_that_a_busy_server_asks_for(
    kernel: Kernel, stage: Stage
):
    with stage.playing(BUSY):
        asks = "print('asking', flush=True); llm.invoke('hello')"
        ran, at_s = kernel.run_and_interrupt(asks, when="asking", after_s=0.5)

        assert time.monotonic() - at_s < 2
        assert ran.reply["ename"] == "KeyboardInterrupt"
        assert len(stage.requests) == 1


def test_after_sleep_the_text_is_kept_and_the_next_request_has_a_new_date(
    kernel: Kernel, stage: Stage
):
    process = int(kernel.value("__import__('os').getpid()"))
    with stage.playing(STALLS, Script.answer("fine")):
        sent = kernel.send(
            "try: [print(c.text, end='') for c in llm.stream('hello')]\n"
            "except TimedOut as error: print('|', error.partial_text, '|', error)"
        )
        assert eventually(lambda: stage.requests)
        os.kill(process, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(process, signal.SIGCONT)
        awake_s, awake_at = time.monotonic(), int(time.time())
        told = kernel.collect(sent).stream("stdout")

        assert told.startswith(
            "one two | one two  | no byte of more of the answer came"
        )
        assert "idle time-out of 1" in told
        assert time.monotonic() - awake_s < 2
        assert eventually(lambda: stage.hangups, within_s=1)
        assert kernel.value("llm.invoke('hello').text") == "fine"
        date = parsedate_to_datetime(stage.requests[1].headers["date"])
        assert date.timestamp() >= awake_at


def test_a_restart_during_a_stall_hangs_up_and_a_new_cell_works(
    kernel: Kernel, stage: Stage
):
    with stage.playing(STALLS, Script.answer("fine")):
        kernel.run("llm.timeout = None")
        kernel.send(READ)
        shown = ""
        while "two" not in shown:
            shown += str(kernel.client.get_iopub_msg(timeout=30)["content"].get("text"))
        at_s = time.monotonic()
        kernel.manager.restart_kernel(now=True)

        assert eventually(lambda: stage.hangups, within_s=1)
        assert stage.hangups[0] - at_s < 1
        kernel.client.wait_for_ready(timeout=30)
        set_up(kernel, stage)
        assert kernel.value("llm.invoke('hello').text") == "fine"

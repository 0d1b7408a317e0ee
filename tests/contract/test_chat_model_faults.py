"""Every fault on the wire, through the chat model: what is kept, and what is said."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import textwrap
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import DeploymentError, OcinbError, SignatureRefused, TimedOut
from ocinb.local import Delta, Done, Event, Headers, Script, Status, Wait
from ocinb.local.scripts.faults import FAULTS, fault
from tests.contract.expected import CONNECT, STREAMS, WHOLE
from tests.contract.scripted_serving import serving
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.messages import BaseMessage

    from tests.contract.expected import Ends

PATIENCE = {"slow_headers": 0.4, "stall": 0.4}
"""Idle time-outs; a drip never times out, whatever the time-out."""

QUICK = {"long": 1000, "drip": 0.02, "429": 0}
ASKED_AT_ONCE = Headers({"retry-after": "0"})
LEAVES = {"stall", "slow_headers", "endless_line"}
"""Faults whose answer the server would go on with for ever."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def scripts_of(name: str) -> tuple[Script, ...]:
    """Return the scripts of a fault; whoever must be asked again says at once."""
    scripts = fault(name, QUICK.get(name))
    if FAULTS[name].group == "status":  # the last header wins
        return tuple(Script([*s.steps, ASKED_AT_ONCE]) for s in scripts)
    if FAULTS[name].group == "stream":  # some of these end in the middle
        return tuple(
            Script([ASKED_AT_ONCE, *s.steps], s.plain and [ASKED_AT_ONCE, *s.plain])
            for s in scripts
        )
    return scripts


def fields_of(name: str, how: str) -> dict[str, Any]:
    timeout = {"idle": PATIENCE.get(name, 20), "total": None}
    return {"timeout": timeout, "max_retries": 0 if is_asked_once(name, how) else 1}


def is_asked_once(name: str, how: str) -> bool:
    """Say whether a retry is forbidden, since it would have to be waited for."""
    waits = name in {*CONNECT, "stall"}
    return waits and how in {"astream", "invoke"}


def streamed(model: Any, how: str, said: list[str]) -> BaseMessage | None:
    """Read a stream to its end, sync or async; what was said stays in the list."""

    async def aread() -> Any:
        whole = None
        async for chunk in model.astream("hello"):
            said.append(chunk.text)
            whole = chunk if whole is None else whole + chunk
        return whole

    if how == "astream":
        return asyncio.run(aread())
    whole = None
    for chunk in model.stream("hello"):
        said.append(chunk.text)
        whole = chunk if whole is None else whole + chunk
    return whole


def asked(model: Any, how: str) -> BaseMessage:
    if how == "ainvoke":
        return asyncio.run(model.ainvoke("hello"))
    message: BaseMessage = model.invoke("hello")
    return message


def check(error: OcinbError, ends: Ends, stage: Stage, case: tuple[str, str]) -> None:
    """Compare an error with its row of the table."""
    line, requests = str(error), 1 if is_asked_once(*case) else ends.requests
    assert type(error) is ends.kind
    assert ends.says in line
    assert line.isprintable()
    assert len(line) < 1200
    assert error.status == ends.status
    assert error.phase == ends.phase
    assert len(stage.requests) == requests
    assert error.attempts == requests
    assert error.endpoint.startswith(stage.endpoint)
    assert bool(error.request_id) == (ends.phase != "headers")
    if case[0] in LEAVES:
        assert eventually(lambda: stage.hangups, within_s=1)


@pytest.mark.parametrize("how", ["stream", "astream"])
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_fails_keeps_its_text_and_says_why(
    name: str, how: str, stage: Stage
):
    said: list[str] = []
    with stage.playing(*scripts_of(name), **fields_of(name, how)) as model:
        with pytest.raises(OcinbError) as caught:
            streamed(model, how, said)

        check(caught.value, STREAMS[name], stage, (name, how))

    assert caught.value.partial_text == "".join(said)
    if FAULTS[name].group in {"stream", "sse"}:
        assert caught.value.partial_text == FAULTS[name].text


@pytest.mark.parametrize("how", ["stream", "astream"])
@pytest.mark.parametrize(
    "name", [n for n in FAULTS if n not in {*STREAMS, "401_then_ok", "n_interleaved"}]
)
def test_a_stream_that_ends_well_is_whole(name: str, how: str, stage: Stage):
    said: list[str] = []
    with stage.playing(*scripts_of(name), **fields_of(name, how)) as model:
        message = streamed(model, how, said)

        assert len(stage.requests) == 1

    assert message is not None
    whole = {"long": "word " * 1000, "big_line": "x" * 10_000_000, "huge_header": None}
    expected = whole.get(name, FAULTS[name].text)
    assert expected is None or "".join(said) == message.text == expected
    assert message.response_metadata["opc_request_id"]
    assert message.response_metadata["finish_reason"] == finish_of(name)


def finish_of(name: str) -> str:
    if FAULTS[name].group == "tools" or name == "tool":
        return "tool_calls"
    return "length" if name in {"finish_length", "no_last_newline"} else "stop"


GOES_ON = {
    **{
        name: [step for step in fault(name)[0].steps if not isinstance(step, Done)]
        for name in (
            *("error_mid", "error_mid_old", "error_event"),
            *("not_json_mid", "gzip_bad"),
        )
    },
    "list": [Delta("text"), Event("[1, 2]")],
    "choice of text": [Delta("text"), Event('{"choices": ["x"]}')],
    "no choices": [Delta("text"), Event('{"choices": null}')],
}
"""Streams with a fault in them, without their end."""


@pytest.mark.parametrize("how", ["stream", "astream"])
@pytest.mark.parametrize("name", GOES_ON)
def test_a_server_that_goes_on_after_its_fault_is_left_at_once(
    name: str, how: str, stage: Stage
):
    going_on = Script([*GOES_ON[name], Wait(600)])
    with stage.playing(going_on, timeout={"idle": 0.5}) as model:
        with pytest.raises(OcinbError) as caught:
            streamed(model, how, [])

        assert not isinstance(caught.value, TimedOut)
        assert eventually(lambda: stage.hangups, within_s=1)


@pytest.mark.parametrize("how", ["invoke", "ainvoke"])
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_answer_that_fails_says_why(name: str, how: str, stage: Stage):
    with stage.playing(*scripts_of(name), **fields_of(name, how)) as model:
        with pytest.raises(OcinbError) as caught:
            asked(model, how)

        check(caught.value, WHOLE[name], stage, (name, how))


@pytest.mark.parametrize("how", ["invoke", "ainvoke"])
@pytest.mark.parametrize(
    "name", [n for n in FAULTS if n not in {*WHOLE, "401_then_ok"}]
)
def test_a_whole_answer_that_ends_well_is_whole(name: str, how: str, stage: Stage):
    with stage.playing(*scripts_of(name), **fields_of(name, how)) as model:
        message = asked(model, how)

        assert len(stage.requests) == 1

    whole = {"long": "word " * 1000, "big_line": "x" * 10_000_000, "huge_header": None}
    expected = whole.get(name, FAULTS[name].text)
    assert expected is None or message.text == expected
    assert message.response_metadata["opc_request_id"]


def test_every_fault_of_the_table_has_its_expectation():
    assert set(STREAMS) <= set(FAULTS)
    assert set(WHOLE) <= set(FAULTS)
    assert {n for n, f in FAULTS.items() if f.group in {"status", "redirect"}} == {
        n for n in STREAMS if FAULTS[n].group in {"status", "redirect"}
    } | {"401_then_ok"}
    assert {n for n, f in FAULTS.items() if f.retry == "yes"} == {
        n for n, ends in STREAMS.items() if ends.requests > 1
    } - {"404", "409"}


def test_a_drip_shows_its_tokens_as_they_come(stage: Stage):
    with stage.playing(*fault("drip", 0.05), timeout={"idle": 5}) as model:
        times = [time.monotonic() for chunk in model.stream("hello") if chunk.text]

    assert len(times) > 5
    assert times[-1] - times[0] > 0.05 * (len(times) - 2)


def test_compressed_events_show_as_they_come(stage: Stage):
    (script,) = fault("gzip")
    steps = [s for step in script.steps for s in (step, Wait(0.05))]
    with stage.playing(Script(steps)) as model:
        times = [time.monotonic() for chunk in model.stream("hello") if chunk.text]

    assert len(times) > 5
    assert times[-1] - times[0] > 0.05 * (len(times) - 2)


def test_ten_megabytes_in_one_line_come_within_five_seconds(stage: Stage):
    with stage.playing(*fault("big_line", 10)) as model:
        start = time.monotonic()
        message = streamed(model, "stream", [])

        assert time.monotonic() - start < 5
    assert message is not None
    assert len(message.text) == 10_000_000


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("how", ["stream", "ainvoke"])
def test_the_wait_that_a_busy_server_asks_for_is_waited(
    status: int, how: str, stage: Stage
):
    busy = Script.error(status, headers={"retry-after": "1"}, message="busy")
    with stage.playing(busy, Script.answer("fine")) as model:
        answer = streamed(model, how, []) if how == "stream" else asked(model, how)
        first, second = stage.requests

    assert answer is not None
    assert answer.text == "fine"
    assert 1 <= second.arrived_s - first.arrived_s < 3


def test_a_clock_that_is_behind_is_named(stage: Stage):
    ahead = formatdate(time.time() + 400, usegmt=True)
    refusal = Script([Headers({"date": ahead}), *fault("401")[0].steps])
    with stage.playing(refusal) as model, pytest.raises(SignatureRefused) as caught:
        model.invoke("hello")

    assert re.search(r"your clock is (399|400) s behind the server", str(caught.value))


def test_several_answers_that_interleave_are_kept_apart(stage: Stage):
    with stage.playing(*fault("n_interleaved"), n=3) as model:
        message = streamed(model, "stream", [])

    assert message is not None
    assert [block["text"] for block in message.content] == ["one two three"] * 3  # type: ignore[index]  # blocks of text
    finished = message.response_metadata["choices"]
    assert sorted(note["index"] for note in finished) == [0, 1, 2]


def test_content_that_is_html_stays_text(stage: Stage):
    with stage.playing(*fault("html_content")) as model:
        assert "<script>alert(1)</script>" in model.invoke("hello").text


def test_a_dropped_idle_connection_does_not_fail_the_next_request(stage: Stage):
    with stage.playing(*fault("stale_keepalive", 0)) as model:
        texts = [model.invoke("hello").text for _ in range(3)]

    assert texts == [FAULTS["stale_keepalive"].text] * 3


def test_a_connection_dropped_while_it_is_used_again_is_retried(stage: Stage):
    with stage.playing(*fault("stale_keepalive", 1)) as model:
        texts = [model.invoke("hello").text for _ in range(2)]

    assert texts == [FAULTS["stale_keepalive"].text] * 2


def test_a_header_over_the_limit_of_the_parser_is_an_error_and_no_hang(stage: Stage):
    huge = Script([Headers({"x-huge": "x" * 300_000}), *Script.answer("hi").steps])
    with stage.playing(huge) as model, pytest.raises(OcinbError) as caught:
        model.invoke("hello")

    assert "did not answer in HTTP" in str(caught.value)


@pytest.mark.parametrize("how", ["stream", "astream", "invoke", "ainvoke"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_of_a_request_reaches_where_a_redirect_points(
    status: int, how: str, stage: Stage
):
    with serving(Script.answer("stolen")) as other:
        moved = Script([Status(status), Headers({"location": other.endpoint})])
        with stage.playing(moved) as model, pytest.raises(DeploymentError) as caught:
            streamed(model, how, []) if "stream" in how else asked(model, how)

        assert other.connections == 0
    assert caught.value.status == status
    assert len(stage.requests) == 1


GROWTH = """
    import resource
    from ocinb.chat_models import ChatOCIModelDeploymentVLLM
    from ocinb.errors import AnswerError
    from ocinb.local import LocalDeployment
    from ocinb.local.scripts.faults import fault

    def peak_mb():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    with LocalDeployment(script=fault("ok") + fault("endless_line")) as deployment:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth
        )
        model.invoke("hello")
        for ask in (lambda: list(model.stream("hello")), lambda: model.invoke("hello")):
            before = peak_mb()
            try:
                ask()
            except AnswerError as error:
                print("longer than" in str(error), int(peak_mb() - before))
"""


def test_a_line_that_never_ends_takes_a_bounded_amount_of_memory():
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", textwrap.dedent(GROWTH)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = [line.split() for line in done.stdout.splitlines()]

    assert done.stderr == ""
    assert [limit for limit, _ in told] == ["True", "True"]
    assert all(int(megabytes) < 150 for _, megabytes in told)

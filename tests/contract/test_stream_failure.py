"""The trailer in which Oracle says why a stream broke off, though its status was 200."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import StreamFailed, StreamTruncated
from ocinb.local import Close, Delta, Headers, Raw, Script, Trailers, Wait
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

REASON = {
    "ErrorCode": "RequestTimeout",
    "HttpCode": 408,
    "ErrorMessage": "The model took too long.",
}
FAILS = Trailers({"StreamFailure": json.dumps(REASON)})
BEGINS = (Delta("The answer "), Delta("is"))
BROKEN_OFF = Script([*BEGINS, FAILS])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture(params=["stream", "astream"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(model: Any, how: str, said: list[str]) -> None:
    async def aread() -> None:
        said.extend([chunk.text async for chunk in model.astream("hello")])

    if how == "astream":
        asyncio.run(aread())
    else:
        said.extend(chunk.text for chunk in model.stream("hello"))


def failure(stage: Stage, script: Script, how: str) -> Any:
    said: list[str] = []
    with (
        stage.playing(script, max_retries=0) as model,
        pytest.raises(StreamFailed) as caught,
    ):
        read(model, how, said)
    return caught.value


def test_the_reason_its_code_and_status_are_told(stage: Stage, how: str):
    error = failure(stage, BROKEN_OFF, how)

    assert error.server_message == "The model took too long."
    assert (error.code, error.status) == ("RequestTimeout", 408)
    assert error.phase == "stream"
    assert error.request_id


def test_the_text_so_far_is_kept_and_nothing_is_asked_again(stage: Stage, how: str):
    said: list[str] = []
    with stage.playing(BROKEN_OFF, max_retries=3) as model:
        with pytest.raises(StreamFailed) as caught:
            read(model, how, said)
        assert len(stage.requests) == 1

    assert caught.value.partial_text == "The answer is"


def test_a_stream_that_failed_before_its_first_token_is_asked_for_again(
    stage: Stage, how: str
):
    said: list[str] = []
    fails = Script([Headers({"retry-after": "0"}), Delta(""), FAILS], coalesce=True)
    empty = Script([Headers({"content-type": "text/event-stream"}), FAILS])
    with stage.playing(empty, Script.answer("well"), max_retries=3) as model:
        read(model, how, said)
        assert len(stage.requests) == 2

    assert "".join(said) == "well"
    assert failure(stage, fails, how).status == 408


def test_a_reason_that_is_no_json_is_told_as_it_is(stage: Stage, how: str):
    script = Script([*BEGINS, Trailers({"streamfailure": "out of memory"})])

    assert failure(stage, script, how).server_message == "out of memory"


@pytest.mark.parametrize("piece_size", [1, 5, 1000])
def test_a_trailer_cut_into_any_pieces_is_read(stage: Stage, how: str, piece_size: int):
    end = f"0\r\nX-Other: a\r\nStreamFailure: {json.dumps(REASON)}\r\n\r\n".encode()
    pieces = [end[i : i + piece_size] for i in range(0, len(end), piece_size)]
    steps: list[Any] = [step for piece in pieces for step in (Wait(0.001), Raw(piece))]
    error = failure(stage, Script([*BEGINS, *steps, Close()]), how)

    assert error.code == "RequestTimeout"


def test_a_long_answer_before_the_trailer_does_no_harm(stage: Stage, how: str):
    error = failure(stage, Script([*[Delta("word " * 50)] * 2000, FAILS]), how)

    assert error.partial_text == "word " * 100_000
    assert error.code == "RequestTimeout"


def test_text_that_looks_like_a_trailer_is_text(stage: Stage, how: str):
    said: list[str] = []
    text = '\r\n0\r\nStreamFailure: {"ErrorCode": "x"}\r\n\r\n'
    with (
        stage.playing(Script([Delta(text)]), max_retries=0) as model,
        pytest.raises(StreamTruncated) as caught,
    ):
        read(model, how, said)

    assert caught.value.partial_text == text


def test_other_trailers_behind_a_whole_answer_are_nothing_to_tell(
    stage: Stage, how: str
):
    said: list[str] = []
    whole = Script([*Script.answer("all of it").steps, Trailers({"X-Time": "3"})])
    with stage.playing(whole) as model:
        read(model, how, said)
        said.append("|")
        read(model, how, said)
        if how == "stream":
            assert stage.connections == 1

    assert "".join(said) == "all of it|all of it"


def test_a_failure_behind_an_answer_that_is_whole_loses_nothing(stage: Stage, how: str):
    said: list[str] = []
    with stage.playing(Script([*Script.answer("all of it").steps, FAILS])) as model:
        read(model, how, said)

    assert "".join(said) == "all of it"

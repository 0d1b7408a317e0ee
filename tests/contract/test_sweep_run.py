"""A sweep over real HTTP: what it sends, keeps, tries again and never sends twice."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import ParameterError, ServerError, SignatureRefused
from ocinb.local import Script
from ocinb.local.scripts.steps import (
    Delta,
    Done,
    Finish,
    Reset,
    Status,
    Usage,
    Wait,
)
from ocinb.sweep.metrics.scoring import judge
from ocinb.sweep.results import load_sweep
from ocinb.sweep.run import arun_sweep, run_sweep
from ocinb.sweep.space import grid
from tests.contract.stage import Desk
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ocinb.local import ReceivedRequest

SPACE = grid(temperature=[0.2, 0.5, 1])
OK = Script.answer("One two three.")
END = (Delta(" two"), Finish("stop"), Usage(5, 2), Done())


@pytest.fixture(scope="module")
def opened() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@pytest.fixture
def desk(opened: Desk) -> Iterator[Desk]:
    opened.answer = lambda _: OK
    with opened.playing(OK):
        yield opened


@pytest.fixture
def sweep(desk: Desk, tmp_path: Path) -> Callable[..., Any]:
    """Run a sweep of three settings and two prompts in a store of this test."""

    def run(space: Any = SPACE, prompts: Any = ("a", "b"), **options: Any) -> Any:
        usual = {"store": tmp_path / "s.db", "progress": False, "repeats": 2}
        return run_sweep(desk.model(), space, prompts, **{**usual, **options})

    return run


def once(desk: Desk, first: Script, times: int = 1) -> None:
    """Play another script to the first requests."""
    left = [first] * times

    def answer(_: ReceivedRequest) -> Script:
        return left.pop() if left else OK

    desk.answer = answer


def test_every_trial_becomes_a_row(sweep: Any, desk: Desk):
    result = sweep()

    assert result.status == "done"
    assert len(desk.requests) == len(result) == 12
    assert set(result.df["text"]) == {"One two three."}
    assert Counter(result.df["temperature"]) == {0.2: 4, 0.5: 4, 1: 4}
    sent = {
        (r.json["temperature"], r.json["messages"][0]["content"], r.json["seed"])
        for r in desk.requests
    }
    assert len(sent) == 12


def test_no_thread_is_left(sweep: Any):
    before = set(threading.enumerate())

    sweep()

    left = list(set(threading.enumerate()) - before)
    assert [
        t.name for t in left if "ocinb-s" in t.name and "script" not in t.name
    ] == []


def test_lines_keep_their_connections(sweep: Any, desk: Desk):
    desk.answer = lambda _: Script.answer("One two three.", delay_s=0.01)

    sweep(repeats=10, max_concurrency=3)

    assert len(desk.requests) == 60
    assert desk.connections <= 3


def test_the_same_sweep_again_sends_nothing(sweep: Any, desk: Desk):
    sweep()
    sent = len(desk.requests)

    again = sweep(warmup=2)

    assert len(desk.requests) == sent
    assert len(again) == 12


def test_a_grown_grid_sends_only_what_is_new(sweep: Any, desk: Desk):
    sweep()
    sent = len(desk.requests)

    grown = sweep(grid(temperature=[0.2, 0.5, 1, 1.5]), repeats=3)

    new = desk.requests[sent:]
    assert len(new) == 4 * 2 * 3 - 12
    assert len(grown) == 24
    assert Counter(r.json["temperature"] for r in new) == {0.2: 2, 0.5: 2, 1: 2, 1.5: 6}


def test_another_kernel_finds_the_sweep_in_its_store(sweep: Any, tmp_path: Path):
    result = sweep(name="first")

    assert load_sweep(tmp_path / "s.db", "first").df.equals(result.df)


def test_without_resume_all_is_asked_again_and_both_are_kept(
    sweep: Any, desk: Desk, tmp_path: Path
):
    sweep(name="first")
    sent = len(desk.requests)

    second = sweep(name="second", resume=False)

    assert len(desk.requests) == 2 * sent
    assert len(second) == len(load_sweep(tmp_path / "s.db", "first")) == 12


def test_a_failed_trial_is_a_row_and_the_others_go_on(sweep: Any, desk: Desk):
    bad = Script.error(400, message="no such thing")

    desk.answer = lambda r: bad if r.json["messages"][0]["content"] == "b" else OK
    result = sweep(grid(temperature=[0.2]), repeats=2)

    failed = result.df[result.df["status"] == "failed"]
    assert Counter(result.df["status"]) == {"ok": 2, "failed": 2}
    assert set(failed["error_status"]) == {400}
    assert all("no such thing" in line for line in failed["error"])
    assert all("\n" not in line for line in failed["error"])


def test_failed_trials_are_asked_again_only_if_that_is_wished(sweep: Any, desk: Desk):
    once(desk, Script.error(400), times=2)
    sweep()
    sent = len(desk.requests)

    assert Counter(sweep().df["status"]) == {"ok": 10, "failed": 2}
    assert len(desk.requests) == sent
    assert Counter(sweep(retry_errors=True).df["status"]) == {"ok": 12}
    assert len(desk.requests) == sent + 2


def test_a_setting_that_always_fails_is_cut_off_with_its_reason(sweep: Any, desk: Desk):
    bad = Script.error(400, message="too hot")

    desk.answer = lambda r: bad if r.json["temperature"] == 1 else OK
    result = sweep(repeats=20, max_concurrency=2)

    hot = [r for r in desk.requests if r.json["temperature"] == 1]
    assert 3 <= len(hot) <= 4  # one more may have been open
    assert Counter(result.df["status"]) == {"ok": 80, "failed": len(hot)}
    (note,) = [
        n for n in sweep(repeats=20, background=True)._notes() if "cut" in n
    ] or [next(n for n in result._notes if "cut off" in n)]
    assert "too hot" in note


@pytest.mark.parametrize("warmup", [0, 3])
def test_refused_credentials_cost_one_request(sweep: Any, desk: Desk, warmup: int):
    desk.answer = lambda _: Script.error(401, code="NotAuthenticated")

    result = sweep(warmup=warmup)

    assert len(desk.requests) <= 2  # one trial, perhaps again with renewed credentials
    assert result.status == "stopped"
    assert any("401" in note for note in result._notes)


def test_the_first_error_is_raised_if_that_is_wished(sweep: Any, desk: Desk):
    desk.answer = lambda _: Script.error(401, code="NotAuthenticated")

    with pytest.raises(SignatureRefused):
        sweep(on_error="raise")

    desk.answer = lambda _: Script.error(500)
    with pytest.raises(ServerError):
        sweep(on_error="raise", max_attempts=1, retry_errors=True)


@pytest.mark.parametrize(
    "broken",
    [
        Script.error(500),
        Script.error(503),
        Script([Delta("One"), Reset()]),
        Script([Reset()]),
        Script([Delta("One")]),
    ],
    ids=["500", "503", "reset in the answer", "reset before it", "no end"],
)
def test_what_may_pass_is_tried_again(sweep: Any, desk: Desk, broken: Script):
    once(desk, broken, times=2)

    result = sweep()

    assert set(result.df["status"]) == {"ok"}
    assert set(result.df["text"]) == {"One two three."}
    assert len(desk.requests) == 14
    assert sum(result.df["attempts"]) == 14


def test_all_wait_when_the_server_asks_for_it(sweep: Any, desk: Desk):
    too_many = Script.error(429, headers={"retry-after": "1"})
    seen = []

    def answer(request: ReceivedRequest) -> Script:
        seen.append(request.arrived_s)
        return too_many if len(seen) == 20 else OK

    desk.answer = answer
    result = sweep(repeats=10)

    refused = seen[19]
    in_the_pause = [at for at in seen if refused + 0.2 < at < refused + 0.99]
    assert in_the_pause == []
    assert set(result.df["status"]) == {"ok"}
    assert len(seen) == 61


def test_a_time_out_is_an_error_like_any_other(sweep: Any, desk: Desk):
    once(desk, Script([Delta("One"), Wait(30)]))

    result = sweep(timeout={"idle": 0.3})

    assert set(result.df["status"]) == {"ok"}
    assert sum(result.df["attempts"]) == 13


def test_answers_need_not_be_streamed(sweep: Any, desk: Desk):
    result = sweep(stream=False)

    assert all("stream" not in request.json for request in desk.requests)
    assert result.df["ttft_s"].isna().all()
    assert (result.df["e2e_s"] > 0).all()


def exclaims(outputs: str) -> bool:
    return outputs.endswith("!")


async def length(outputs: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"score": len(outputs), "comment": inputs["prompt"]}


def fails(outputs: str) -> float:
    raise ValueError(outputs)


def test_scorers_may_be_sync_or_async_or_fail(sweep: Any):
    frame = sweep(scorers=[exclaims, length, fails]).df

    assert set(frame["score_exclaims"]) == {0}
    assert set(frame["score_length"]) == {14}
    assert frame["score_fails"].isna().all()


def test_new_scorers_score_what_is_kept_without_a_request(sweep: Any, desk: Desk):
    sweep(scorers=[exclaims])
    sent = len(desk.requests)

    frame = sweep(scorers=[exclaims, length]).df

    assert len(desk.requests) == sent
    assert set(frame["score_length"]) == {14}
    assert set(frame["score_exclaims"]) == {0}


def test_a_judge_is_asked_once_for_each_answer(sweep: Any, desk: Desk):
    def answer(request: ReceivedRequest) -> Script:
        judged = len(request.json["messages"]) > 1
        return Script.answer('{"reason": "Good.", "verdict": true}') if judged else OK

    desk.answer = answer
    rubric = [judge(desk.model(), "Is it polite?", name="polite")]
    frame = sweep(scorers=rubric, repeats=3).df

    asked = [r for r in desk.requests if len(r.json["messages"]) > 1]
    assert frame["score_polite"].notna().all()
    assert len({str(r.json["messages"]) for r in asked}) == len(asked) == 2
    sent = len(desk.requests)
    sweep(scorers=rubric, repeats=3)
    assert len(desk.requests) == sent


async def test_a_sweep_may_be_awaited(desk: Desk, tmp_path: Path):
    result = await arun_sweep(
        desk.model(), SPACE, "a", repeats=2, store=tmp_path / "s.db"
    )

    assert len(result) == 6


def test_a_sweep_in_memory_leaves_no_file(sweep: Any, tmp_path: Path):
    result = sweep(store=":memory:")

    assert len(result.df) == 12
    assert list(tmp_path.iterdir()) == []


REFUSED = {
    "too many": (
        {"repeats": 200},
        "1,200 requests (3 settings x 2 prompts x 200 repeats)",
    ),
    "how to allow it": ({"repeats": 200}, "limit 500, pass limit=1200 to allow"),
    "millions": ({"repeats": 10**6}, "6,000,000 requests (3 settings"),
    "no axes": ({"space": {}}, "the grid is empty"),
    "no space": ({"space": 5}, "space must be a grid(...), sample(...) or a dict"),
    "no prompts": ({"prompts": []}, "there is no prompt"),
    "surrogates": ({"prompts": ["a", "\ud800"]}, ""),
    "no workers": ({"max_concurrency": 0}, "max_concurrency must be an integer >= 1"),
    "half a worker": ({"max_concurrency": 0.5}, "max_concurrency must be an integer"),
    "no rate": ({"max_rps": 0}, "max_rps must be a number > 0"),
    "NaN": ({"max_rps": float("nan")}, "max_rps must be a number > 0"),
    "no attempts": ({"max_attempts": 0}, "max_attempts must be an integer >= 1"),
    "less than no limit": ({"limit": -1}, "limit must be an integer >= 0"),
    "no time": ({"timeout": 0}, "timeout must be a number > 0 s"),
    "a word": ({"on_error": "ignore"}, "on_error must be 'record' or 'raise'"),
    "no scorer": ({"scorers": [5]}, "a scorer must be a function"),
    "one scorer": ({"scorers": exclaims}, "scorers must be a list of functions"),
    "no name": ({"name": 5}, "name must be a text"),
    "no store": ({"store": 5}, "store must be a path"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_one_line_and_nothing_is_sent(
    sweep: Any, desk: Desk, name: str
):
    options, line = REFUSED[name]

    with pytest.raises(ParameterError) as caught:
        sweep(**options)

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
    assert desk.requests == ()
    assert not [t for t in threading.enumerate() if t.name.startswith("ocinb-sweep")]


def test_a_sweep_that_was_refused_is_not_in_the_store(sweep: Any, tmp_path: Path):
    kept = sweep(name="kept")
    with pytest.raises(ParameterError, match="limit 500"):
        sweep(repeats=200, name="refused", seed=9)

    assert load_sweep(tmp_path / "s.db").record.name == kept.record.name == "kept"


def test_a_model_that_is_none_is_one_line(tmp_path: Path):
    with pytest.raises(ParameterError, match="model must be a LangChain chat model"):
        run_sweep("gpt", SPACE, "a", store=tmp_path / "s.db", progress=False)


def test_what_will_be_sent_is_said_first(sweep: Any, capsys: Any):
    sweep(progress=True)

    said = capsys.readouterr().out
    assert said.startswith("12 requests (3 settings x 2 prompts x 2 repeats)")
    assert "12 of 12 trials, done in" in said


def test_a_pause_lets_nothing_start(desk: Desk, sweep: Any):
    desk.answer = lambda _: Script.answer("One two three.", delay_s=0.02)
    running = sweep(repeats=50, background=True)
    assert eventually(lambda: len(desk.requests) > 5)

    running.pause()
    assert eventually(lambda: running.progress.open == 0)
    sent = len(desk.requests)
    paused = str(running.progress)
    assert not running.wait(0.3)
    assert len(desk.requests) == sent
    running.resume()

    assert running.wait(30)
    assert "paused" in paused
    assert len(running.result) == 300


def test_cancelling_keeps_what_came_and_hangs_up(desk: Desk, sweep: Any):
    desk.answer = lambda r: (
        OK if r.json["seed"] == 0 else Script([Status(200), Delta("One"), Wait(60)])
    )
    running = sweep(repeats=20, background=True, max_concurrency=10)
    assert eventually(lambda: running.progress.open == 10 and running.progress.ok == 6)
    assert eventually(lambda: len(desk.requests) == 16)  # they are on their way before

    caller = threading.Thread(target=running.cancel)
    caller.start()
    caller.join(1)

    assert not caller.is_alive()
    assert eventually(lambda: len(desk.hangups) >= 10, 1)
    assert len(desk.hangups) == 10
    assert running.wait(1)
    assert running.progress.state == "stopped"
    assert len(running.result) == 6
    running.cancel()
    desk.answer = lambda _: OK
    sent = len(desk.requests)
    assert len(sweep(repeats=20)) == 120
    assert len(desk.requests) == sent + 114


def test_the_time_to_the_first_token_is_the_servers_own(desk: Desk, sweep: Any):
    desk.answer = lambda _: Script(
        [Status(200), Wait(0.2), Delta("One"), Wait(0.1), *END]
    )

    frame = sweep(repeats=10, max_concurrency=10).df

    error = (frame["ttft_s"] - 0.2).abs()
    assert error.median() < 0.02
    assert (frame["ttft_s"] > 0.199).all()
    assert ((frame["content_s"] - 0.1).abs() < 0.05).mean() > 0.9
    assert (frame["e2e_s"] > frame["ttft_s"] + frame["content_s"] - 1e-9).all()


class Loud(ChatOCIModelDeploymentVLLM):
    """Changes what single events become, so that LangChain asks it."""

    def _process_stream_response(self, *given: Any, **more: Any) -> Any:
        return super()._process_stream_response(*given, **more)


def test_a_subclass_leaves_trying_again_to_the_sweep(desk: Desk, tmp_path: Path):
    once(desk, Script.error(500), times=2)
    model = Loud(endpoint=desk.endpoint, auth=desk.auth, max_retries=3)

    result = run_sweep(
        model, SPACE, "a", store=tmp_path / "s.db", progress=False, max_attempts=1
    )

    assert Counter(result.df["status"]) == {"failed": 2, "ok": 1}
    assert len(desk.requests) == 3
    assert model.max_retries == 3

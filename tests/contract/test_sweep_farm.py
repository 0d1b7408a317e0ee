"""A sweep on workers: the same rows as in one process, whatever becomes of a worker."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import ParameterError, SignatureRefused
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Status, Usage, Wait
from ocinb.sweep.run import arun_sweep, run_sweep
from ocinb.sweep.space import grid
from tests.contract.stage import Desk
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ocinb.local import ReceivedRequest

SPACE = grid(temperature=[0.2, 0.5, 1])
PROMPTS = ["One?", "Two?", "Three?", "Four?"]
OK = Script.answer("One two three.")
TIMES = ("queue_s", "ttft_s", "content_s", "e2e_s", "started_at", "lag_s", "request_id")


@pytest.fixture(scope="module")
def opened() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@pytest.fixture
def desk(opened: Desk) -> Iterator[Desk]:
    opened.answer = lambda _: OK
    with opened.playing(OK):
        yield opened


@contextmanager
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@contextmanager
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(
        2, mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        yield pool


@contextmanager
def dask() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=None,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, timeout=20) as client,
    ):
        yield client


@pytest.fixture(scope="module", params=[threads, processes, dask])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with request.param() as opened:
        yield opened


def sweep(desk: Desk, folder: Path, **options: Any) -> Any:
    usual = {"progress": False, "store": folder / "s.db", "limit": None}
    prompts = options.pop("prompts", PROMPTS)
    return run_sweep(desk.model(), SPACE, prompts, **{**usual, **options})


def rows_of(result: Any) -> list[dict[str, Any]]:
    columns = result.store.rows(result.record.id)
    kept = {name: values for name, values in columns.items() if name not in TIMES}
    return [
        dict(zip(kept, row, strict=True)) for row in zip(*kept.values(), strict=True)
    ]


def echo(request: ReceivedRequest) -> Script:
    """Answer what depends on the request alone."""
    said = request.json["messages"][-1]["content"]
    return Script.answer(f"{said} {request.json['temperature']} {request.json['seed']}")


def slowly(seconds: float) -> Callable[[ReceivedRequest], Script]:
    return lambda _: Script(
        [Wait(seconds), Delta("x"), Finish("stop"), Usage(1, 1), Done()]
    )


def test_workers_bring_the_same_rows_as_one_process(
    desk: Desk, client: Any, tmp_path: Path
):
    desk.answer = echo
    (tmp_path / "here").mkdir()

    here = sweep(desk, tmp_path / "here", repeats=3)
    there = sweep(desk, tmp_path, repeats=3, client=client)

    assert len(rows_of(here)) == 36
    assert rows_of(there) == rows_of(here)
    assert there.status == "done"


def test_what_is_in_the_store_is_not_sent_to_workers(
    desk: Desk, client: Any, tmp_path: Path
):
    sweep(desk, tmp_path, prompts=PROMPTS[:2], client=client)
    before = len(desk.requests)

    sweep(desk, tmp_path, client=client)

    assert before == 6
    assert len(desk.requests) == 12


def test_rows_come_while_their_slice_goes_on(desk: Desk, client: Any, tmp_path: Path):
    desk.answer = slowly(0.15)
    running = sweep(
        desk, tmp_path, repeats=20, client=client, background=True, max_concurrency=2
    )

    assert eventually(lambda: 5 < running.progress.ok < 30, 15)
    assert running.progress.open > 0
    running.cancel()


def test_an_attempt_that_failed_on_a_worker_is_kept(
    desk: Desk, client: Any, tmp_path: Path
):
    seen: Counter[bytes] = Counter()

    def once_busy(request: ReceivedRequest) -> Script:
        seen[request.body] += 1
        return Script([Status(503)]) if seen[request.body] == 1 else OK

    desk.answer = once_busy
    result = sweep(desk, tmp_path, prompts=PROMPTS[:1], client=client)

    attempts = result.store.attempts(result.record.id)
    assert attempts["status"] == [503, 503, 503]
    assert set(result.store.rows(result.record.id)["attempts"]) == {2}


def test_one_refused_signature_is_the_only_request(
    desk: Desk, client: Any, tmp_path: Path
):
    desk.answer = lambda _: Script([Status(401)])

    result = sweep(desk, tmp_path, client=client, repeats=5)

    assert result.status == "stopped"
    assert len({request.body for request in desk.requests}) == 1
    with pytest.raises(SignatureRefused):
        sweep(desk, tmp_path, client=client, on_error="raise", retry_errors=True)


def test_a_setting_that_always_fails_is_cut_off_on_all_workers(
    desk: Desk, client: Any, tmp_path: Path
):
    def picky(request: ReceivedRequest) -> Script:
        bad = request.json["temperature"] == 1
        return Script([Status(400)]) if bad else echo(request)

    desk.answer = picky
    running = sweep(
        desk, tmp_path, repeats=40, client=client, background=True, max_concurrency=2
    )
    assert running.wait(60)

    progress = running.progress
    assert progress.ok == 320
    assert progress.failed < 60
    assert progress.failed + progress.cut == 160
    assert any("cut off" in line for line in running.result.warnings)


def test_a_sweep_of_which_nothing_succeeds_is_given_up(
    desk: Desk, client: Any, tmp_path: Path
):
    desk.answer = lambda _: Script([Status(400)])
    space = grid(temperature=[number / 100 for number in range(60)])

    result: Any = run_sweep(
        desk.model(),
        space,
        ["One?"],
        store=tmp_path / "s.db",
        progress=False,
        client=client,
        max_rps=20,
        max_concurrency=2,
    )

    assert result.status == "stopped"
    assert 10 <= len(desk.requests) < 40
    assert any("none of 1" in line for line in result.warnings)


def test_cancel_ends_it_and_breaks_open_requests_off(
    desk: Desk, client: Any, tmp_path: Path
):
    desk.answer = slowly(30)
    running = sweep(
        desk, tmp_path, repeats=20, client=client, background=True, max_concurrency=4
    )
    assert eventually(lambda: len(desk.requests) >= 4, 15)
    sent = len(desk.requests)

    running.cancel()

    assert running.wait(2)
    assert running.progress.state == "stopped"
    assert eventually(lambda: len(desk.hangups) >= sent, 5)
    assert len(desk.requests) == sent


def test_pause_and_resume_reach_workers(desk: Desk, client: Any, tmp_path: Path):
    desk.answer = slowly(0.05)
    running = sweep(
        desk, tmp_path, repeats=15, client=client, background=True, max_concurrency=2
    )
    assert eventually(lambda: running.progress.ok > 3, 15)

    running.pause()
    assert eventually(lambda: running.progress.open == 0, 10)
    done = running.progress.ok
    assert running.progress.state == "paused"
    assert not running.wait(0.5)
    assert running.progress.ok == done
    running.resume()

    assert running.wait(60)
    assert running.progress.ok == 180


def test_scorers_run_where_the_sweep_was_started(
    desk: Desk, client: Any, tmp_path: Path
):
    seen: set[int] = set()

    def length(outputs: str) -> int:
        seen.add(os.getpid())
        return len(outputs)

    result = sweep(desk, tmp_path, scorers=[length], client=client)

    scores = result.store.scores(result.record.id)
    assert scores["value"] == [14.0] * 12
    assert seen == {os.getpid()}


def test_workers_share_the_rate(desk: Desk, client: Any, tmp_path: Path):
    running = sweep(
        desk, tmp_path, repeats=3, client=client, background=True, max_rps=20
    )
    assert running.wait(60)

    moments = [request.arrived_s for request in desk.requests]
    assert len(moments) == 36
    assert (36 - 4) / (max(moments) - min(moments)) < 25


def test_it_runs_beside_other_tasks(desk: Desk, client: Any, tmp_path: Path):
    store = tmp_path / "a.db"

    result = asyncio.run(
        arun_sweep(desk.model(), SPACE, PROMPTS, store=store, client=client)
    )

    assert len(result) == 12


def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(
    desk: Desk, tmp_path: Path
):
    desk.answer = lambda request: Script([Wait(0.05), *echo(request).steps])
    with dask() as client:
        running = sweep(
            desk,
            tmp_path,
            repeats=30,
            client=client,
            background=True,
            max_concurrency=4,
        )
        assert eventually(lambda: running.progress.ok > 40, 30)
        victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)

        assert running.wait(90)
        progress = running.progress

    rows = rows_of(running.result)
    assert (progress.state, progress.ok, progress.failed) == ("done", 360, 0)
    assert len(rows) == len({row["key"] for row in rows}) == 360
    assert len(desk.requests) > 360  # some were asked by the one that was killed


def test_an_executor_whose_process_dies_ends_the_sweep_and_another_goes_on(
    desk: Desk, tmp_path: Path
):
    desk.answer = slowly(0.05)
    with processes() as pool:
        running = sweep(
            desk, tmp_path, repeats=20, client=pool, background=True, max_concurrency=2
        )
        assert eventually(lambda: running.progress.ok > 5, 30)
        os.kill(next(iter(pool._processes)), signal.SIGKILL)  # type: ignore[attr-defined]

        assert running.wait(20)
    assert running.progress.state == "stopped"
    assert "executor" in running.progress.stopped
    kept = running.progress.ok
    assert kept > 5

    with threads() as pool:
        again = sweep(desk, tmp_path, repeats=20, client=pool, background=True)
        assert again.progress.kept >= kept
        assert again.wait(60)
    assert len(rows_of(again.result)) == 240


def test_a_cluster_that_is_gone_ends_the_sweep_and_keeps_its_rows(
    desk: Desk, tmp_path: Path
):
    desk.answer = slowly(0.05)
    with dask() as client:
        running = sweep(
            desk,
            tmp_path,
            repeats=40,
            client=client,
            background=True,
            max_concurrency=2,
        )
        assert eventually(lambda: running.progress.ok > 5, 30)

    assert running.wait(30)
    assert running.progress.state == "stopped"
    assert len(rows_of(running.result)) == running.progress.ok > 5


def test_a_slice_whose_turn_comes_after_the_end_sends_nothing(
    desk: Desk, tmp_path: Path
):
    with ThreadPoolExecutor(1) as pool:
        gate = threading.Event()
        pool.submit(gate.wait)  # all that the pool can do at present
        running = sweep(desk, tmp_path, client=pool, background=True)
        running.cancel()
        gate.set()

    assert running.progress.state == "stopped"
    assert desk.requests == ()


def test_no_thread_is_left(desk: Desk, tmp_path: Path):
    with threads() as pool:
        sweep(desk, tmp_path, client=pool)

    def left() -> list[str]:
        names = [thread.name for thread in threading.enumerate()]
        return [
            name for name in names if name.startswith(("ocinb-slice", "ocinb-sweep"))
        ]

    assert eventually(lambda: not left(), 1), left()


def test_something_that_is_no_client_is_refused(desk: Desk, tmp_path: Path):
    with pytest.raises(ParameterError, match=r"must be a dask\.distributed\.Client or"):
        sweep(desk, tmp_path, client="tcp://127.0.0.1:1")

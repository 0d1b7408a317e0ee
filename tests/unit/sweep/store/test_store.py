"""What a store was given, it gives back: to another kernel, thread or fork, too."""

from __future__ import annotations

import math
import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from ocinb.errors import StoreError
from ocinb.sweep.store import Store, SweepRecord
from ocinb.sweep.values import Attempt, Planned, Prompt, Row, Score, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = [Setting(0, {"temperature": 0}), Setting(1, {"temperature": 0.5})]
PROMPTS = [Prompt(0, (HumanMessage("Hi"),)), Prompt(1, (HumanMessage("Bye"),))]
RECORD = SweepRecord(
    "plan",
    name="first",
    created_at=12.5,
    endpoint="https://host/predict",
    model="m",
    description={"kind": "vllm", "fields": {"max_tokens": 5}},
    axes={"temperature": [0, 0.5]},
    repeats=2,
    options={"timeout": 60},
    version="1.0",
)
FULL = Row(
    key=b"k" * 16,
    status="ok",
    repeat=1,
    seed=43,
    text="Grüße 🙂\x00end",
    reasoning="hm",
    tool_calls=({"name": "add", "args": {"a": 1}, "id": "c1"},),
    finish_reason="stop",
    model_name="served",
    prompt_tokens=7,
    completion_tokens=9,
    logprob_sum=-1.5,
    logprob_count=9,
    queue_s=0.25,
    ttft_s=0.5,
    content_s=0.75,
    e2e_s=1.5,
    chunks=8,
    attempts=2,
    started_at=1e9,
    lag_s=0.001,
    request_id="ABC/DEF",
    error="none",
    error_kind="X",
    error_status=200,
)


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def ok(number: int, **facts: Any) -> Row:
    return Row(key(number), "ok", 0, **facts)


def failed(number: int, **facts: Any) -> Row:
    return Row(key(number), "failed", 0, **facts)


def planned(*numbers: int) -> list[Planned]:
    return [Planned(n % 2, n // 2 % 2, n // 4, key(n)) for n in numbers]


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store(
        ":memory:" if request.param == "memory" else tmp_path / "sweeps" / "a.db"
    )
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def begun(store: Store, *numbers: int) -> int:
    sweep = store.begin(RECORD, SETTINGS, PROMPTS)
    store.plan(sweep, planned(*numbers))
    return sweep


class TestASweep:
    def test_is_kept_whole(self, store: Store):
        sweep = begun(store)
        assert store.sweeps() == [replace(RECORD, id=sweep)]
        assert store.settings(sweep) == SETTINGS
        assert store.prompts(sweep) == PROMPTS

    def test_of_the_same_plan_is_the_same_sweep_and_keeps_its_age(self, store: Store):
        first = begun(store)
        again = replace(RECORD, name="second", created_at=99.0)
        assert store.begin(again, SETTINGS, PROMPTS) == first
        assert store.sweeps() == [replace(RECORD, name="second", id=first)]

    def test_of_another_plan_is_another_one_and_the_newest_is_last(self, store: Store):
        later = store.begin(replace(RECORD, plan_key="b", created_at=20), [], [])
        earlier = store.begin(replace(RECORD, plan_key="c", created_at=10), [], [])
        assert [each.id for each in store.sweeps()] == [earlier, later]

    def test_shares_a_row_with_another_one_that_plans_the_same_request(
        self, store: Store
    ):
        first = begun(store, 0, 1)
        store.add(ok(0))
        store.flush()
        second = store.begin(replace(RECORD, plan_key="grown"), SETTINGS, PROMPTS)
        store.plan(second, [Planned(1, 1, 0, key(0)), Planned(0, 0, 0, key(9))])
        assert dict(store.kept(first)) == dict(store.kept(second)) == {key(0): "ok"}
        assert store.rows(first, ["key"])["setting"] == [0]
        assert store.rows(second, ["key"])["setting"] == [1]

    def test_is_planned_in_pieces_of_which_each_is_counted(self, store: Store):
        sweep = begun(store)
        store.plan(sweep, (Planned(n % 2, 0, n, key(n)) for n in range(12_001)))
        assert store.planned(sweep) == {"setting": [0, 1], "count": [6001, 6000]}


class TestAPrompt:
    def test_keeps_messages_of_every_kind(self, store: Store):
        call = {"name": "f", "args": {"x": 1}, "id": "1", "type": "tool_call"}
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
        messages = (
            SystemMessage("be brief"),
            HumanMessage([{"type": "text", "text": "Look 🙂 \ud83e"}, image]),
            AIMessage("", tool_calls=[call]),
            ToolMessage("2", tool_call_id="1"),
        )
        prompt = Prompt(0, messages, {"prompt": "Look", "n": 3}, reference=["a", None])
        sweep = store.begin(RECORD, SETTINGS, [prompt])
        (kept,) = store.prompts(sweep)
        assert kept == prompt

    def test_keeps_a_row_of_a_table_as_plain_values(self, store: Store):
        np = pytest.importorskip("numpy")
        inputs = {"n": np.int64(3), "x": np.float32(0.5), "list": np.arange(2)}
        sweep = store.begin(RECORD, [], [Prompt(0, (), inputs, {1})])
        (kept,) = store.prompts(sweep)
        assert kept.inputs == {"n": 3, "x": 0.5, "list": [0, 1]}
        assert kept.reference == "{1}"

    def test_has_a_short_text_for_tables(self, store: Store):
        long = Prompt(0, (SystemMessage("no"), HumanMessage("a\nb\x1b[1m " * 50)))
        sweep = store.begin(RECORD, [], [long, Prompt(3, ())])
        texts = store.prompt_texts(sweep)
        assert len(texts[0]) == 80
        assert texts[0].startswith("a b [1m a b [1m")
        assert texts[3] == ""

    def test_may_be_one_of_many_of_which_the_first_are_read(self, store: Store):
        sweep = store.begin(RECORD, [], (Prompt(n, ()) for n in range(6000)))
        assert [each.number for each in store.prompts(sweep, 2)] == [0, 1]
        assert len(store.prompts(sweep)) == 6000

    def test_that_names_a_class_gets_none_but_a_message(self, path: Path):
        with closing(Store(path)) as store:
            sweep = store.begin(RECORD, [], PROMPTS)
            with closing(sqlite3.connect(path)) as other:
                evil = '[{"lc": 1, "type": "constructor", "id": ["os", "system"]}]'
                other.execute("UPDATE prompt SET messages = ?", (evil,))
                other.commit()
            with pytest.raises(StoreError, match="prompt 0 cannot be read"):
                store.prompts(sweep)


class TestARow:
    def test_comes_back_with_every_field(self, store: Store):
        sweep = store.begin(RECORD, SETTINGS, PROMPTS)
        store.plan(sweep, [Planned(1, 0, 1, FULL.key)])
        store.add(FULL)
        store.flush()
        rows = {name: column[0] for name, column in store.rows(sweep).items()}
        calls = rows.pop("tool_calls")
        assert calls == '[{"name": "add", "args": {"a": 1}, "id": "c1"}]'
        wanted = {f.name: getattr(FULL, f.name) for f in fields(Row)}
        del wanted["tool_calls"]
        assert rows == {**wanted, "setting": 1, "prompt": 0}

    def test_stands_in_the_order_of_the_plan_whenever_it_came(self, store: Store):
        sweep = begun(store, 0, 1, 2, 3, 4)
        for number in (4, 1, 3, 0):
            store.add(ok(number, text=f"t{number}"))
        store.flush()
        assert store.rows(sweep, ["text"]) == {
            "setting": [0, 0, 1, 1],
            "prompt": [0, 0, 0, 1],
            "repeat": [0, 1, 0, 0],
            "text": ["t0", "t4", "t1", "t3"],
        }

    def test_that_failed_gives_way_and_one_that_is_ok_does_not(self, store: Store):
        sweep = begun(store, 0, 1, 2)
        store.add(failed(0, error="first"))
        store.add(ok(1, text="kept"))
        store.add(failed(2, error="first"))
        store.flush()
        assert dict(store.kept(sweep)) == {
            key(0): "failed",
            key(1): "ok",
            key(2): "failed",
        }
        store.add(ok(0, text="second"))
        store.add(failed(1, error="late"))
        store.add(ok(1, text="late"))
        store.add(failed(2, error="second"))
        store.flush()
        rows = store.rows(sweep, ["text", "error", "key"])
        found = {rows["key"][n]: (rows["text"][n], rows["error"][n]) for n in range(3)}
        assert found == {
            key(0): ("second", ""),
            key(1): ("kept", ""),
            key(2): ("", "second"),
        }

    def test_with_half_a_character_does_not_keep_others_from_the_disk(
        self, store: Store
    ):
        sweep = begun(store, 0, 1, 2)
        store.add(ok(0, text="whole"))
        store.add(ok(1, text="half \ud83e!", logprob_sum=math.nan))
        store.add(ok(2, text="whole", seed=2**64))
        store.flush()
        rows = store.rows(sweep, ["text", "seed", "logprob_sum"])
        assert sorted(rows["text"]) == ["half \ufffd!", "whole", "whole"]
        assert str(2**64) in rows["seed"]
        assert rows["logprob_sum"] == [None] * 3

    def test_keeps_the_attempts_that_it_took(self, store: Store):
        sweep = begun(store, 0)
        attempts = [
            Attempt(key(0), 1, 10.0, 0.5, 429, 2.0, "slow down", "R1"),
            Attempt(key(0), 2, 12.5, 1.0, 200, request_id="R2"),
        ]
        store.add(ok(0), attempts)
        store.flush()
        found = store.attempts(sweep)
        assert found["status"] == [429, 200]
        assert found["error"] == ["slow down", ""]
        assert found["waited_s"] == [2.0, 0.0]

    def test_has_a_score_that_is_a_number_whatever_its_type(self, store: Store):
        np = pytest.importorskip("numpy")
        sweep = begun(store, 0)
        for name, value in (("f", np.float32(0.5)), ("b", True), ("n", np.int64(3))):
            store.add_score(Score(key(0), name, value))
        store.flush()
        assert store.scores(sweep)["value"] == [1.0, 0.5, 3.0]

    def test_has_the_last_score_of_each_scorer(self, store: Store):
        sweep = begun(store, 0, 1)
        store.add(ok(0))
        store.add_score(Score(key(0), "exact", 0.0))
        store.add_score(Score(key(0), "exact", 1.0))
        store.add_score(Score(key(0), "tone", None, "friendly"))
        store.add_score(Score(key(1), "exact", error="it broke"))
        store.add_score(Score(key(7), "exact", 1.0))
        store.flush()
        assert store.scores(sweep) == {
            "key": [key(0), key(0), key(1)],
            "name": ["exact", "tone", "exact"],
            "value": [1.0, None, None],
            "text": ["", "friendly", ""],
            "error": ["", "", "it broke"],
        }


class TestOthers:
    """Threads, kernels and forks use one store at once."""

    def test_a_row_is_on_the_disk_soon_though_nobody_asks(self, path: Path):
        with closing(Store(path)) as store:
            sweep = begun(store, 0)
            store.add(ok(0))
            other = Store(path)
            found = threading.Event()

            def look() -> None:
                while not found.is_set():
                    if len(other.kept(sweep)):
                        found.set()

            looking = threading.Thread(target=look, daemon=True)
            looking.start()
            assert found.wait(10)

    def test_a_reader_knows_when_somebody_wrote(self, path: Path):
        with closing(Store(path)) as store, closing(Store(path)) as other:
            sweep = begun(store, 0)
            before = store.changes()
            assert store.changes() == before
            other.add(ok(0))
            other.flush()
            after = store.changes()
            assert after != before
            assert dict(store.kept(sweep)) == {key(0): "ok"}

    def test_threads_and_stores_that_write_at_once_lose_nothing(self, path: Path):
        stores = [Store(path) for _ in range(3)]
        sweep = begun(stores[0], *range(600))

        def write(nth: int) -> None:
            for number in range(nth * 100, nth * 100 + 100):
                stores[nth % 3].add(ok(number))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for store in stores:
            store.close()
        assert len(Store(path).kept(sweep)) == 600

    def test_a_closed_store_opens_again_and_leaves_no_thread(self, path: Path):
        before = threading.enumerate()
        store = Store(path)
        sweep = begun(store, 0, 1)
        store.add(ok(0))
        assert threading.enumerate() != before
        store.close()
        assert threading.enumerate() == before
        assert [each.name for each in path.parent.iterdir()] == ["a.db"]
        store.add(ok(1))
        store.close()
        store.close()
        assert len(store.kept(sweep)) == 2

    def test_a_store_that_nobody_holds_any_more_writes_what_it_was_given(
        self, path: Path
    ):
        before = threading.enumerate()
        store = Store(path)
        sweep = begun(store, 0)
        store.add(ok(0))
        del store
        assert threading.enumerate() == before
        assert len(Store(path).kept(sweep)) == 1

    def test_a_store_in_memory_ends_when_it_is_closed(self):
        store = Store(":memory:")
        begun(store)
        store.close()
        with pytest.raises(StoreError, match="ends when it is closed"):
            store.sweeps()

    def test_the_file_is_for_its_owner_alone(self, path: Path):
        with closing(Store(path)) as store:
            begun(store, 0)
            modes = {each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
            assert modes == {0o600}

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX forks")
    @pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
    def test_a_fork_opens_the_store_anew(self, path: Path):
        with closing(Store(path)) as store:
            sweep = begun(store, 0, 1, 2)
            store.add(ok(0))
            store.flush()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    store.add(ok(1))
                    store.close()
                    code = 0
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            store.add(ok(2))
            store.flush()
            assert len(store.kept(sweep)) == 3

"""What a scorer may be, and what becomes of what it returns or raises."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import Any

import numpy as np
import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from ocinb.errors import ParameterError
from ocinb.sweep.metrics.scoring import Scorers, exact_match, named
from ocinb.sweep.values import Score
from tests.unit.sweep.metrics.rows import PROMPT, row

KEY = b"k" * 16


async def scored(*scorers: Any, text: str = "Bern") -> list[Score]:
    return await Scorers(scorers).score(row(text), PROMPT)


def length(outputs: str) -> int:
    return len(outputs)


async def right(outputs: str, reference_outputs: str) -> bool:
    await asyncio.sleep(0)
    return outputs == reference_outputs


async def test_a_function_is_a_scorer_by_its_own_name():
    assert await scored(length, right) == [
        Score(KEY, "length", 4.0),
        Score(KEY, "right", 1.0),
    ]


async def test_a_scorer_gets_what_its_parameters_name():
    told: dict[str, Any] = {}

    def everything(**given: Any) -> None:
        told.update(given)

    await scored(everything)
    assert told["inputs"] == {"prompt": "Capital of Switzerland?"}
    assert told["outputs"] == "Bern"
    assert told["reference_outputs"] == "Bern"
    assert told["row"] == row("Bern")
    assert sorted(told) == ["ask", "inputs", "outputs", "reference_outputs", "row"]


async def test_parameters_of_its_own_need_a_default():
    def long(outputs: str, limit: int = 3) -> bool:
        return len(outputs) > limit

    assert await scored(long) == [Score(KEY, "long", 1.0)]
    assert await scored(partial(long, limit=9)) == [Score(KEY, "long", 0.0)]


class Counting:
    async def __call__(self, outputs: str) -> int:
        return outputs.count("e")


async def test_an_object_that_can_be_called_is_a_scorer_too():
    assert await scored(Counting()) == [Score(KEY, "Counting", 1.0)]


@pytest.mark.parametrize(
    ("returned", "score"),
    [
        (True, Score(KEY, "s", 1.0)),
        (False, Score(KEY, "s", 0.0)),
        (3, Score(KEY, "s", 3.0)),
        (np.float32(0.5), Score(KEY, "s", 0.5)),
        (np.bool_(1), Score(KEY, "s", 1.0)),
        ("polite", Score(KEY, "s", text="polite")),
        ("two\nlines", Score(KEY, "s", text="two lines")),
        (None, Score(KEY, "s")),
        ({"score": 0.25, "comment": "a\nb"}, Score(KEY, "s", 0.25, "a b")),
        ({"score": True, "comment": None}, Score(KEY, "s", 1.0)),
        ({"key": "other", "score": "rude"}, Score(KEY, "s", text="rude")),
    ],
)
async def test_what_a_scorer_returns_becomes_a_score(returned: Any, score: Score):
    assert await scored(named("s", lambda: returned)) == [score]


@pytest.mark.parametrize(
    ("returned", "error"),
    [
        (float("nan"), "the scorer returned nan, which is no score"),
        (10**400, "the scorer returned 1000000000"),
        ([1], "the scorer returned [1], which is no score"),
        ({"value": 1}, "the scorer returned a dict without 'score'"),
        ({"score": object}, "the scorer returned <class 'object'>, which is no score"),
    ],
)
async def test_what_is_no_score_is_an_error_of_the_score(returned: Any, error: str):
    (score,) = await scored(named("s", lambda: returned))
    assert score.error.startswith(error)
    assert score.value is None


@pytest.mark.parametrize(
    "raised",
    [
        ValueError("a\nb"),
        StopIteration("a b"),
        SystemExit("a b"),
        KeyboardInterrupt("a b"),
    ],
)
async def test_a_scorer_that_raises_does_not_stop_the_others(raised: BaseException):
    def breaks() -> None:
        raise raised

    first, second = await scored(breaks, length)
    assert first.error.endswith(f"{type(raised).__name__}: a b")
    assert second == Score(KEY, "length", 4.0)


async def test_a_cancelled_sweep_cancels_its_scorers():
    started = asyncio.Event()

    async def waits() -> None:
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(scored(waits))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_sync_scorer_runs_in_a_thread_and_a_quick_one_does_not():
    def where() -> bool:
        return threading.current_thread() is threading.main_thread()

    async def here() -> bool:
        return threading.current_thread() is threading.main_thread()

    away, on_the_loop = await scored(where, here)
    assert away.value == 0
    assert on_the_loop.value == 1
    assert exact_match().quick


async def test_a_failed_trial_has_no_scores():
    assert await Scorers([length]).score(row(status="failed"), PROMPT) == []


async def test_a_scorer_may_ask_a_model_within_the_limits_of_the_sweep():
    asked: list[Any] = []
    model = FakeListChatModel(responses=["yes"])

    async def ask(model: Any, messages: Any, **params: Any) -> Any:
        asked.append((messages, params))
        return await model.ainvoke(messages)

    async def agreed(outputs: str, ask: Any) -> str:
        answer = await ask(model, [HumanMessage(outputs)], temperature=0)
        return str(answer.text)

    assert await Scorers([agreed]).score(row("ok?"), PROMPT, ask) == [
        Score(KEY, "agreed", text="yes")
    ]
    assert asked == [([HumanMessage("ok?")], {"temperature": 0})]
    assert await scored(agreed) == [Score(KEY, "agreed", text="yes")]  # asked directly


def output(output: str) -> str:
    return output


def positional(outputs: str, /) -> str:
    return outputs


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            output,
            "scorer output: nothing can be passed as output; did you mean outputs?",
        ),
        (positional, "scorer positional: nothing can be passed as outputs"),
        (lambda outputs: outputs, "a scorer without a name cannot have a column"),
        ("length", "a scorer must be a function (got 'length')"),
        (str, "a scorer must be a function (got <class 'str'>)"),
    ],
)
def test_what_cannot_score_is_refused_before_anything_is_sent(given: Any, line: str):
    with pytest.raises(ParameterError) as caught:
        Scorers([given])
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_the_parameters_that_a_scorer_may_have_are_told():
    with pytest.raises(ParameterError) as caught:
        Scorers([output])
    assert caught.value.hint == (
        "a scorer takes any of inputs, outputs, reference_outputs, row, ask, by name"
    )


def test_two_of_one_name_are_refused():
    with pytest.raises(ParameterError, match="two scorers have the name length"):
        Scorers([length, right, length])
    both = Scorers([length, named("length_2", length)])
    assert both.names == ["length", "length_2"]
    assert both
    assert not Scorers()


def test_a_name_must_be_fit_for_a_column():
    with pytest.raises(ParameterError, match="must be an identifier"):
        named("a b", length)

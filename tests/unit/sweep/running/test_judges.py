"""Questions of scorers: at the sweep's pace, each once, also while it is open."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage
from pydantic import PrivateAttr

from ocinb.sweep.pacing import Limit, Pacer, Rate
from ocinb.sweep.running.judges import Judges
from ocinb.sweep.store import Store


class Judge(FakeListChatModel):
    """Says how often it was asked."""

    responses: list[str] = ["good"]
    failures: int = 0
    _asked: int = PrivateAttr(0)

    @property
    def asked(self):
        return self._asked

    async def _acall(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError

    def _call(self, *_: Any, **__: Any) -> str:
        self._asked += 1
        if self._asked <= self.failures:
            msg = "not today"
            raise ValueError(msg)
        return f"good {self._asked}"


def judging(store: Any):
    pacer = Pacer(Rate(1000, 1000), Limit(2))
    return Judges(pacer, store, max_attempts=1, timeout=None)


@pytest.fixture
def store(tmp_path: Any):
    made = Store(tmp_path / "s.db")
    yield made
    made.close()


async def test_a_question_that_many_ask_at_once_is_asked_once(store: Any):
    judges, model = judging(store), Judge()

    answers = await asyncio.gather(
        *(judges.ask(model, [HumanMessage("Is it?")]) for _ in range(20))
    )
    await judges.aclose()

    assert {answer.text for answer in answers} == {"good 1"}
    assert model.asked == 1


async def test_an_answer_of_an_earlier_sweep_is_not_asked_for_again(store: Any):
    first, second, model = judging(store), judging(store), Judge()

    await first.ask(model, [HumanMessage("Is it?")])
    await first.aclose()
    store.flush()
    again = await second.ask(model, [HumanMessage("Is it?")])
    other = await second.ask(model, [HumanMessage("Is it not?")])
    await second.aclose()

    assert (again.text, other.text) == ("good 1", "good 2")


async def test_a_failed_question_may_be_asked_again(store: Any):
    judges, model = judging(store), Judge(failures=1)

    with pytest.raises(ValueError, match="not today"):
        await judges.ask(model, [HumanMessage("Is it?")])
    again = await judges.ask(model, [HumanMessage("Is it?")])
    await judges.aclose()

    assert again.text == "good 2"

"""How scorers ask models: at the sweep's pace, and each question only once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import AIMessage

from ocinb.sweep.engine import target_of
from ocinb.sweep.engine.asking import Asking
from ocinb.sweep.values import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from ocinb.sweep.engine import Question, Target
    from ocinb.sweep.pacing import Pacer
    from ocinb.sweep.store import Store

__all__ = ["Judges"]

_REMEMBERED: Final = 1000
"""Answers that are told again without the store, where they may not yet be."""


class Judges:
    """Asks the models of scorers; an answer that the store has is not asked for again.

    Args:
        pacer: of the sweep, since a judge may be the same deployment.
        store: where the answers are kept.
        max_attempts: requests that a question may take.
        timeout: seconds that an answer may take.
    """

    def __init__(
        self, pacer: Pacer, store: Store, *, max_attempts: int, timeout: Any
    ) -> None:
        self._pacer = pacer
        self._store = store
        self._max_attempts = max_attempts
        self._timeout = timeout
        self._askings: dict[int, tuple[Any, Target, Asking]] = {}
        self._answers: dict[bytes, asyncio.Future[AIMessage]] = {}

    async def ask(
        self, model: Any, messages: Sequence[BaseMessage], **params: Any
    ) -> AIMessage:
        """Return a model's answer.

        Raises:
            Exception: that of the model, after the last attempt.
        """
        _, target, asking = self._asking(model)
        question = target.question(messages, params)
        answer = self._answers.get(question.key)
        if answer is None:
            answer = asyncio.ensure_future(self._answer(asking, question))
            self._answers[question.key] = answer
            answer.add_done_callback(lambda done: self._remember(question.key, done))
        return await asyncio.shield(answer)

    async def _answer(self, asking: Asking, question: Question) -> AIMessage:
        kept = await asyncio.to_thread(self._store.text_of, question.key)
        if kept is not None:
            return AIMessage(kept)
        timed = await asking.answer(question)
        row = Row(key=question.key, status="ok", repeat=0, text=timed.message.text)
        self._store.add(row)
        return timed.message

    def _remember(self, key: bytes, answer: asyncio.Future[AIMessage]) -> None:
        if answer.cancelled() or answer.exception() is not None:
            self._answers.pop(key, None)  # whoever asks next tries again
        while len(self._answers) > _REMEMBERED:
            oldest = next(iter(self._answers))
            if not self._answers[oldest].done():
                return
            del self._answers[oldest]

    def _asking(self, model: Any) -> tuple[Any, Target, Asking]:
        found = self._askings.get(id(model))
        if found is None:
            target = target_of(model, stream=False, timeout=self._timeout)
            asking = Asking(target, self._pacer, max_attempts=self._max_attempts)
            found = self._askings[id(model)] = (model, target, asking)
        return found

    async def aclose(self) -> None:
        """Close every connection; questions that are still open are given up."""
        answers = list(self._answers.values())
        for answer in answers:
            answer.cancel()
        await asyncio.gather(*answers, return_exceptions=True)
        for _, _, asking in self._askings.values():
            await asking.aclose()

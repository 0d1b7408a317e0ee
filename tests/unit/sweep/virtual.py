"""A service that limits rates, and an event loop whose clock jumps to the next timer."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.messages import AIMessage

from ocinb.chat_models.lane import Timed
from ocinb.errors import RateLimited
from ocinb.sweep.engine import Question

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from typing import TypeVar

    from langchain_core.messages import BaseMessage

    from ocinb.sweep.values import Attempt, Row

    Result = TypeVar("Result")

REFUSAL_S = 0.05
ANSWER_S = (0.5, 1.5)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeps for nobody: when all wait, the clock jumps to the next timer."""

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        return self._jumps.now_s


class _Jumps(selectors.DefaultSelector):
    now_s = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            msg = "all tasks wait for something that never comes"
            raise RuntimeError(msg)
        self.now_s += max(timeout, 1e-9)
        return super().select(0)


def virtually(work: Coroutine[Any, Any, Result]) -> Result:
    """Run on a clock that jumps; days take seconds."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def now() -> float:
    return asyncio.get_running_loop().time()


def _dice() -> random.Random:
    return random.Random(7)  # noqa: S311 - the same times in each test


class Limiter(Protocol):
    """What a service does to requests that are too many."""

    def lets_in(self, now_s: float) -> bool: ...

    def change(self, per_s: float) -> None: ...


class SlidingWindow:
    """At most so many in any second."""

    def __init__(self, per_s: float) -> None:
        self.per_s = per_s
        self._admitted: deque[float] = deque()

    def change(self, per_s: float) -> None:
        self.per_s = per_s

    def lets_in(self, now_s: float) -> bool:
        while self._admitted and self._admitted[0] <= now_s - 1:
            self._admitted.popleft()
        if len(self._admitted) >= self.per_s:
            return False
        self._admitted.append(now_s)
        return True


class TokenBucket:
    """Fills at a rate and holds what one second brings."""

    def __init__(self, per_s: float) -> None:
        self.per_s = self._tokens = per_s
        self._filled_at: float | None = None

    def change(self, per_s: float) -> None:
        self.per_s = per_s

    def lets_in(self, now_s: float) -> bool:
        passed_s = now_s - (now_s if self._filled_at is None else self._filled_at)
        self._tokens = min(self.per_s, self._tokens + passed_s * self.per_s)
        self._filled_at = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass
class Service:
    """Answers in half a second to one and a half, and refuses what is too much.

    Attributes:
        limiter: says what is too much.
        retry_after_s: what it sends with a refusal.
        drops: when the limit changes (seconds from the first request), and to what.
        admitted: how many requests were let in.
        refused: how many were not.
    """

    limiter: Limiter
    retry_after_s: float | None = None
    drops: tuple[float, float] | None = None
    admitted: int = 0
    refused: int = 0
    starts: list[float] = field(default_factory=list)
    random: random.Random = field(default_factory=_dice)

    async def answer(self) -> None:
        """Return after an answer.

        Raises:
            RateLimited: the request was one too many.
        """
        self.starts.append(now())
        if self.drops and now() - self.starts[0] >= self.drops[0]:
            self.limiter.change(self.drops[1])
        if not self.limiter.lets_in(now()):
            self.refused += 1
            await asyncio.sleep(REFUSAL_S)
            msg = "too many requests"
            raise RateLimited(msg, status=429, retry_after_s=self.retry_after_s)
        self.admitted += 1
        await asyncio.sleep(self.random.uniform(*ANSWER_S))


class Asked:
    """A target of an engine; `ask` is what a test wants it to be."""

    endpoint = "https://service.test/predict"
    name = "service"
    most_per_s: float | None = None

    def __init__(self, ask: Any = None) -> None:
        self._ask = ask
        self.questions: list[Question] = []
        self.lines = 0
        self.closed = 0

    def question(
        self,
        messages: Sequence[BaseMessage],
        params: Mapping[str, Any],
        *,
        seed: int | None = None,
        repeat: int = 0,
    ) -> Question:
        texts = [message.text for message in messages]
        key = repr((texts, sorted(params.items()), seed, repeat)).encode()
        return Question(key, messages, params, seed)

    def line(self) -> Asked:
        self.lines += 1
        return self

    async def ask(self, question: Question) -> Timed:
        self.questions.append(question)
        begun_s = now()
        said = await self._ask(question) if self._ask else None
        message = AIMessage(said if isinstance(said, str) else "yes")
        return Timed(message, begun_s, now(), now(), now(), 1)

    async def aclose(self) -> None:
        self.closed += 1


class Notebook:
    """A journal that a test reads."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.attempts: list[Attempt] = []

    def add(self, row: Row, attempts: Sequence[Attempt] = ()) -> None:
        self.rows.append(row)
        self.attempts += attempts

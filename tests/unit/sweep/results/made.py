"""Sweeps whose results are known, made without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage

from ocinb.sweep.results import SweepResult
from ocinb.sweep.store import Store, SweepRecord
from ocinb.sweep.values import Planned, Prompt, Row, Score, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Facts = dict[str, Any]


def key(setting: int, prompt: int, repeat: int) -> bytes:
    return (
        setting.to_bytes(4, "big")
        + prompt.to_bytes(8, "big")
        + bytes([0] * 3 + [repeat])
    )


def made(
    facts: Callable[[int, int, int], Facts | None],
    *,
    settings: Sequence[Mapping[str, Any]] = (
        {"temperature": 0.0},
        {"temperature": 1.0},
    ),
    prompts: Sequence[str] = ("p0", "p1"),
    repeats: int = 2,
    scores: Callable[[int, int, int], Mapping[str, Any]] = lambda *_: {},
    **of_result: Any,
) -> SweepResult:
    """Return the result of a sweep in memory.

    `facts` gives the fields of a row for (setting, prompt, repeat); None is no row. A
    row with an `error` failed. `scores` gives name -> number, text or `Score`.
    """
    store = Store(":memory:")
    numbered = [Setting(n, values) for n, values in enumerate(settings)]
    asked = [Prompt(n, (HumanMessage(text),)) for n, text in enumerate(prompts)]
    record = SweepRecord("plan", "a sweep", repeats=repeats)
    sweep = store.begin(record, numbered, asked)
    for setting in range(len(settings)):
        for prompt in range(len(prompts)):
            for repeat in range(repeats):
                place = (setting, prompt, repeat)
                store.plan(sweep, [Planned(*place, key(*place))])
                told = facts(*place)
                if told is not None:
                    add(store, place, told, scores(*place))
    store.flush()
    return SweepResult(store, sweep, **of_result)


def add(
    store: Store,
    place: tuple[int, int, int],
    told: Facts,
    scores: Mapping[str, Any] = {},
) -> None:
    status = "failed" if told.get("error") else "ok"
    store.add(Row(key(*place), status, place[2], **told))
    for name, value in scores.items():
        kind = "text" if isinstance(value, str) else "value"
        own = Score(key(*place), name, **{kind: value})
        store.add_score(value if isinstance(value, Score) else own)

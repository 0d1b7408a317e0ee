"""One parameter at one value, and what each server made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from tests.live.effects import Shows

Verdict = Literal["honoured", "ignored", "refused"]


@dataclass(frozen=True)
class Outcome:
    """What a server made of a parameter, and its words where it refused."""

    verdict: Verdict
    words: str = ""


HONOURED: Final = Outcome("honoured")
IGNORED: Final = Outcome("ignored")
NO_LLAMA: Final = Outcome(
    "refused", "is honoured by vLLM but not by the local deployment"
)


def refused(words: str) -> Outcome:
    return Outcome("refused", words)


@dataclass(frozen=True)
class Case:
    """One parameter at one value.

    Attributes:
        given: the parameter first, then what must stand beside it.
        effect: what is seen where the parameter is honoured.
        shows: asks, and tells whether that was seen.
        vllm: what vLLM made of it.
        local: what the local deployment made of it.
    """

    given: dict[str, Any]
    effect: str
    shows: Shows
    vllm: Outcome = HONOURED
    local: Outcome = HONOURED

    @property
    def name(self) -> str:
        return next(iter(self.given))

    @property
    def id(self) -> str:
        return ",".join(f"{key}={value}" for key, value in self.given.items())[:60]

    @property
    def row(self) -> str:
        """This case as a line of the table in the documentation."""
        value, *_ = self.given.values()
        beside = {k: v for k, v in self.given.items() if k not in (self.name, "seed")}
        shown = f"`{_short(value)}`"
        if beside:
            shown += " with " + ", ".join(
                f"`{k}={_short(v)}`" for k, v in beside.items()
            )
        cells = (
            f"`{self.name}`",
            shown,
            self.effect,
            *map(_cell, (self.vllm, self.local)),
        )
        return f"| {' | '.join(cells)} |"


def _short(value: Any) -> str:
    text = json.dumps(value) if isinstance(value, (dict, list)) else str(value)
    return text.replace("|", r"\|")


def _cell(outcome: Outcome) -> str:
    if outcome is NO_LLAMA:
        return "refused: not with llama.cpp"
    return outcome.verdict + (f": {outcome.words}" if outcome.words else "")

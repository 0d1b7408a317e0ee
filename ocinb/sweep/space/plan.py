"""All trials of a sweep, made one after the other and never all at once."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from langchain_core.messages import SystemMessage

from ocinb.errors import ParameterError, one_line
from ocinb.sweep.values import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from ocinb.sweep.values import Prompt, Setting

__all__ = ["Estimate", "Plan", "Seed", "messages_of", "params_of", "whole_number"]

Seed: TypeAlias = Literal["per-repeat", "fixed"] | int | None

_CHARACTERS_A_TOKEN: Final = 4
_TOKENS_PER_S: Final = 40.0
_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Estimate:
    """What a plan costs, before anything is sent.

    Attributes:
        requests: one a trial.
        prompt_tokens: of all requests, at four characters a token.
        answer_tokens: at most, from `max_tokens`; None if a request does not bound it.
        minutes: if the server makes 8 answers at once, each at 40 tokens/s; None as
            above. What it really takes is shown while the sweep runs.
        shape: settings x prompts x repeats, in words.
    """

    requests: int
    prompt_tokens: int
    answer_tokens: int | None
    minutes: float | None
    shape: str

    def __str__(self) -> str:
        parts = [f"{self.requests:,} requests ({self.shape})"]
        parts += [f"about {self.prompt_tokens:,} prompt tokens"]
        if self.answer_tokens is None or self.minutes is None:
            parts += ["answers without max_tokens: of any length"]
        else:
            parts += [f"at most {self.answer_tokens:,} answer tokens"]
            parts += [f"at most about {_in_words(self.minutes)} on a usual server"]
        return ", ".join(parts)


class Plan:
    """Every prompt with every setting, as often as is wished.

    Settings alternate from trial to trial, and another one begins with each prompt and
    repeat, so that a server that becomes slower or faster favours none.

    Args:
        settings: of a space.
        prompts: what each is asked.
        repeats: how often; at least 1.
        seed: see `Space.plan`.

    Raises:
        ParameterError: repeats or seed is not valid.
    """

    def __init__(
        self,
        settings: Sequence[Setting],
        prompts: Sequence[Prompt],
        *,
        repeats: int = 1,
        seed: Seed = "per-repeat",
    ) -> None:
        self.settings = settings
        self.prompts = prompts
        self.repeats = whole_number("repeats", repeats, least=1)
        self.seed: Seed = _seed(seed)

    def __len__(self) -> int:
        return len(self.settings) * len(self.prompts) * self.repeats

    def __iter__(self) -> Iterator[Trial]:
        count = len(self.settings)
        for repeat in range(self.repeats):
            for prompt in self.prompts:
                first = prompt.number + repeat
                for place in range(count):
                    setting = self.settings[(first + place) % count]
                    yield self.trial(setting, prompt, repeat)

    def trial(self, setting: Setting, prompt: Prompt, repeat: int) -> Trial:
        """Return one trial, with the seed that it sends."""
        return Trial(setting, prompt, repeat, self._seed_of(setting, repeat))

    def _seed_of(self, setting: Setting, repeat: int) -> int | None:
        if "seed" in setting.values:
            own: int | None = setting.values["seed"]
            return own
        if self.seed is None or self.seed == "fixed":
            return None if self.seed is None else 0
        return (0 if isinstance(self.seed, str) else self.seed) + repeat

    def estimate(self, *, max_tokens: int | None = None) -> Estimate:
        """Return what it costs, before anything is sent.

        Args:
            max_tokens: of the model, for settings that do not say.
        """
        each = len(self.prompts) * self.repeats
        texts = sum(len(m.text) for p in self.prompts for m in p.messages)
        systems = sum(len(s.values.get("system") or "") for s in self.settings)
        characters = (
            texts * len(self.settings) + systems * len(self.prompts)
        ) * self.repeats
        bounds = [s.values.get("max_tokens", max_tokens) for s in self.settings]
        tokens = None if None in bounds else sum(map(int, bounds)) * each
        minutes = None if tokens is None else tokens / _TOKENS_PER_S / _AT_ONCE / 60
        return Estimate(
            requests=len(self),
            prompt_tokens=characters // _CHARACTERS_A_TOKEN,
            answer_tokens=tokens,
            minutes=minutes,
            shape=(
                f"{_counted(len(self.settings), 'setting')} x "
                f"{_counted(len(self.prompts), 'prompt')} x "
                f"{_counted(self.repeats, 'repeat')}"
            ),
        )

    def warnings(self, own: Mapping[str, Any]) -> list[str]:
        """Return what about this plan may fool whoever reads its results.

        Args:
            own: what the model itself sends, where a setting does not say.
        """
        if self.repeats == 1:
            return []
        told = []
        if any(
            s.values.get("temperature", own.get("temperature")) == 0
            for s in self.settings
        ):
            told.append(
                "temperature 0 with repeats: the answers will be nearly the same, "
                "so their spread says nothing about other temperatures"
            )
        if self.seed == "fixed" or any("seed" in s.values for s in self.settings):
            told.append(
                "the same seed for each repeat: the answers will be nearly the same"
            )
        return told


def messages_of(trial: Trial) -> list[BaseMessage]:
    """Return what a trial sends: its system prompt stands for that of the prompt."""
    messages = list(trial.prompt.messages)
    system = trial.setting.values.get("system")
    if system is None:
        return messages
    rest = messages[1:] if isinstance(messages[0], SystemMessage) else messages
    return [SystemMessage(system), *rest]


def params_of(trial: Trial) -> dict[str, Any]:
    """Return the parameters that a trial sends beside its messages, and the seed."""
    params = {n: v for n, v in trial.setting.values.items() if n != "system"}
    return {**params, "seed": trial.seed} if trial.seed is not None else params


def _seed(given: Any) -> Any:
    if given is None or (isinstance(given, str) and given in {"per-repeat", "fixed"}):
        return given
    if not isinstance(given, Integral):
        shown = one_line(repr(given), 40)
        msg = f"seed must be 'per-repeat', 'fixed', an integer or None (got {shown})"
        raise ParameterError(msg)
    return whole_number("seed", given, least=0)


def whole_number(name: str, given: Any, *, least: int | None) -> int:
    """Return an integer that is not too small.

    Raises:
        ParameterError: it is none.
    """
    is_whole = isinstance(given, Integral) and not isinstance(given, bool)
    if not is_whole or (least is not None and given < least):
        bound = "" if least is None else f" >= {least}"
        shown = one_line(repr(given), 40)
        msg = f"{name} must be an integer{bound} (got {shown})"
        raise ParameterError(msg)
    return int(given)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _in_words(minutes: float) -> str:
    if minutes < 1:
        return f"{max(1, round(minutes * 60))} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004 - two hours

"""What is known of one sampling parameter, and its range in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

__all__ = ["Group", "Kind", "Parameter"]

Kind = Literal["float", "int", "bool", "text", "texts", "ints", "object", "any"]
Group = Literal[
    "sampling", "length", "penalties", "search", "output", "tools", "prompt"
]


@dataclass(frozen=True)
class Parameter:
    """One sampling parameter of vLLM's chat completions API.

    Attributes:
        name: field of the chat model and field on the wire, the same word.
        kind: type of the value; `any` is checked by its own rule.
        help: one sentence for a slider's title, a flag's help and the docs.
        group: where a panel or a help text lists it.
        default: what the chat model's field reads as when nobody set it.
        server_default: what vLLM uses when the field is not sent; None where
            that depends on the model.
        low: smallest value any server accepts.
        high: largest value any server accepts.
        low_open: True if `low` itself is refused.
        soft_low: below this some servers refuse: a warning.
        soft_high: above this some servers refuse: a warning.
        step: a slider's step.
        slider: the range a slider spans where the bounds are open.
        choices: the closed set of words, if there is one.
        sent: True if the class default is sent though nobody set it.
        obsolete: True if current servers ignore it.
    """

    name: str
    kind: Kind
    help: str
    group: Group = "sampling"
    default: Any = None
    server_default: Any = None
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    soft_low: float | None = None
    soft_high: float | None = None
    step: float | None = None
    slider: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    sent: bool = False
    obsolete: bool = False

    @property
    def range(self) -> str:
        """The allowed values in words, as error lines and help texts say them."""
        return _RANGE_IN_WORDS.get(self.name) or _range_of(self)


def _range_of(parameter: Parameter) -> str:
    if parameter.choices:
        return "one of " + ", ".join(parameter.choices)
    noun = _NOUNS[parameter.kind]
    low = parameter.low if parameter.soft_low is None else parameter.soft_low
    high = parameter.high if parameter.soft_high is None else parameter.soft_high
    if low is not None and high is not None:
        return f"{noun} in {'(' if parameter.low_open else '['}{low:g}, {high:g}]"
    if low is not None:
        return f"{noun} {'>' if parameter.low_open else '>='} {low:g}"
    return noun


_NOUNS: Final[dict[Kind, str]] = {
    "float": "a number",
    "int": "an integer",
    "bool": "True or False",
    "text": "a string",
    "texts": "non-empty strings",
    "ints": "a list of token ids (integers >= 0)",
    "object": "a dict that JSON can hold",
    "any": "a value that JSON can hold",
}

_RANGE_IN_WORDS: Final = {
    "top_k": "-1 or 0 (off), or an integer >= 1",
    "seed": "a 64-bit integer (-1 = none)",
    "tool_choice": "none, auto, required, the name of a tool, a dict, or True",
    "logit_bias": "a dict of token id -> number",
    "logprobs": "True or False",
    "truncate_prompt_tokens": "-1 (the model's context) or an integer >= 1",
    "prompt_logprobs": "-1 (the whole vocabulary) or an integer >= 0",
    "early_stopping": "True, False or 'never'",
}

"""What is asked to see whether a parameter counts: one probe for each, in one list.

The extremes follow what a real vLLM 0.32.0 and a real llama.cpp server were seen to do:
at temperature 2 both vary widely, and top_k 1, min_p 1 and top_p 0.0001 bring both
back to the answer of temperature 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from ocinb.chat_models.effects import signs
from ocinb.chat_models.effects.signs import BANNED, STOP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocinb.chat_models.effects.signs import Sign

__all__ = ["PLAIN", "PROBES", "Ask", "Probe", "Question"]

Question = Literal["story", "sum", "half"]
"""A story goes on and may go many ways, a sum ends soon, `half` is a half answer."""


@dataclass(frozen=True, eq=False)
class Ask:
    """One request of a check; the same object is sent once, however often it is used.

    Attributes:
        tries: the parameter on trial; empty for a request that tries none.
        params: the parameters sent, and no others.
        question: what is asked.
        stream: whether the answer is asked for as a stream.
    """

    tries: str
    params: Mapping[str, Any] = field(repr=False)
    question: Question = "story"
    stream: bool = False


@dataclass(frozen=True)
class Probe:
    """How one parameter is checked.

    Attributes:
        name: the parameter.
        tried: the values, in words.
        sign: how an effect is recognised.
        asks: the requests, in the order in which `sign` takes their answers.
    """

    name: str
    tried: str
    sign: Sign
    asks: tuple[Ask, ...]


_COLD: Final = {"temperature": 0, "seed": 1, "max_tokens": 12}
_HOT: Final = {**_COLD, "temperature": 2}
_LONG: Final = {**_COLD, "max_tokens": 24}
_SUM: Final = {**_COLD, "max_tokens": 16}
_ENDLESS: Final = {**_SUM, "ignore_eos": True}
_BEAMS: Final = {**_SUM, "use_beam_search": True, "n": 2}
_JSON: Final = {**_COLD, "max_tokens": 48}
_HALF: Final = {**_COLD, "add_generation_prompt": False}
_BELL: Final = {
    "type": "function",
    "function": {
        "name": "ring_bell",
        "description": "Ring the bell.",
        "parameters": {
            "type": "object",
            "properties": {},
            "additionalProperties": False,
        },
    },
}


def _light(state: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"light": {"enum": [state]}},
        "required": ["light"],
        "additionalProperties": False,
    }
    named = {"name": "light", "schema": schema, "strict": True}
    return {"type": "json_schema", "json_schema": named}


def _ask(
    tries: str,
    common: Mapping[str, Any],
    question: Question = "story",
    **params: Any,
) -> Ask:
    return Ask(tries, {**common, **params}, question)


def _each(
    name: str,
    values: Sequence[Any],
    common: Mapping[str, Any] = _COLD,
    question: Question = "story",
    *,
    stream: bool = False,
) -> tuple[Ask, ...]:
    """Ask with each value in turn; a value that stands twice is asked for twice."""
    return tuple(
        Ask(name, {**common, name: value}, question, stream) for value in values
    )


PLAIN: Final = _ask("", _COLD)
"""The request that must work, for without it nothing can be compared."""

_TWICE: Final = (PLAIN, _ask("", _COLD))
_OTHER_SEED: Final = _ask("", _COLD, seed=2)
_HOT_TWICE: Final = _each("temperature", [2, 2], _HOT)
_OTHER_TWICE: Final = _each("temperature", [2, 2], {**_HOT, "seed": 2})
_THIRD_TWICE: Final = _each("temperature", [2, 2], {**_HOT, "seed": 3})
_VARIED: Final = (_HOT_TWICE[0], _OTHER_TWICE[0])
_ENDED: Final = _ask("", _SUM, "sum")
_GOES_ON: Final = _each("ignore_eos", [True], _SUM, "sum")
_BEAM: Final = _each("use_beam_search", [True], _HOT)
_LOGPROBS: Final = _each("logprobs", [True])


def _narrow(name: str, value: float) -> Probe:
    tried = f"{value:g} at temperature 2"
    hot = [{**_HOT, "seed": seed} for seed in (1, 2)]
    narrow = [ask for common in hot for ask in _each(name, [value], common)]
    return Probe(name, tried, signs.narrows, (*_TWICE, *_VARIED, *narrow))


def _two(name: str, low: float, high: float) -> Probe:
    asks = _each(name, [low, high] * 2, _LONG)
    return Probe(name, f"{low:g} and {high:g}", signs.differs, (*_TWICE, *asks))


def _unseen(name: str, reason: str, *, value: Any, **others: Any) -> Probe:
    """Try a value that no answer shows: it can only be refused."""
    asks = _each(name, [value], {**_COLD, **others})
    return Probe(name, str(value), signs.accepted(reason), asks)


_SAMPLING: Final = (
    Probe(
        "temperature",
        "0 and 2",
        signs.cold_is_fixed,
        (*_TWICE, _OTHER_SEED, *_VARIED),
    ),
    _narrow("top_p", 0.0001),
    _narrow("top_k", 1),
    _narrow("min_p", 1),
    Probe(
        "seed",
        "1, 2 and 3 at temperature 2",
        signs.same_seed_same_text,
        (*_HOT_TWICE, *_OTHER_TWICE, *_THIRD_TWICE),
    ),
)

_LENGTH: Final = (
    Probe(
        "max_tokens",
        "1 and 12",
        signs.counts_tokens,
        (*_each("max_tokens", [1]), PLAIN),
    ),
    Probe(
        "min_tokens",
        "16",
        signs.goes_on,
        (_ENDED, *_each("min_tokens", [16], _SUM, "sum")),
    ),
    Probe("stop", repr(STOP), signs.cut_at_text, (*_TWICE, *_each("stop", [[STOP]]))),
    Probe(
        "stop_token_ids",
        "the first 2000 ids",
        signs.cut_at_ids,
        (*_TWICE, *_each("stop_token_ids", [list(range(2000))])),
    ),
    Probe("ignore_eos", "True", signs.goes_on, (_ENDED, *_GOES_ON)),
)

_PENALTIES: Final = (
    _two("frequency_penalty", -2, 2),
    _two("presence_penalty", -2, 2),
    _two("repetition_penalty", 0.5, 2),
    Probe(
        "logit_bias",
        "100 for token 1000, then 2000",
        signs.repeats_one_token,
        _each("logit_bias", [{"1000": 100}, {"2000": 100}]),
    ),
    Probe(
        "bad_words",
        ", ".join(BANNED),
        signs.banned,
        (*_TWICE, *_each("bad_words", [list(BANNED)] * 2)),
    ),
    Probe(
        "allowed_token_ids",
        "only token 1000, then 2000",
        signs.repeats_one_token,
        _each("allowed_token_ids", [[1000], [2000]]),
    ),
)

_SEARCH: Final = (
    Probe("n", "2 at temperature 2", signs.choices, _each("n", [2], _HOT)),
    _unseen(
        "best_of", "the answers not chosen are never shown", value=2, temperature=1
    ),
    Probe(
        "use_beam_search",
        "True at temperature 2",
        signs.beams_are_fixed,
        (
            *_VARIED,
            *_BEAM,
            _ask("use_beam_search", _HOT, use_beam_search=True, seed=2),
            _ask("use_beam_search", _HOT, use_beam_search=True, seed=3),
        ),
    ),
    Probe(
        "length_penalty",
        "-2 and 4 with two beams",
        signs.differs,
        (*_TWICE, *_BEAM, *_each("length_penalty", [-2, 4] * 2, _BEAMS, "sum")),
    ),
    _unseen(
        "early_stopping", "an answer does not tell when a search ended", value="never"
    ),
)

_OUTPUT: Final = (
    Probe(
        "skip_special_tokens",
        "True and False",
        signs.differs,
        (
            *(*_TWICE, *_GOES_ON),
            *_each("skip_special_tokens", [True, False] * 2, _ENDLESS, "sum"),
        ),
    ),
    _unseen(
        "spaces_between_special_tokens",
        "few tokenizers show a difference",
        value=False,
    ),
    Probe("logprobs", "True", signs.carries("logprobs"), (PLAIN, *_LOGPROBS)),
    Probe(
        "top_logprobs",
        "5",
        signs.alternatives(5),
        (*_LOGPROBS, *_each("top_logprobs", [5], {**_COLD, "logprobs": True})),
    ),
    Probe(
        "prompt_logprobs",
        "1",
        signs.carries("prompt_logprobs"),
        (PLAIN, *_each("prompt_logprobs", [1])),
    ),
    Probe(
        "response_format",
        "a schema with one answer, another",
        signs.follows({"light": "on"}, {"light": "off"}),
        _each("response_format", [_light("on"), _light("off")], _JSON),
    ),
    Probe(
        "structured_outputs",
        "the choice red, the choice blue",
        signs.follows("red", "blue"),
        _each("structured_outputs", [{"choice": ["red"]}, {"choice": ["blue"]}], _JSON),
    ),
    Probe(
        "reasoning_effort",
        "low and high",
        signs.differs,
        (*_TWICE, *_each("reasoning_effort", ["low", "high"] * 2, _LONG)),
    ),
    Probe(
        "include_reasoning",
        "False and True",
        signs.hides_reasoning,
        _each("include_reasoning", [False, True]),
    ),
    Probe(
        "stream_options",
        "include_usage False and True",
        signs.tells_usage,
        _each(
            "stream_options",
            [{"include_usage": told} for told in (False, True)],
            stream=True,
        ),
    ),
    Probe(
        "return_token_ids",
        "True",
        signs.carries("token_ids", "prompt_token_ids"),
        (PLAIN, *_each("return_token_ids", [True])),
    ),
    Probe(
        "return_prompt_text",
        "True",
        signs.carries("prompt_text"),
        (PLAIN, *_each("return_prompt_text", [True])),
    ),
)

_TOOLS: Final = (
    Probe(
        "tool_choice",
        "none and required",
        signs.tools_are_called,
        _each("tool_choice", ["none", "required"], {**_JSON, "tools": [_BELL]}),
    ),
    _unseen(
        "parallel_tool_calls",
        "whether to call several tools is the model's choice",
        value=False,
        tools=[_BELL],
        tool_choice="none",
    ),
)

_PROMPT: Final = (
    Probe(
        "chat_template",
        "one of 1 word, one of 9",
        signs.prompt_differs,
        _each("chat_template", ["Go " * 1, "Go " * 9]),
    ),
    Probe(
        "chat_template_kwargs",
        "enable_thinking False and True",
        signs.accepted("a template need not read enable_thinking", signs.differs),
        (
            *_TWICE,
            *_each(
                "chat_template_kwargs",
                [{"enable_thinking": on} for on in (False, True)] * 2,
            ),
        ),
    ),
    Probe(
        "add_generation_prompt",
        "False",
        signs.prompt_differs,
        (PLAIN, *_each("add_generation_prompt", [False])),
    ),
    Probe(
        "continue_final_message",
        "True",
        signs.prompt_differs,
        (
            _ask("add_generation_prompt", _HALF, "half"),
            *_each("continue_final_message", [True], _HALF, "half"),
        ),
    ),
    Probe(
        "truncate_prompt_tokens",
        "5",
        signs.prompt_is_cut(5),
        (PLAIN, *_each("truncate_prompt_tokens", [5])),
    ),
    _unseen("priority", "without a queue every request is served at once", value=1),
)

PROBES: Final[Mapping[str, Probe]] = {
    probe.name: probe
    for group in (_SAMPLING, _LENGTH, _PENALTIES, _SEARCH, _OUTPUT, _TOOLS, _PROMPT)
    for probe in group
}
"""The probe of every parameter of `ocinb.sampling`."""

"""Whether a value may be sent: pure checks over the list of parameters."""

from __future__ import annotations

import json
import math
import warnings
from difflib import get_close_matches
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.sampling.catalogue import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ocinb.sampling.parameter import Kind, Parameter

__all__ = [
    "ParameterWarning",
    "check",
    "check_all",
    "check_together",
    "did_you_mean",
    "nearest",
    "refuse_unknown",
]


class ParameterWarning(UserWarning):
    """A value that some servers refuse; it is sent and the server judges."""


def check(name: str, value: Any) -> Any:
    """Return `value` in the wire's own type, or say in one line what is wrong.

    Args:
        name: a key of `PARAMETERS`.
        value: what the user gave; None means "do not send" and is returned as is.
            Values of NumPy become plain numbers, booleans and lists.

    Raises:
        ParameterError: no server accepts the value.

    Warns:
        ParameterWarning: some servers refuse the value, or ignore the parameter.
    """
    if value is None:
        return None
    parameter = PARAMETERS[name]
    checking = _CHECKS.get(name, _CHECK_OF_KIND[parameter.kind])
    checked = checking(parameter, _plain(value))
    if parameter.obsolete:
        _warn(f"{name} is ignored by current vLLM servers; it is sent as given")
    return checked


def check_all(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as they can be sent, each checked by itself.

    Raises:
        ParameterError: a name is unknown, or no server accepts a value.

    Warns:
        ParameterWarning: as `check`.
    """
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in PARAMETERS:
            raise refuse_unknown(name, PARAMETERS)
        checked[name] = check(name, value)
    return checked


def check_together(values: Mapping[str, Any]) -> None:
    """Check the rules that join several parameters; `values` are what will be sent.

    Raises:
        ParameterError: the combination is one that vLLM answers with 400.
    """
    n, temperature = values.get("n") or 1, values.get("temperature")
    if n > 1 and temperature == 0 and not values.get("use_beam_search"):
        msg = f"n must be 1 when temperature is 0 (got n={n}): all answers would be the same"
        raise ParameterError(msg, hint="raise temperature or leave n at 1")
    best_of = values.get("best_of")
    if best_of is not None and best_of < n:
        msg = f"best_of must be at least n (got best_of={best_of}, n={n})"
        raise ParameterError(msg)
    least, most = values.get("min_tokens") or 0, values.get("max_tokens")
    if most is not None and least > most:
        msg = f"min_tokens must be in [0, max_tokens] (got min_tokens={least}, max_tokens={most})"
        raise ParameterError(msg)
    if values.get("top_logprobs") and not values.get("logprobs"):
        msg = "top_logprobs needs logprobs=True"
        raise ParameterError(msg)


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that `name` was most likely meant to be."""
    found = get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(name: str, known: Collection[str], before: str = "") -> str:
    """Return the question that ends an error line about a name, or "".

    Args:
        name: what was typed.
        known: the names that exist.
        before: what is typed before the name.
    """
    guess = nearest(name, known)
    return f"; did you mean {before}{guess}?" if guess else ""


def refuse_unknown(name: str, known: Collection[str]) -> ParameterError:
    """Make the error for a name that is no parameter, with the nearest one."""
    return ParameterError(
        f"unknown parameter {one_line(name, 60)}{did_you_mean(name, known)}",
        hint="other fields of the server go into model_kwargs",
    )


def _plain(value: Any) -> Any:
    """Return what NumPy or pandas hold as Python's own numbers and lists."""
    is_theirs = hasattr(value, "dtype") and hasattr(value, "tolist")
    return value.tolist() if is_theirs else value


def _refuse(parameter: Parameter, value: Any) -> ParameterError:
    return ParameterError(
        f"{parameter.name} must be {parameter.range} (got {_shown(value)})"
    )


def _shown(value: Any) -> str:
    try:
        return one_line(repr(value), 60)
    except ValueError:  # an integer of more digits than Python writes
        return f"a huge {type(value).__name__}"


def _warn(message: str) -> None:
    warnings.warn(message, ParameterWarning, stacklevel=4)


def _check_bounds(parameter: Parameter, number: float, value: Any) -> None:
    low, high = parameter.low, parameter.high
    if low is not None and (number < low or (parameter.low_open and number == low)):
        raise _refuse(parameter, value)
    if high is not None and number > high:
        raise _refuse(parameter, value)
    below = parameter.soft_low is not None and number < parameter.soft_low
    above = parameter.soft_high is not None and number > parameter.soft_high
    if below or above:
        _warn(
            f"{parameter.name} should be {parameter.range} (got {_shown(value)}); "
            "the server may refuse it"
        )


def _check_float(parameter: Parameter, value: Any) -> float:
    number = _finite(value)
    if number is None:
        raise _refuse(parameter, value)
    _check_bounds(parameter, number, value)
    return number


def _finite(value: Any) -> float | None:
    """Return a number as a float, or None where that is not a finite one."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _check_int(parameter: Parameter, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _refuse(parameter, value)
    number = int(value)
    _check_bounds(parameter, number, value)
    return number


def _check_bool(parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(parameter, value)
    return value


def _check_text(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str) or not _encodes(value):
        raise _refuse(parameter, value)
    if parameter.choices and value not in parameter.choices:
        raise _refuse(parameter, value)
    return value


def _check_texts(parameter: Parameter, value: Any) -> list[str] | None:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)):
        raise _refuse(parameter, value)
    if not all(isinstance(text, str) and text and _encodes(text) for text in texts):
        raise _refuse(parameter, value)
    return list(texts) or None  # an empty list asks for nothing


def _check_ints(parameter: Parameter, value: Any) -> list[int] | None:
    if not isinstance(value, (list, tuple)) or not all(map(_is_token_id, value)):
        raise _refuse(parameter, value)
    return [int(number) for number in value] or None


def _is_token_id(value: object) -> bool:
    if isinstance(value, bool):  # an int to Python, not to a user
        return False
    return isinstance(value, Integral) and int(value) >= 0


def _check_object(parameter: Parameter, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refuse(parameter, value)
    checked: dict[str, Any] = _check_json(parameter, value)
    return checked


def _check_json(parameter: Parameter, value: Any) -> Any:
    """Return a copy as JSON has it: text for keys, lists for tuples."""
    try:
        text = json.dumps(
            value, allow_nan=False, ensure_ascii=False, default=_json_default
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise _refuse(parameter, value) from error
    if not _encodes(text):
        raise _refuse(parameter, value)
    return json.loads(text)


def _json_default(value: Any) -> Any:
    plain = _plain(value)
    if plain is value:
        msg = f"JSON holds no {type(value).__name__}"
        raise TypeError(msg)
    return plain


def _check_logit_bias(parameter: Parameter, value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise _refuse(parameter, value)
    biases: dict[str, float] = {}
    for token, bias in value.items():
        number, key = _finite(bias), str(token)
        if number is None or not (key.isascii() and key.isdecimal()):
            raise _refuse(parameter, value)
        biases[key] = number
    return biases


def _check_step_off(parameter: Parameter, value: Any) -> int:
    """Check an integer whose -1 stands for "all" and whose 0 means nothing."""
    number = _check_int(parameter, value)
    if number == 0:
        raise _refuse(parameter, value)
    return number


def _check_tool_choice(parameter: Parameter, value: Any) -> Any:
    if not isinstance(value, (str, bool, dict)) or value == "":
        raise _refuse(parameter, value)
    return _check_json(parameter, value)


def _check_early_stopping(parameter: Parameter, value: Any) -> bool | str:
    if not isinstance(value, bool) and value != "never":
        raise _refuse(parameter, value)
    checked: bool | str = value
    return checked


def _encodes(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


_CHECK_OF_KIND: Final[dict[Kind, Callable[[Parameter, Any], Any]]] = {
    "float": _check_float,
    "int": _check_int,
    "bool": _check_bool,
    "text": _check_text,
    "texts": _check_texts,
    "ints": _check_ints,
    "object": _check_object,
    "any": _check_json,
}

_CHECKS: Final[dict[str, Callable[[Parameter, Any], Any]]] = {
    "logit_bias": _check_logit_bias,
    "tool_choice": _check_tool_choice,
    "early_stopping": _check_early_stopping,
    "truncate_prompt_tokens": _check_step_off,
}

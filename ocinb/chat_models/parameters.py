"""Which parameters of a model are set, read as defaults, or not sent.

A parameter that nobody set is not stored at all: it reads as its class default, and
every copy, dump and rebuild of the model keeps "not set" without further care.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel, Field

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import (
    PARAMETERS,
    ParameterWarning,
    check,
    check_together,
    nearest,
    refuse_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ALIASES", "Parameters", "sampling_field"]

ALIASES: Final = {
    "model_name": "model",
    "max_completion_tokens": "max_tokens",
    "stop_sequences": "stop",
    "callback_manager": "callbacks",  # the older name in LangChain itself
}
"""Names that LangChain's users type for a field of another name."""

_NEVER_USED: Final = frozenset({"api_key"})
"""Standard parameters of LangChain's constructors that have no meaning here: requests
are signed. They are accepted, and not stored."""

_NOT_FOR_THE_SERVER: Final = frozenset(
    {"stream", "requests_kwargs", "ls_structured_output_format", "user"}
)

_PLAIN: Final = {
    "endpoint": (str, "a string"),
    "model": (str, "a string"),
    "streaming": (bool, "True or False"),
    "max_retries": (int, "an integer >= 0"),
    "model_kwargs": (dict, "a dict"),
    "default_headers": (dict, "a dict"),
}
"""The fields that are no sampling parameters: their types, and these in words."""


def sampling_field(name: str) -> Any:
    """Declare a model field for a sampling parameter of `ocinb.sampling`."""
    parameter = PARAMETERS[name]
    return Field(default=parameter.default, description=parameter.help)


class Parameters(BaseModel):
    """The sampling parameters of a chat model, in three states.

    Attributes:
        parameter_names: the sampling parameters that are fields of the class.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Read a parameter that nobody set as its class default."""
            if name in type(self).parameter_names:
                return PARAMETERS[name].default
            if name in ALIASES:
                return getattr(self, ALIASES[name])
            return super().__getattr__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            """Set a field later, checked as in the constructor.

            Rules that join several parameters are checked when a request is made, so
            that they can be set one after the other.
            """
            if name.startswith("_") or hasattr(type(self), name):
                super().__setattr__(name, value)
                return
            for own, checked in self.check_each({name: value}).items():
                super().__setattr__(own, checked)

    @classmethod
    def check_given(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Return constructor arguments in their own names, or refuse one in one line.

        Raises:
            ParameterError: a name is unknown, a value not valid, or two do not go
                together.
        """
        checked = cls.check_each(given)
        values = {n: v for n, v in checked.items() if n in cls.parameter_names}
        check_together(values)
        return checked

    @classmethod
    def check_each(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Return fields in their own names and types, each checked by itself.

        Raises:
            ParameterError: a name is unknown or a value not valid.
        """
        checked: dict[str, Any] = {}
        for given_name, value in given.items():
            name = ALIASES.get(given_name, given_name)
            if name in _NEVER_USED:
                continue
            if name not in cls.model_fields:
                raise refuse_unknown(given_name, cls.model_fields)
            if name in cls.parameter_names:
                checked[name] = check(name, value)
            elif name in _PLAIN:
                checked[name] = cls._check_plain(name, value)
            else:
                checked[name] = value
        return checked

    @classmethod
    def _check_plain(cls, name: str, value: Any) -> Any:
        if value is None:  # stands for "not given"
            return cls.model_fields[name].get_default(call_default_factory=True)
        kind, words = _PLAIN[name]
        wrong_bool = isinstance(value, bool) and kind is not bool
        negative = isinstance(value, int) and value < 0
        if wrong_bool or not isinstance(value, kind) or negative:
            msg = f"{name} must be {words} (got {one_line(repr(value), 60)})"
            raise ParameterError(msg)
        return value

    def forget_defaults(self) -> None:
        """Keep no value for a parameter that was not given."""
        for name in self.parameter_names:
            if name not in self.model_fields_set:
                self.__dict__.pop(name, None)

    def set_params(self) -> dict[str, Any]:
        """Return the parameters that somebody set; None stands for "do not send"."""
        return {n: self.__dict__[n] for n in self.parameter_names if n in self.__dict__}

    def sampling_params(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters to send.

        Precedence: `overrides` (of the call, then of bind), `model_kwargs`, fields,
        and the class defaults that are sent though nobody set them.

        Raises:
            ParameterError: a value is not valid.
        """
        values = self.own_params() | self._overriding(overrides)
        checked = {
            name: check(name, value) if name in PARAMETERS else value
            for name, value in values.items()
        }
        sent = {name: value for name, value in checked.items() if value is not None}
        check_together(sent)
        return sent

    def own_params(self) -> dict[str, Any]:
        """Return the parameters that a call without any would send, not checked."""
        values = {
            name: PARAMETERS[name].default
            for name in self.parameter_names
            if PARAMETERS[name].sent
        }
        return values | self.set_params() | getattr(self, "model_kwargs", {})

    def left_out(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return the class defaults that are not sent."""
        return {
            name: PARAMETERS[name].default
            for name in self.parameter_names
            if name not in sent and PARAMETERS[name].default is not None
        }

    def _overriding(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for given, value in overrides.items():
            name = ALIASES.get(given, given)
            if name in _NOT_FOR_THE_SERVER:
                continue
            if name not in PARAMETERS:
                guess = nearest(name, PARAMETERS)
                meant = f" (did you mean {guess}?)" if guess else ""
                warnings.warn(
                    f"{one_line(name, 60)} is no known parameter{meant}; "
                    "it is sent as given",
                    ParameterWarning,
                    stacklevel=5,
                )
            named[name] = value
        return named

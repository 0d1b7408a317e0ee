"""What may be said about how a sweep is run, checked before anything is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ocinb.chat_models.timeouts import timeouts_of
from ocinb.errors import ParameterError, one_line
from ocinb.sweep.space.plan import whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["STORE", "OnError", "SweepOptions"]

STORE: Final = "sweeps/ocinb.db"
"""Where trials are kept unless the user says otherwise: under the current folder, which
in an OCI notebook session is on the block volume that outlives it."""

OnError: TypeAlias = Literal["record", "raise"]

_SHOWN: Final = 60


@dataclass(frozen=True)
class SweepOptions:
    """How a sweep is run; `run_sweep` says what each means.

    Raises:
        ParameterError: a value is not valid.
    """

    scorers: Sequence[Any] = ()
    stream: bool = True
    max_concurrency: int | Literal["auto"] = "auto"
    max_rps: float | None = None
    timeout: Any = 60
    max_attempts: int = 8
    limit: int | None = 500
    store: str | Path = STORE
    resume: bool = True
    retry_errors: bool = False
    on_error: OnError = "record"
    warmup: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        """Check each value."""
        if self.max_concurrency != "auto":
            self._whole("max_concurrency", self.max_concurrency, 1, "or 'auto'")
        self._whole("max_attempts", self.max_attempts, 1)
        self._whole("warmup", self.warmup, 0)
        if self.limit is not None:
            self._whole("limit", self.limit, 0, "or None for no limit")
        if self.max_rps is not None and not _is_above_zero(self.max_rps):
            shown = one_line(repr(self.max_rps), _SHOWN)
            msg = f"max_rps must be a number > 0 of requests a second (got {shown})"
            raise ParameterError(msg)
        timeouts_of(self.timeout, stream=self.stream)
        self._check_kinds()
        if self.on_error not in {"record", "raise"}:
            shown = one_line(repr(self.on_error), _SHOWN)
            msg = f"on_error must be 'record' or 'raise' (got {shown})"
            raise ParameterError(msg)

    def _check_kinds(self) -> None:
        kinds: tuple[tuple[str, Any, str], ...] = (
            ("scorers", (list, tuple), "a list of functions"),
            ("store", (str, PathLike), "a path, or ':memory:'"),
            ("name", str, "a text"),
        )
        for name, kind, meant in kinds:
            value = getattr(self, name)
            if not isinstance(value, kind):
                shown = one_line(repr(value), _SHOWN)
                msg = f"{name} must be {meant} (got {shown})"
                raise ParameterError(msg)

    @staticmethod
    def _whole(name: str, value: Any, least: int, otherwise: str = "") -> None:
        try:
            whole_number(name, value, least=least)
        except ParameterError as error:
            if otherwise:
                error.add(hint=otherwise)
            raise


def _is_above_zero(value: Any) -> bool:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and math.isfinite(float(value)) and float(value) > 0

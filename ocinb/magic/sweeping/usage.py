"""The help text of `%%ocisweep`, generated from its options and flags."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Final

from ocinb.magic.sweeping.options import AXES, OPTIONS, SWEEP_FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from ocinb.magic.typed.flags import Flag

__all__ = ["axes_of", "flag_forms", "option_forms", "sweep_help"]

_HEAD: Final = dedent("""\
    Ask a model the same with many settings, and see what changes.

    %%ocisweep [model] axis=values ... [option=value ...] [flags]
                                   the rest of the cell is the prompt

    %%ocisweep temperature=0:1:0.25 top_p=.8,.95 repeats=3 --out r
    Name a colour.

    Values of an axis:
        0,0.5,1                    each of these
        0:1:0.25                   from 0 in steps of 0.25 up to 1
        "a, b",'c'                 texts with spaces or commas stand in quotes
        null                       the parameter is not sent
        $name, {name}              what a variable holds: a value, a list, an array, or
                                   a dict of short names and values

    Each combination of the values is a setting; each setting is asked `repeats` times.
    What was answered is kept in the store at once: the same cell again sends only what
    is missing. An interrupt stops within a second and keeps what there is.

    `_ocisweep` always holds the last result: `_ocisweep.df`, `.summary()`, `.best(...)`.
    """)


def axes_of() -> list[tuple[str, str, str]]:
    """Return each axis, what it allows, and what it does."""
    sampled = [(p.name, p.range, p.help) for p in PARAMETERS.values()]
    return [*sampled, *((name, told, told.capitalize()) for name, told in AXES.items())]


def option_forms() -> list[tuple[str, str]]:
    """Return each option as it is typed, and what it does."""
    return [(f"{o.name}={o.value}", o.help) for o in OPTIONS.values()]


def flag_forms() -> list[tuple[str, str]]:
    """Return each flag as it is typed, and what it does."""
    flags: dict[str, Flag] = {flag.name: flag for flag in SWEEP_FLAGS.values()}
    return [(f"{_names(f)} {f.value}".rstrip(), f.help) for f in flags.values()]


def sweep_help() -> str:
    """Return what `%%ocisweep?` shows."""
    axes = ", ".join(name for name, _, _ in axes_of())
    return (
        f"{_HEAD}\nOptions:\n{_entries(option_forms())}\n\nFlags:\n"
        f"{_entries(flag_forms())}\n\nAxes:\n    {axes}\n"
    )


def _names(flag: Flag) -> str:
    shorts = [n for n, f in SWEEP_FLAGS.items() if f is flag and n != flag.name]
    return ", ".join([*shorts, flag.name])


def _entries(forms: list[tuple[str, str]]) -> str:
    return "\n".join(f"{form}\n    {told}" for form, told in forms)

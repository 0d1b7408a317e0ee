"""The tables of `docs/magic.md` and `docs/doctor.md`, made from the lists of the code.

`python -m ocinb.magic.reference docs/magic.md docs/doctor.md` renews them in place.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.doctor import CHECKS
from ocinb.magic.commands.registry import COMMANDS
from ocinb.magic.commands.usage import (
    explained,
    flags_of,
    forms_of,
    own_flags,
    typed_as,
)
from ocinb.magic.ocichat import OciChatMagics
from ocinb.magic.sweeping.usage import axes_of, flag_forms, option_forms
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ocinb.magic.typed.flags import Flag

__all__ = ["renewed", "tables"]

_PLACE: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """Return every table as Markdown, by its name."""
    return {
        "commands": _table(
            ("line", "what it does"),
            ((f"`%ocichat {form}`", text) for form, text in forms_of(COMMANDS)),
        ),
        "flags": _table(
            ("flag", "what it does"),
            ((_names(f), explained(f)) for f in flags_of(sampling=False)),
        ),
        "own_flags": _table(
            ("flag", "what it does"),
            ((f"`{p}` {_names(f)}", explained(f)) for p, f in own_flags(COMMANDS)),
        ),
        "parameters": _table(
            ("flag", "allowed", "what it does"),
            (
                (_names(f), _allowed(f), f.help)
                for f in flags_of(sampling=True)
                if f.constant is not False
            ),
        ),
        "sweep_axes": _table(
            ("axis", "allowed", "what it does"),
            ((f"`{name}=`", allowed, told) for name, allowed, told in axes_of()),
        ),
        "sweep_options": _table(
            ("option", "what it does"),
            ((f"`{form}`", told) for form, told in option_forms()),
        ),
        "sweep_flags": _table(
            ("flag", "what it does"),
            ((f"`{form}`", told) for form, told in flag_forms()),
        ),
        "checks": _table(
            ("check", "what it finds out", "stands on"),
            ((f"`{c.name}`", c.looks_at, ", ".join(c.needs)) for c in CHECKS),
        ),
        "settings": _table(
            ("setting", "at first", "what it is"),
            (
                (f"`{name}`", f"`{trait.default()!r}`", trait.help)
                for name, trait in OciChatMagics.class_own_traits(config=True).items()
            ),
        ),
    }


def renewed(page: str) -> str:
    """Return a page with the tables between their marks made anew."""
    made = tables()
    return _PLACE.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", page)


def _names(flag: Flag) -> str:
    opposite = f"--no-{flag.name[2:]}"
    both = flag.constant is True and opposite in FLAGS
    return f"`{typed_as(flag)}`" + (f", `{opposite}`" if both else "")


def _allowed(flag: Flag) -> str:
    return PARAMETERS[flag.target].range if flag.value else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(map(_cell, cells))} |\n" for cells in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")

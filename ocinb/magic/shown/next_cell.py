"""Code of an answer, on its way into the next cell; nothing of it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.magic.shown.code_blocks import code_for_cell

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from ocinb.magic.shown.code_blocks import Which
    from ocinb.magic.typed.flags import Format
    from ocinb.view.footer import Footer

__all__ = ["put_code"]

_WHICH: Final[dict[str, Which]] = {
    "code": "first",
    "code:longest": "longest",
    "code:all": "all",
}


def put_code(
    shell: InteractiveShell, answer: str, footer: Footer, style: Format
) -> None:
    """Put the code of an answer into the next cell, where its format asks for that.

    Args:
        shell: makes the next cell, or fills in the next prompt of a terminal.
        answer: what the model said.
        footer: of an answer that was cut it warns; then whole blocks alone count.
        style: how the answer is shown.
    """
    which = _WHICH.get(style)
    if which is None:
        return
    code = code_for_cell(answer, which, cut=bool(footer.warning))
    if code:
        shell.set_next_input(code)

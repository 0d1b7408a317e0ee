"""How the magics enter a shell, and how they leave it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.magic.ocichat import OciChatMagics
from ocinb.magic.question_marks import keep_question_marks
from ocinb.magic.sweeping.shown import show_sweeps

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load", "unload"]

NAME: Final = OciChatMagics.__name__


def load(shell: InteractiveShell) -> None:
    """Register the magics; loading twice is harmless."""
    manager = shell.magics_manager
    if NAME in manager.registry:
        return
    magics = OciChatMagics(shell)  # which enters itself into what %config lists
    magics.displaced = {
        kind: {n: manager.magics[kind][n] for n in own if n in manager.magics[kind]}
        for kind, own in magics.magics.items()
    }
    manager.register(magics)
    shell.Completer.custom_matchers += magics.matchers
    magics.forget_sweeps = show_sweeps(shell)
    shell.input_transformers_cleanup.append(keep_question_marks)


def unload(shell: InteractiveShell) -> None:
    """Take the magics out again and stop what they started."""
    manager = shell.magics_manager
    magics = manager.registry.pop(NAME, None)
    if magics is None:
        return
    for kind, own in magics.magics.items():
        for name in own:
            manager.magics[kind].pop(name, None)
        manager.magics[kind].update(magics.displaced[kind])
    configurables: list[Any] = shell.configurables
    configurables.remove(magics)
    for matcher in magics.matchers:
        shell.Completer.custom_matchers.remove(matcher)
    magics.forget_sweeps()
    shell.input_transformers_cleanup.remove(keep_question_marks)
    magics.close()

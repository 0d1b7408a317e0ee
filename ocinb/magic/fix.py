"""What a model is asked in order to mend the last error of a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError
from ocinb.magic.failure import failure_of, last_error
from ocinb.rendering import fenced, plain_text

if TYPE_CHECKING:
    from ocinb.magic.failure import Failure

__all__ = ["Failures", "prompt_for"]

_ASK: Final = (
    "A cell of my notebook failed. Say in a few sentences why. Then give the whole "
    "mended cell in one Python code block."
)


def prompt_for(failure: Failure, words: str = "") -> str:
    """Return the prompt that asks for an explanation and for a cell that works.

    Args:
        failure: what failed.
        words: what the user adds.
    """
    cells = [
        f"Cell {cell.name}:\n{fenced(cell.code, 'python')}" for cell in failure.cells
    ]
    told = "\n".join((*failure.trace, failure.message))
    parts = (
        _ASK,
        *cells,
        f"Error:\n{fenced(told)}",
        words.strip(),
    )
    return plain_text("\n\n".join(part for part in parts if part))


class Failures:
    """The last error of a notebook, apart from those of asking about it.

    Args:
        shell: whose errors they are.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._asked: tuple[Failure, BaseException] | None = None

    def last(self) -> Failure:
        """Return the error to mend.

        Raises:
            ConfigurationError: no cell has failed.
        """
        error = last_error()
        if error is None:
            msg = "there is no error to mend: no cell has failed"
            raise ConfigurationError(msg)
        if self._asked is not None and error is self._asked[1]:
            return self._asked[0]
        return failure_of(self._shell, error)

    def asked_in_vain(self, failure: Failure, error: BaseException) -> None:
        """Note that asking about a failure failed: that is not the error to mend."""
        self._asked = (failure, error)

"""Which error is the one to mend: the last one, unless it came of asking about it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ocinb.errors import ConfigurationError
from ocinb.magic.failed.failure import failure_of, last_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.magic.failed.failure import Failure

__all__ = ["Failures"]


class Failures:
    """The errors of a notebook.

    Args:
        shell: whose errors they are.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._in_vain: tuple[Failure, BaseException] | None = None

    @contextmanager
    def asking(self) -> Iterator[Failure]:
        """Yield the error to mend; if asking fails too, it stays that one.

        Raises:
            ConfigurationError: no cell has failed.
        """
        failure = self._last()
        try:
            yield failure
        except BaseException as error:
            self._in_vain = (failure, error)
            raise

    def _last(self) -> Failure:
        error = last_error()
        if error is None:
            msg = "there is no error to mend: no cell has failed"
            raise ConfigurationError(msg)
        if self._in_vain is not None and error is self._in_vain[1]:
            return self._in_vain[0]
        return failure_of(self._shell, error)

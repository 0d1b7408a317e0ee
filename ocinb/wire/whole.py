"""The bytes of a body that is read whole, up to a limit."""

from __future__ import annotations

from ocinb.errors import AnswerError

__all__ = ["WHOLE_LIMIT", "Whole"]

WHOLE_LIMIT = 64 * 1024 * 1024
"""Bytes after which a body that is read whole is refused, so that memory stays bounded."""


class Whole:
    """Collects the pieces of a body.

    Args:
        limit: the longest body in bytes.
    """

    def __init__(self, limit: int = WHOLE_LIMIT) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            AnswerError: the body is longer than the limit.
        """
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            msg = f"the answer is longer than {self._limit} bytes"
            raise AnswerError(msg, phase="answer")

    def joined(self) -> bytes:
        """Return all pieces as one."""
        return b"".join(self._pieces)

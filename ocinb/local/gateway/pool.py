"""Room for tokens in the model's memory, shared by the answers in progress."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["TokenPool"]


class TokenPool:
    """Lets answers begin while there is room for all their tokens; first come first.

    llama.cpp's server fails every answer in progress when its memory runs out, so
    none may begin that could need more than is left.

    Args:
        tokens: how many fit in all.
    """

    def __init__(self, tokens: int) -> None:
        self._free = tokens
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def room_for(self, tokens: int) -> AsyncIterator[None]:
        """Wait until there is room, and hold it inside the with block."""
        async with self._turn:
            while self._free < tokens:
                self._freed.clear()
                await self._freed.wait()
            self._free -= tokens
        try:
            yield
        finally:
            self._free += tokens
            self._freed.set()

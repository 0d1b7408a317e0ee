"""A chat model in the kernel that makes tokens at a rate and knows when it made them."""

from __future__ import annotations

RECITER = '''
import asyncio
import time

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

class Reciter(BaseChatModel):
    """Makes `rate` tokens a second; `made_s` tells when it made each mark."""

    tokens: list[str]
    rate: float = 400.0
    made_s: dict[str, float] = {}

    @property
    def _llm_type(self):
        return "reciter"

    def _generate(self, *args, **kwargs):
        raise NotImplementedError("it streams")

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        begun_s = time.monotonic()
        for number, token in enumerate(self.tokens):
            wait_s = begun_s + number / self.rate - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            if token.startswith(("MARK", "THE-END")):
                self.made_s[token.strip()] = time.time()
            yield ChatGenerationChunk(message=AIMessageChunk(content=token))

def prose(number):
    end = ". " if number % 12 == 11 else " "
    return f"word{number % 97}" + (".\\n\\n" if number % 96 == 95 else end)

def recited(count, made=prose):
    """Tokens of which each 200th is a mark, and so is the last."""
    marked = [
        f"MARK{n} " if n % 200 == 199 else made(n) for n in range(count - 1)
    ]
    return [*marked, "THE-END"]
'''

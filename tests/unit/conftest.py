"""A chat model without a network, for the rooms that take any LangChain chat model."""

from __future__ import annotations

import asyncio
import atexit
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from langchain_core.messages import BaseMessage


class RecitingModel(BaseChatModel):
    """Answers each request with the next of its answers, and notes what was asked.

    An answer is a list of steps: a text is one token, a number a wait in seconds, an
    error is raised, a chunk is sent as it is.
    """

    answers: list[list[Any]]
    asked: list[list[Any]] = Field(default_factory=list)
    params: list[dict[str, Any]] = Field(default_factory=list)
    hangups: int = 0
    finish_reason: str = "stop"

    @property
    def _llm_type(self) -> str:
        return "reciting"

    def _steps(self, messages: list[BaseMessage], params: dict[str, Any]) -> list[Any]:
        self.asked.append(messages)
        self.params.append({k: v for k, v in params.items() if v is not None})
        return self.answers[min(len(self.asked), len(self.answers)) - 1]

    async def _astream(
        self, messages: list[BaseMessage], **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        kwargs.pop("run_manager", None)
        steps = self._steps(messages, kwargs)
        try:
            for step in steps:
                await asyncio.sleep(step if isinstance(step, (int, float)) else 0)
                if isinstance(step, BaseException):
                    raise step
                if isinstance(step, str):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=step))
                elif isinstance(step, AIMessageChunk):
                    yield ChatGenerationChunk(message=step)
        except (asyncio.CancelledError, GeneratorExit):
            self.hangups += 1
            raise
        yield ChatGenerationChunk(message=self._last_chunk(len(steps)))

    def _last_chunk(self, tokens: int) -> AIMessageChunk:
        usage = UsageMetadata(
            input_tokens=7, output_tokens=tokens, total_tokens=7 + tokens
        )
        facts = {"finish_reason": self.finish_reason, "model_name": "reciter"}
        return AIMessageChunk(content="", response_metadata=facts, usage_metadata=usage)

    def _generate(self, messages: list[BaseMessage], **kwargs: Any) -> ChatResult:
        steps = self._steps(messages, kwargs)
        text = "".join(step for step in steps if isinstance(step, str))
        message = AIMessage(text, response_metadata={"finish_reason": "stop"})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=list(tools), **kwargs)


@pytest.fixture
def reciting() -> type[RecitingModel]:
    """The class of a chat model that recites what it is given."""
    return RecitingModel


@pytest.fixture
def make_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """Make shells with a configuration; all are ended after the test."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)
    made = []

    def make(config: Config | None = None) -> Any:
        merged = Config({"HistoryManager": {"enabled": False}})
        merged.merge(config or Config())
        made.append(InteractiveShell(config=merged))
        return made[-1]

    yield make
    for shell in made:  # without a history there is nothing that has to be closed
        atexit.unregister(shell.atexit_operations)


@pytest.fixture
def bare_shell(make_shell: Callable[..., Any]) -> Any:
    """A shell without the magics."""
    return make_shell()

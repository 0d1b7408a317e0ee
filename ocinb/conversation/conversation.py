"""A conversation: ordered turns with one chat model, whichever face shows them."""

from __future__ import annotations

from contextlib import closing
from inspect import isawaitable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain_core.messages import SystemMessage

from ocinb.conversation.history import history_for_request, is_sent
from ocinb.conversation.requests import NOBODY_ASKED, ToolRequest
from ocinb.conversation.run import MAX_ROUNDS, Run
from ocinb.conversation.toolbox import Toolbox
from ocinb.conversation.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

    from ocinb.conversation.rounds import Item

__all__ = ["Conversation"]

Approve: TypeAlias = "Callable[[ToolRequest], object]"


class Conversation:
    """Ordered turns with a chat model.

    ```python
    talk = Conversation(model, system="Answer in one sentence.")
    turn = talk.ask("Why is the sky blue?", temperature=0.5)
    turn.text, turn.timings.ttft_s
    ```

    Args:
        model: any LangChain chat model; it can be changed between turns.
        system: instructions that every request starts with.
        tools: functions, LangChain tools, pydantic classes or dicts that the model
            may call. No call runs before somebody approves it.
        safe_tools: those of them, or their names, that run without being asked for.
        max_history: how many earlier turns a request carries at most; None is all.
        max_rounds: how many answers the model may give in one turn; after the last
            one no tool runs.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        system: str = "",
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool] = (),
        safe_tools: Sequence[Any] = (),
        max_history: int | None = None,
        max_rounds: int = MAX_ROUNDS,
    ) -> None:
        self.model = model
        self.system = system
        self.tools = tuple(tools)
        self.safe_tools = tuple(safe_tools)
        self.max_history = max_history
        self.max_rounds = max_rounds
        Toolbox(self.tools, self.safe_tools)  # refuses what is no tool
        self._runs: list[Run] = []

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn in order, failed, stopped and stale ones too."""
        return tuple(run.turn for run in self._runs)

    @property
    def messages(self) -> list[BaseMessage]:
        """What the next request would carry before its prompt."""
        return [*self._system(), *history_for_request(self._context(self.turns))]

    def messages_for(self, prompt: str, *, key: Hashable = None) -> list[BaseMessage]:
        """Return what a request with this prompt would carry; nothing is changed.

        The arguments are those of `start`.
        """
        before = self._context(self.turns[: self._place_of(key)])
        return [*self._system(), *history_for_request((*before, Turn(prompt)))]

    def ask(
        self, prompt: str, *, approve: Approve | None = None, **options: Any
    ) -> Turn:
        """Send `prompt` and return the finished turn.

        Args:
            prompt: what to ask.
            approve: called with each `ToolRequest` that waits, to approve, edit or
                reject it. What it leaves undecided is rejected, and without it all is.
            **options: as for `start`.

        Raises:
            OcinbError: the model's own error, with `partial_text`. Other chat
                models raise their own kinds.
        """
        run = self.start(prompt, **options)
        for _ in _decided(run.chunks(), approve):
            pass
        return run.turn

    async def aask(
        self,
        prompt: str,
        *,
        approve: Callable[[ToolRequest], object] | None = None,
        **options: Any,
    ) -> Turn:
        """Do as `ask` on the caller's own event loop; `approve` may be a coroutine."""
        run = self.start(prompt, **options)
        async for item in run.achunks():
            if isinstance(item, ToolRequest) and item.waiting:
                said = approve(item) if approve else None
                if isawaitable(said):
                    await said
                item.reject(NOBODY_ASKED)
        return run.turn

    def stream(
        self, prompt: str, *, approve: Approve | None = None, **options: Any
    ) -> Generator[Item]:
        """Send `prompt` and yield what comes: chunks of answers, tool calls, results.

        The answer is streamed on the background loop. Whatever ends it, the turn
        keeps the text that came: closing the generator or an interrupt stops it
        and closes the connection.

        Args:
            prompt: what to ask.
            approve: as for `ask`. A `ToolRequest` may also be decided when it is
                yielded; one that still waits when the next item is asked for is
                rejected.
            **options: as for `start`.

        Raises:
            OcinbError: the model's own error, with `partial_text`. Other chat
                models raise their own kinds.
        """
        yield from _decided(self.start(prompt, **options).chunks(), approve)

    def start(
        self,
        prompt: str,
        *,
        key: Hashable = None,
        callbacks: Sequence[BaseCallbackHandler] = (),
        **params: Any,
    ) -> Run:
        """Put a pending turn into the conversation and return its run.

        Nothing is sent until the run is iterated over.

        Args:
            prompt: what to ask.
            key: names the place of this turn, such as a cell. A turn that was
                asked with the same key is replaced: only the turns before it are
                sent, and later ones become stale.
            callbacks: told what happens, in LangChain's way.
            **params: sampling parameters for this turn alone.
        """
        place = self._place_of(key)
        before = self._context(self.turns[:place])
        turn = Turn(
            prompt, params=MappingProxyType(params), context=len(before), key=key
        )
        messages = self.messages_for(prompt, key=key)
        run = Run(
            turn,
            self._streamer(),
            messages,
            toolbox=Toolbox(self.tools, self.safe_tools, callbacks),
            max_rounds=self.max_rounds,
            callbacks=callbacks,
        )
        for later in self._runs[place + 1 :]:
            later.mark_stale()
        self._runs[place : place + 1] = [run]
        return run

    def _place_of(self, key: Hashable) -> int:
        """Return the index of the turn asked with `key`, or the one after the last."""
        if key is not None:
            for index, run in enumerate(self._runs):
                if run.turn.key == key:
                    return index
        return len(self._runs)

    def _context(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        sent = tuple(turn for turn in turns if is_sent(turn))
        kept = len(sent) if self.max_history is None else self.max_history
        return sent[max(0, len(sent) - kept) :]

    def _system(self) -> list[BaseMessage]:
        return [SystemMessage(self.system)] if self.system else []

    def _streamer(self) -> Runnable[LanguageModelInput, AIMessage]:
        return self.model.bind_tools(self.tools) if self.tools else self.model


def _decided(items: Generator[Item], approve: Approve | None) -> Generator[Item]:
    """Yield the items of a run, and leave no tool call undecided."""
    with closing(items):
        for item in items:
            if isinstance(item, ToolRequest) and item.waiting and approve:
                approve(item)
            yield item
            if isinstance(item, ToolRequest):
                item.reject(NOBODY_ASKED)

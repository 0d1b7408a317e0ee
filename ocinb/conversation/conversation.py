"""A conversation: turns with one chat model, whichever face shows them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from langchain_core.messages import SystemMessage

from ocinb.conversation.agents import is_chat_model
from ocinb.conversation.approval import aapproved, approved, finished
from ocinb.conversation.going_on import refuse_whole
from ocinb.conversation.history import history_for_request, is_sent
from ocinb.conversation.loading import load
from ocinb.conversation.places import Places
from ocinb.conversation.run import MAX_ROUNDS, Run
from ocinb.conversation.saving import save
from ocinb.conversation.toolbox import Toolbox, offered
from ocinb.conversation.turn import Turn
from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable, Mapping, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool
    from typing_extensions import Self

    from ocinb.conversation.approval import Approve
    from ocinb.conversation.rounds import Item
    from ocinb.conversation.turn import Prompt

__all__ = ["Conversation"]


class Conversation:
    """Turns with a chat model, in a tree: a prompt asked again makes a branch.

    ```python
    talk = Conversation(model, system="Answer in one sentence.")
    turn = talk.ask("Why is the sky blue?", temperature=0.5)
    turn.text, turn.timings.ttft_s
    talk.retry()  # another answer, in a branch of its own
    ```

    Args:
        model: any LangChain chat model; it can be changed between turns. Or an agent:
            a Runnable that streams messages and runs its own tools.
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
        model: BaseChatModel | Runnable[Any, Any],
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
        self._places = Places()
        Toolbox(self.tools, self.safe_tools)  # refuses what is no tool

    # Reading

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns up to the current one, failed, stopped and stale ones too."""
        return self._places.turns_to(self._places.leaf)

    @property
    def messages(self) -> list[BaseMessage]:
        """What the next request would carry before its prompt."""
        return [*self._system(), *history_for_request(self._context(self.turns))]

    def messages_for(
        self, prompt: Prompt, *, key: Hashable = None, beside: Turn | None = None
    ) -> list[BaseMessage]:
        """Return what a request with this prompt would carry; nothing is changed.

        The arguments are those of `start`.
        """
        _, parent = self._place(key, beside)
        before = self._context(self._places.turns_to(parent))
        return self._request((*before, Turn.of(prompt)))

    # Asking, and waiting for the answer

    def ask(
        self, prompt: Prompt, *, approve: Approve | None = None, **options: Any
    ) -> Turn:
        """Send `prompt` and return the finished turn.

        Args:
            prompt: what to ask: a text, or content parts in LangChain's form.
            approve: called with each `ToolRequest` that waits, to approve, edit or
                reject it. What it leaves undecided is rejected, and without it all is.
            **options: as for `start`.

        Raises:
            OcinbError: the model's own error, with `partial_text`. Other chat
                models raise their own kinds.
        """
        return finished(self.start(prompt, **options), approve)

    async def aask(
        self, prompt: Prompt, *, approve: Approve | None = None, **options: Any
    ) -> Turn:
        """Do as `ask` on the caller's own event loop; `approve` may be a coroutine."""
        run = self.start(prompt, **options)
        async for _ in aapproved(run.achunks(), approve):
            pass
        return run.turn

    def stream(
        self, prompt: Prompt, *, approve: Approve | None = None, **options: Any
    ) -> Generator[Item]:
        """Send `prompt` and yield what comes: chunks of answers, tool calls, results.

        The answer is streamed on the background loop. Whatever ends it, the turn
        keeps the text that came: closing the generator or an interrupt stops it
        and closes the connection.

        Args:
            prompt: as for `ask`.
            approve: as for `ask`. A `ToolRequest` may also be decided when it is
                yielded; one that still waits when the next item is asked for is
                rejected.
            **options: as for `start`.

        Raises:
            OcinbError: the model's own error, with `partial_text`. Other chat
                models raise their own kinds.
        """
        yield from approved(self.start(prompt, **options).chunks(), approve)

    def retry(
        self,
        turn: Turn | None = None,
        *,
        approve: Approve | None = None,
        **options: Any,
    ) -> Turn:
        """Ask the prompt of a turn again, in a branch beside it, and return the answer.

        Args:
            turn: whose prompt; None is the last one.
            approve: as for `ask`.
            **options: as for `start`, on top of the turn's own parameters.

        Raises:
            ParameterError: there is no such turn.
            OcinbError: as `ask`.
        """
        prompt = self._places.known(turn).content
        return self.edit(prompt, turn, approve=approve, **options)

    def edit(
        self,
        prompt: Prompt,
        turn: Turn | None = None,
        *,
        approve: Approve | None = None,
        **options: Any,
    ) -> Turn:
        """Ask another prompt in a turn's place, in a branch beside it.

        Args:
            prompt: as for `ask`.
            turn: in whose place; None is the last one.
            approve: as for `ask`.
            **options: as for `start`, on top of the turn's own parameters.

        Raises:
            ParameterError: there is no such turn.
            OcinbError: as `ask`.
        """
        beside = self._places.known(turn)
        given = {"key": beside.key, **beside.params, **options}
        return finished(self.start(prompt, beside=beside, **given), approve)

    def go_on(self, *, approve: Approve | None = None, **options: Any) -> Turn:
        """Let the last answer go on where it was cut, and return its turn.

        The new text joins the old one. If nothing comes, the turn is as it was.

        Args:
            approve: as for `ask`.
            **options: as for `start_going_on`.

        Raises:
            ParameterError: there is no answer that was cut.
            OcinbError: as `ask`.
        """
        return finished(self.start_going_on(**options), approve)

    # Asking, for a face that shows what comes

    def start(
        self,
        prompt: Prompt,
        *,
        key: Hashable = None,
        beside: Turn | None = None,
        callbacks: Sequence[BaseCallbackHandler] = (),
        **params: Any,
    ) -> Run:
        """Put a pending turn into the conversation and return its run.

        Nothing is sent until the run is iterated over or begun.

        Args:
            prompt: what to ask: a text, or content parts in LangChain's form.
            key: names the place of this turn, such as a cell. A turn that was
                asked with the same key is replaced: only the turns before it are
                sent, and later ones become stale.
            beside: the turn beside which this one begins a branch; None puts it after
                the last one.
            callbacks: told what happens, in LangChain's way.
            **params: sampling parameters for this turn alone.

        Raises:
            ParameterError: a tool cannot be offered, an agent is given parameters, or
                there is no round.
        """
        place, parent = self._place(key, beside)
        before = self._context(self._places.turns_to(parent))
        given = MappingProxyType(params)
        turn = replace(
            Turn.of(prompt), params=given, context=len(before), key=key, parent=parent
        )
        make = self._run_of(callbacks, params)  # refuses before anything is changed
        place = place or self._places.make(parent)
        self._places.clear(place)
        turn = replace(turn, id=place)
        run = make(turn, messages=self._request((*before, turn)))
        self._places.put(place, run)
        return run

    def start_going_on(
        self, *, callbacks: Sequence[BaseCallbackHandler] = (), **params: Any
    ) -> Run:
        """Return a run that lets the last answer go on where it was cut.

        Args:
            callbacks: told what happens, in LangChain's way.
            **params: sampling parameters, on top of the turn's own.

        Raises:
            ParameterError: there is no answer that was cut.
        """
        begun = self._places.known(None)
        refuse_whole(begun)
        before = self._context(self._places.turns_to(begun.parent))
        given = MappingProxyType({**begun.params, **params})
        turn = replace(begun, status="pending", params=given, context=len(before))
        make = self._run_of(callbacks, given)
        run = make(turn, messages=self._request((*before, turn)), before=begun)
        self._places.put(turn.id, run)
        return run

    # Moving in the tree

    def undo(self) -> Turn | None:
        """Step back to before the last turn, which stays a branch; return it."""
        return self._places.undo()

    def branches(self, turn: Turn) -> tuple[Turn, ...]:
        """Return the turns in a turn's place, this one too, the oldest first.

        Raises:
            ParameterError: there is no such turn.
        """
        return self._places.branches(turn)

    def switch(self, turn: Turn) -> None:
        """Walk to a branch, and to where the conversation stood last in it.

        Raises:
            ParameterError: there is no such turn.
        """
        self._places.switch(turn)

    def delete(self, turn: Turn) -> None:
        """Take a turn away, with all that follows it in every branch.

        Raises:
            ParameterError: there is no such turn.
        """
        self._places.delete(turn)

    # Keeping

    def to_json(self) -> str:
        """Return the whole conversation as text, every branch of it.

        Neither the model nor its credentials, neither tools nor callbacks are in it.
        """
        settings = {
            "system": self.system,
            "max_history": self.max_history,
            "max_rounds": self.max_rounds,
        }
        return save(settings, self._places.all, self._places.leaf)

    @classmethod
    def from_json(
        cls, text: str, model: BaseChatModel | Runnable[Any, Any], **settings: Any
    ) -> Self:
        """Return the conversation that `to_json` wrote.

        Args:
            text: what it wrote.
            model: what answers from now on.
            **settings: as for the class, such as `tools`; in place of what was saved.

        Raises:
            ParameterError: the text is no conversation, or of another version.
        """
        saved = load(text)
        talk = cls(model, **{**saved.settings, **settings})
        talk._places = Places(saved.turns)
        talk._places.stand_at(saved.leaf)
        return talk

    # Inside

    def _place(self, key: Hashable, beside: Turn | None) -> tuple[str, str]:
        """Return where a turn would stand, "" for a new place, and after which turn."""
        if beside is not None:
            return "", self._places.known(beside).parent
        replaced = self._places.with_key(key)
        return (replaced.id, replaced.parent) if replaced else ("", self._places.leaf)

    def _context(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        sent = tuple(turn for turn in turns if is_sent(turn))
        kept = len(sent) if self.max_history is None else self.max_history
        return sent[max(0, len(sent) - kept) :]

    def _request(self, turns: Sequence[Turn]) -> list[BaseMessage]:
        return [*self._system(), *history_for_request(turns)]

    def _system(self) -> list[BaseMessage]:
        return [SystemMessage(self.system)] if self.system else []

    def _run_of(
        self, callbacks: Sequence[BaseCallbackHandler], params: Mapping[str, Any]
    ) -> Callable[..., Run]:
        """Return what makes a run, once everything for it is at hand."""
        if params and not is_chat_model(self.model):
            names = ", ".join(one_line(name, 40) for name in params)
            msg = f"an agent takes no sampling parameters ({names})"
            raise ParameterError(msg, hint="set them on the agent's own model")
        if self.max_rounds < 1:
            msg = f"max_rounds must be at least 1 (got {self.max_rounds})"
            raise ParameterError(msg)
        return partial(
            Run,
            model=offered(self.model, self.tools),
            toolbox=Toolbox(self.tools, self.safe_tools, callbacks),
            max_rounds=self.max_rounds,
            callbacks=callbacks,
        )

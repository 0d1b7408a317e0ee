"""What calls do on the wire, told to LangChain's callbacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    CallbackManager,
    CallbackManagerForLLMRun,
)
from langchain_core.callbacks.manager import handle_event
from langchain_core.runnables.config import ensure_config
from tenacity import RetryAction, RetryCallState

from ocinb.wire.notices import Answered, Arrived, Notice, Sent, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.callbacks import Callbacks
    from langchain_core.runnables import RunnableConfig

    from ocinb.wire.notices import Tell
    from ocinb.wire.payload import Payload

__all__ = ["WireCall", "WireLog", "teller", "with_run_manager"]

_Manager = TypeVar("_Manager", CallbackManagerForLLMRun, AsyncCallbackManagerForLLMRun)


@dataclass
class WireCall:
    """What one call of a model did on the wire.

    Attributes:
        run_id: LangChain's id of the run.
        notices: everything, in order.
    """

    run_id: UUID
    notices: list[Notice] = field(default_factory=list, repr=False)

    @property
    def attempts(self) -> int:
        """Requests made, retries included."""
        return max((n.attempt for n in self.notices if isinstance(n, Sent)), default=0)

    @property
    def waits(self) -> list[Waiting]:
        """The pauses between attempts: how long each is, and why."""
        return [n for n in self.notices if isinstance(n, Waiting)]

    @property
    def answer(self) -> Answered | None:
        """The head of the last answer: status, opc-request-id and headers."""
        heads = [n for n in self.notices if isinstance(n, Answered)]
        return heads[-1] if heads else None

    @property
    def request_id(self) -> str:
        """The `opc-request-id` of the last answer; empty if none came."""
        return self.answer.request_id if self.answer else ""

    @property
    def events(self) -> list[tuple[float, Payload]]:
        """Each event of a stream with the seconds since the call began."""
        return [(n.at_s, n.payload) for n in self.notices if isinstance(n, Arrived)]

    def __str__(self) -> str:
        told = [n for n in self.notices if not isinstance(n, Arrived)]
        lines = [f"{n.at_s:8.3f} s  {_words(n)}" for n in told]
        if self.events:
            first_s, last_s = self.events[0][0], self.events[-1][0]
            count = len(self.events)
            lines.append(f"{first_s:8.3f} s  first event")
            lines.append(f"{last_s:8.3f} s  last of {count} events")
        return "\n".join(lines)


def _words(notice: Notice) -> str:
    match notice:
        case Sent():
            return f"request {notice.attempt} to {notice.url}"
        case Answered():
            named = notice.request_id and f", opc-request-id {notice.request_id}"
            return f"status {notice.status}{named}"
        case Waiting():
            return f"waiting {notice.seconds:.1f} s: {notice.error}"
        case Arrived():
            return "an event"


class WireLog(BaseCallbackHandler):
    """Notes what calls do on the wire: attempts, waits, opc-request-id, event times.

    Example:
        ```python
        log = WireLog()
        chat.invoke("Name three colours.", config={"callbacks": [log]})
        log.last.attempts, log.last.request_id
        print(log)
        ```

    Args:
        tell: called with each notice as it happens, by the thread that makes the
            call: to show who is waited for and how long.

    Attributes:
        calls: one a run, in the order in which they began.
    """

    run_inline = True  # in order, and without a thread for each event
    ignore_llm = ignore_retry = ignore_chain = ignore_agent = True
    ignore_retriever = ignore_chat_model = ignore_custom_event = True

    def __init__(self, tell: Callable[[Notice], None] | None = None) -> None:
        self.calls: list[WireCall] = []
        self._tell = tell

    @property
    def last(self) -> WireCall:
        """The call that began last.

        Raises:
            IndexError: there was none.
        """
        return self.calls[-1]

    def on_wire(self, notice: Notice, *, run_id: UUID) -> None:
        """Take a notice."""
        calls = (call for call in reversed(self.calls) if call.run_id == run_id)
        call = next(calls, None)
        if call is None:
            call = WireCall(run_id)
            self.calls.append(call)
        call.notices.append(notice)
        if self._tell is not None:
            self._tell(notice)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.calls))


def teller(
    run_manager: CallbackManagerForLLMRun | AsyncCallbackManagerForLLMRun | None,
) -> Tell | None:
    """Return what passes notices on to the callbacks of a run, if there are any.

    Every callback is told of a retry in LangChain's own way (`on_retry`).
    """
    if run_manager is None or not run_manager.handlers:
        return None
    logs: list[BaseCallbackHandler] = [
        handler for handler in run_manager.handlers if isinstance(handler, WireLog)
    ]

    def tell(notice: Notice) -> Any:
        handle_event(logs, "on_wire", None, notice, run_id=run_manager.run_id)
        if isinstance(notice, Waiting):
            return run_manager.on_retry(_retry_state(notice))
        return None

    return tell


def with_run_manager(
    config: RunnableConfig | None, own: Callbacks, kind: type[_Manager]
) -> tuple[RunnableConfig, dict[str, _Manager]]:
    """Return the config of a stream, and its run manager as a keyword argument.

    LangChain hands a model's streams no run manager, so that nobody would hear of
    their retries. This one has the run's id and callbacks.

    Args:
        config: what `stream` was called with.
        own: callbacks of the model itself.
        kind: the class of the run manager.
    """
    config = ensure_config(config)
    manager = CallbackManager.configure(config.get("callbacks"), own)
    if not manager.handlers:
        return config, {}
    run_id = config.get("run_id") or uuid4()
    run = kind(
        run_id=run_id,
        handlers=manager.handlers,
        inheritable_handlers=manager.inheritable_handlers,
        parent_run_id=manager.parent_run_id,
    )
    return {**config, "run_id": run_id}, {"run_manager": run}


def _retry_state(notice: Waiting) -> RetryCallState:
    state = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]  # no retry loop of tenacity is run
    state.attempt_number = notice.attempt
    state.idle_for = notice.seconds
    state.next_action = RetryAction(notice.seconds)
    error = notice.error
    state.set_exception((type(error), error, error.__traceback__))
    return state

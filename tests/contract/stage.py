"""One scripted deployment that plays what each test wants, and models that ask it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.local import LocalDeployment, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from typing_extensions import Self

    from ocinb.local import ReceivedRequest


class Stage:
    """A deployment whose script may be changed, so that tests need only one."""

    def __init__(self) -> None:
        self._deployment = LocalDeployment(script=self._next)
        self._scripts: Sequence[Script] = ()
        self._played = 0
        self._start = (0, 0, 0)
        self.auth: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._deployment.start()
        self.auth = self._deployment.auth  # once, since it reads the key each time
        return self

    def __exit__(self, *_: object) -> None:
        self._deployment.stop()

    def _next(self, _request: ReceivedRequest) -> Script:
        self._played += 1
        return self._scripts[min(self._played, len(self._scripts)) - 1]

    @contextmanager
    def playing(self, *scripts: Script, **fields: Any) -> Iterator[Any]:
        """Play scripts, one a request, the last again and again, to a new model."""
        deployment = self._deployment
        self._scripts, self._played = scripts, 0
        self._start = (
            len(deployment.requests),
            len(deployment.hangups),
            deployment.connections,
        )
        model = self.model(**fields)
        try:
            yield model
        finally:
            model._client.close()

    def model(self, **fields: Any) -> ChatOCIModelDeploymentVLLM:
        usual = {"endpoint": self.endpoint, "auth": self.auth}
        return ChatOCIModelDeploymentVLLM(**{**usual, **fields})

    @property
    def endpoint(self) -> str:
        return self._deployment.endpoint

    @property
    def profile_path(self) -> Path:
        """A config file with which another process may ask."""
        return self._deployment.profile_path

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """What came since the scripts were put on."""
        return self._deployment.requests[self._start[0] :]

    @property
    def hangups(self) -> tuple[float, ...]:
        """When clients hung up during an answer, since the scripts were put on."""
        return self._deployment.hangups[self._start[1] :]

    @property
    def connections(self) -> int:
        """Connections accepted since the scripts were put on."""
        return self._deployment.connections - self._start[2]


class Desk(Stage):
    """A deployment whose answers are a function of the request."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Callable[[ReceivedRequest], Script] = lambda _: Script.answer(
            "One two three."
        )

    def _next(self, request: ReceivedRequest) -> Script:
        return self.answer(request)

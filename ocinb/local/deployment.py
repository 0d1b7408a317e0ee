"""An embedded model deployment on loopback: `LocalDeployment`."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from ocinb.local.scripted import ScriptedServer
from ocinb.wire.signing import (
    RequestSigner,
    fingerprint_of,
    make_private_key,
    public_key_of,
)

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ocinb.local.desk import Answers
    from ocinb.local.received import ReceivedRequest

__all__ = ["LocalDeployment"]


class LocalDeployment:
    """A model deployment on this machine that speaks Oracle's wire.

    Args:
        script: answers from a script instead of a model.
    """

    def __init__(self, *, script: Answers) -> None:
        key = make_private_key()
        key_id = f"ocid1.tenancy.local/ocid1.user.local/{fingerprint_of(key)}"
        self._signer = RequestSigner(key_id, key)
        self._server = ScriptedServer(
            script,
            key_id=key_id,
            public_key=public_key_of(key),
            ocid=f"ocid1.datasciencemodeldeployment.local.{token_hex(8)}",
        )

    @property
    def endpoint(self) -> str:
        """Predict URL."""
        return self._server.endpoint

    @property
    def auth(self) -> dict[str, Any]:
        """Credentials as ADS gives them."""
        return {"config": {}, "signer": self._signer, "client_kwargs": {}}

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """Every request received."""
        return self._server.requests

    @property
    def hangups(self) -> tuple[float, ...]:
        """When clients hung up while an answer was under way."""
        return self._server.hangups

    @property
    def connections(self) -> int:
        """Connections accepted."""
        return self._server.connections

    @property
    def failures(self) -> tuple[BaseException, ...]:
        """What a script function raised."""
        return self._server.failures

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

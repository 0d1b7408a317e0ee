"""Models and values as bytes for other processes: never with a key in them."""

from __future__ import annotations

import pickle
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from langchain_core.runnables.base import RunnableBinding
from pydantic import SecretBytes, SecretStr

from ocinb.chat_models.headers import without_values
from ocinb.chat_models.settings import Settings
from ocinb.errors import ParameterError, one_line
from ocinb.wire.auth import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["dumps", "loads", "packed_model", "unpacked_model"]

_ELSEWHERE: Final = (
    'pass the model auth="resource_principal", "instance_principal", "api_key" or '
    '"security_token", or a signer of ocinb.wire.profile'
)


def packed_model(model: Any) -> bytes:
    """Return a chat model as bytes that hold no key, pass phrase, token or signer.

    One of ocinb's goes with a description of how its signer was made, so that a worker
    makes one of its own.

    Raises:
        ParameterError: workers could not ask it.
        MissingExtraError: it has no `auth`, and oracle-ads, which has one, is missing.
    """
    bare: Any = model
    given: dict[str, Any] = {}
    while isinstance(bare, RunnableBinding):
        given = {**bare.kwargs, **given}
        bare = bare.bound
    if isinstance(bare, Settings):
        bare = _described(bare)
    else:
        _refuse_secrets(bare)
    return dumps((bare, given))


def unpacked_model(packed: bytes) -> Any:
    """Return the model of `packed_model`."""
    bare, given = loads(packed)
    return bare.bind(**given) if given else bare


def dumps(value: Any) -> bytes:
    """Return a value as bytes.

    Raises:
        ParameterError: it cannot leave this process.
    """
    pack: Any = pickle
    with suppress(ImportError):  # it comes with Dask, and knows what a notebook defines
        pack = import_module("cloudpickle")
    try:
        packed: bytes = pack.dumps(value)
    except Exception as error:
        fault = one_line(f"{type(error).__name__}: {error}", 200)
        msg = f"the model or a prompt cannot be sent to workers ({fault})"
        raise ParameterError(msg, hint="run the sweep without client=") from error
    return packed


def loads(packed: bytes) -> Any:
    """Return what one of our own processes packed."""
    return pickle.loads(packed)  # noqa: S301 - from the user's own workers


def _described(model: Settings) -> Settings:
    """Return a copy whose signer is described, and no more than that.

    Raises:
        ParameterError: it cannot be described, or there are headers that may be keys.
    """
    headers: Mapping[str, Any] = model.default_headers or {}
    kept = without_values(headers)
    private = [str(name) for name in headers if kept[name] is None]
    if private:
        msg = (
            f"the values of default_headers {one_line(', '.join(private), 200)} may be "
            "keys and are not sent to workers"
        )
        raise ParameterError(msg, hint="run the sweep without client=")
    origin = Credentials(model.auth).origin
    if origin is None:
        kind = type(model.auth).__name__
        msg = f"workers make their own signers, and cannot make this one (a {kind})"
        raise ParameterError(msg, hint=_ELSEWHERE)
    copied = model.model_copy()
    copied.auth = origin
    return copied


def _refuse_secrets(model: Any) -> None:
    for name, value in getattr(model, "__dict__", {}).items():
        if isinstance(value, (SecretStr, SecretBytes)) and value.get_secret_value():
            msg = (
                f"{type(model).__name__} holds a key in {one_line(name, 60)}, and keys "
                "are not sent to workers"
            )
            raise ParameterError(msg, hint="run the sweep without client=")

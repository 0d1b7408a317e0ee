"""The fields of a chat model: their checks, copies and dumps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import Field, PrivateAttr, model_validator

from ocinb.chat_models.parameters import Parameters, sampling_field
from ocinb.chat_models.prepared import checked_headers
from ocinb.chat_models.timeouts import timeouts_of
from ocinb.errors import ParameterError
from ocinb.wire.client import Client
from ocinb.wire.endpoint import parse_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.language_models.base import LangSmithParams

__all__ = ["Settings"]


class Settings(Parameters, BaseChatModel):
    """What a chat model is told once, without what it does with it.

    No copy, pickle, dump or repr holds the credentials.
    """

    endpoint: str = ""
    """Predict URL of the deployment; the environment variable `OCI_LLM_ENDPOINT` where
    it is not given."""

    auth: Any = Field(default_factory=dict, exclude=True, repr=False)
    """An ADS dict `{config, signer, client_kwargs}` or an oci signer. Where it is not
    given, `ads.common.auth.default_signer()` is asked on the first request."""

    model: str = "odsc-llm"
    """Name of the model as the server knows it."""

    streaming: bool = False
    """Stream answers also for `invoke`."""

    max_retries: int = 3
    """Requests after the first one that failed for a passing reason; 0 is none."""

    default_headers: dict[str, Any] | None = Field(default=None, repr=False)
    """Headers added to every request."""

    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    """Fields of the request body that have no field of their own here."""

    timeout: float | dict[str, float | None] | None = None
    """Seconds: a number, or `{"connect": 10, "idle": 60, "total": None}`. By default a
    stream may pause for 60 s and last for ever; a whole answer may take 65 s."""

    stop: list[str] | None = sampling_field("stop")
    """The answer ends where one of these strings would begin."""

    parameter_names: ClassVar[tuple[str, ...]] = ("stop",)

    _client: Client = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _check_fields(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        checked = cls.check_given(given)
        checked_headers(checked.get("default_headers"))
        timeouts_of(checked.get("timeout"), stream=False)
        return checked

    def model_post_init(self, context: Any, /) -> None:
        """Check what one field alone cannot tell, before any request."""
        super().model_post_init(context)
        self.forget_defaults()
        self.endpoint = self.endpoint or os.environ.get("OCI_LLM_ENDPOINT", "")
        parse_endpoint(self.endpoint)
        if self.max_retries < 0:
            msg = f"max_retries must be an integer >= 0 (got {self.max_retries})"
            raise ParameterError(msg)
        self._client = Client(self.auth)

    @property
    def _llm_type(self) -> str:
        return "oci_model_depolyment_chat_endpoint"  # sic: cache keys hold it

    @property
    def _identifying_params(self) -> dict[str, Any]:
        params = self.own_params().items()
        return {
            "endpoint": self.endpoint,
            "model": self.model,
            **{name: value for name, value in params if value is not None},
        }

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        # LangChain keeps what it once made of the fields, in copies too: a copy with
        # other parameters would be answered from the cache of its original.
        self.__dict__.pop("_serialized", None)
        return super()._get_llm_string(stop, **kwargs)

    def _get_ls_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "oci"
        params["ls_model_name"] = kwargs.get("model") or self.model
        return params

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Tell LangChain that `dumps` and `load` work."""
        return True

    def to_json(self) -> Any:
        """Return what `dumps` writes: every set field but the credentials."""
        written: dict[str, Any] = dict(super().to_json())
        fields = {**written["kwargs"], **self.set_params()}
        return {**written, "kwargs": {k: v for k, v in fields.items() if k != "auth"}}

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        yield "endpoint", parse_endpoint(self.endpoint).host
        yield "model", self.model
        yield from self.set_params().items()

    def __getstate__(self) -> dict[Any, Any]:
        # A signer holds a private key and connections belong to their process.
        state = super().__getstate__()
        fields = {k: v for k, v in state["__dict__"].items() if k != "auth"}
        return {
            **state,
            "__dict__": {**fields, "auth": {}},
            "__pydantic_private__": None,
        }

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__({**state, "__pydantic_private__": {}})
        self._client = Client(self.auth)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Settings:
        # Copies share the signer and the connections, which threads may share too.
        memo = {} if memo is None else memo
        for shared in (self.auth, self._client):
            memo[id(shared)] = shared
        return super().__deepcopy__(memo)

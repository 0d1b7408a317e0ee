"""The fields of a chat model: their checks, copies and dumps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PrivateAttr, field_serializer, model_validator

from ocinb.chat_models.counting import CountsTokens
from ocinb.chat_models.headers import with_values, without_values
from ocinb.chat_models.parameters import Parameters, sampling_field
from ocinb.chat_models.prepared import checked_headers
from ocinb.chat_models.summary import summary_html
from ocinb.chat_models.timeouts import timeouts_of
from ocinb.wire.client import Client
from ocinb.wire.endpoint import parse_endpoint
from ocinb.wire.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from langchain_core.callbacks import Callbacks
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.language_models.base import LangSmithParams
    from langchain_core.messages import AIMessage
    from typing_extensions import Self

__all__ = ["Settings"]


class Settings(Parameters, CountsTokens):
    """What a chat model is told once, without what it does with it.

    No pickle, dump or repr holds the credentials, or the value of a header that may be
    a key. A field that is set later is checked as in the constructor.
    """

    endpoint: str = ""
    """Predict URL of the deployment; the environment variable `OCI_LLM_ENDPOINT` where
    it is not given."""

    auth: Any = Field(default_factory=dict, exclude=True, repr=False)
    """An ADS dict `{config, signer, client_kwargs}`, an oci signer, or the name of a way
    to sign. Where it is not given, `ads.common.auth.default_signer()` is asked on the
    first request."""

    model: str = "odsc-llm"
    """Name of the model as the server knows it."""

    streaming: bool = False
    """Stream answers also for `invoke`."""

    max_retries: int = 3
    """Requests after the first one that failed for a passing reason; 0 is none."""

    default_headers: dict[str, Any] | None = Field(default=None, repr=False)
    """Headers added to every request. Dumps and pickles hold their names only."""

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
        return cls.check_given(given) if isinstance(given, dict) else given

    @classmethod
    def check_each(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Return fields in their own names and types, each checked by itself.

        Raises:
            ParameterError: a name is unknown or a value not valid.
            EndpointError: the endpoint cannot be right.
        """
        checked = super().check_each(given)
        if checked.get("default_headers"):
            checked["default_headers"] = with_values(checked["default_headers"])
            checked_headers(checked["default_headers"])
        timeouts_of(checked.get("timeout"), stream=False)
        if "endpoint" in checked:
            checked["endpoint"] = _found(checked["endpoint"])
        return checked

    def model_post_init(self, context: Any, /) -> None:
        """Check what one field alone cannot tell, before any request."""
        super().model_post_init(context)
        self.forget_defaults()
        if not self.endpoint:
            self.endpoint = ""  # looks it up
        self._client = Client(self.auth)

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None:
            """Set a field later; credentials count from the next request on."""
            client = Client(value) if name == "auth" else None
            super().__setattr__(name, value)
            if client is not None:
                self._client = client
            self.__dict__.pop("_serialized", None)  # what LangChain once made of it

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Self:
        """Return a copy, with other values for some fields; they are checked."""
        copied = super().model_copy(deep=deep)
        for name, value in (update or {}).items():
            setattr(copied, name, value)
        return copied

    def __call__(
        self,
        messages: LanguageModelInput,
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Ask as `invoke` does, which new code should use."""
        return self.invoke(messages, {"callbacks": callbacks}, stop=stop, **kwargs)

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
        """Return what `dumps` writes: every set field but what may be a key."""
        written: dict[str, Any] = dict(super().to_json())
        fields = {**written["kwargs"], **self.set_params()}
        return {**written, "kwargs": _without_secrets(fields)}

    @field_serializer("default_headers")
    def _without_keys(self, headers: dict[str, Any] | None) -> dict[str, Any] | None:
        return without_values(headers) if headers else headers

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        yield "endpoint", parse_endpoint(self.endpoint).host
        yield "model", self.model
        yield from self.set_params().items()

    def _repr_html_(self) -> str:
        """Return what a notebook shows where the model is a cell's last value."""
        others = {
            name: getattr(self, name)
            for name in ("streaming", "max_retries", "timeout")
            if getattr(self, name) != type(self).model_fields[name].default
        }
        headers = list(self.default_headers or ())
        others |= {"default_headers": ", ".join(map(str, headers))} if headers else {}
        facts = {**dict(self.__repr_args__()), **self.model_kwargs, **others}
        return summary_html(type(self).__name__, facts)

    def __getstate__(self) -> dict[Any, Any]:
        # A signer holds a private key and connections belong to their process.
        state = super().__getstate__()
        # the name of a way, or its description
        auth: Any = self.auth if isinstance(self.auth, (str, Origin)) else {}
        fields = {**_without_secrets(state["__dict__"]), "auth": auth}
        return {**state, "__dict__": fields, "__pydantic_private__": None}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__({**state, "__pydantic_private__": {}})
        self._client = Client(self.auth)
        self.default_headers = self.default_headers  # says which have no value

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Settings:
        # Copies share the signer and the connections, which threads may share too.
        memo = {} if memo is None else memo
        for shared in (self.auth, self._client):
            memo[id(shared)] = shared
        return super().__deepcopy__(memo)


def _found(endpoint: str) -> str:
    """Return an endpoint, or that of the environment, if it can be right."""
    found = endpoint or os.environ.get("OCI_LLM_ENDPOINT", "")
    parse_endpoint(found)
    return found


def _without_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that may leave the process."""
    kept = {name: value for name, value in fields.items() if name != "auth"}
    if kept.get("default_headers"):
        kept["default_headers"] = without_values(kept["default_headers"])
    return kept

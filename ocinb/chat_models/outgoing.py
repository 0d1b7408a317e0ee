"""From a prompt and parameters to the request that is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.chat_models.convert import to_wire
from ocinb.chat_models.prepared import PreparedRequest, checked_headers, to_bytes
from ocinb.chat_models.settings import Settings
from ocinb.chat_models.timeouts import timeouts_of
from ocinb.chat_models.tools import refuse_twins, tool_choice_to_wire, tools_to_wire
from ocinb.wire.endpoint import parse_endpoint
from ocinb.wire.exchange import Call, request_of
from ocinb.wire.retry import RetryPolicy

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import BaseMessage

    from ocinb.wire.notices import Tell

__all__ = ["Outgoing"]


class Outgoing(Settings):
    """What a chat model sends, before anything is sent."""

    def prepare(
        self,
        messages: LanguageModelInput,
        *,
        stream: bool = False,
        stop: list[str] | None = None,
        **params: Any,
    ) -> PreparedRequest:
        """Return exactly what a call with these arguments would send.

        Args:
            messages: a prompt in any form that `invoke` takes.
            stream: True for the request of `stream`.
            stop: stop strings of this call.
            params: parameters of this call; None un-sets one.

        Raises:
            ParameterError: a value is not valid.
            PayloadTooLarge: the body is over the service's limit.
        """
        values = self._request_params(stop, params, stream=stream)
        listed = self._convert_input(messages).to_messages()
        body = self._construct_json_body(listed, values)
        request = request_of(self._call(to_bytes(body), stream=stream))
        return PreparedRequest(
            url=request.url,
            headers=request.headers,
            body=request.body,
            stream=stream,
            sent=values,
            left_out=self.left_out(values),
        )

    def sent_params(self, **overrides: Any) -> dict[str, Any]:
        """Return the sampling parameters that a call with these overrides sends."""
        return self.sampling_params(overrides)

    def _request_params(
        self, stop: list[str] | None, params: dict[str, Any], *, stream: bool
    ) -> dict[str, Any]:
        params = dict(params)
        if stop is not None:
            params["stop"] = stop
        given = params.pop("tools", None)
        called = params.pop("model", None) or params.pop("model_name", None)
        values = {"model": self.model, **self.sampling_params(params)}
        values |= {"model": called} if called else {}
        values.pop("stream", None)  # in model_kwargs; the method called decides
        tools = tools_to_wire(given or values.get("tools") or ())
        refuse_twins(tools)
        choice = tool_choice_to_wire(values.pop("tool_choice", None), tools)
        if tools:
            values |= {"tools": tools}
            values |= {"tool_choice": choice} if choice is not None else {}
        else:
            values.pop("parallel_tool_calls", None)
        options = values.pop("stream_options", None)
        if stream:
            values["stream"] = True
            values["stream_options"] = {"include_usage": True, **(options or {})}
        return values

    def _construct_json_body(
        self, messages: list[BaseMessage], params: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the request body; override it to change what is sent."""
        return {"messages": to_wire(messages), **params}

    def _headers(
        self,
        is_async: bool = False,  # noqa: ARG002, FBT001, FBT002 - part of the extension point
        body: Any = None,  # noqa: ARG002 - part of the extension point
    ) -> dict[str, str]:
        """Return the unsigned headers; override it to add some."""
        route = parse_endpoint(self.endpoint).route
        return {
            "content-type": "application/json",
            **({"route": route} if route else {}),
            **checked_headers(self.default_headers),
        }

    def _call(
        self,
        body: bytes,
        *,
        stream: bool,
        is_async: bool = False,
        tell: Tell | None = None,
    ) -> Call:
        headers = checked_headers(self._headers(is_async=is_async, body=body))
        return Call(
            endpoint=parse_endpoint(self.endpoint),
            headers=headers,
            body=body,
            stream=stream,
            timeouts=timeouts_of(self.timeout, stream=stream),
            policy=RetryPolicy(max_retries=self.max_retries),
            tell=tell,
        )

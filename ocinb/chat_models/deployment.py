"""A LangChain chat model over any OCI Data Science model deployment."""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from ocinb.chat_models.chunks import generation_chunk
from ocinb.chat_models.convert import (
    chunk_of,
    chunk_of_choices,
    message_of,
    to_wire,
    usage_of,
)
from ocinb.chat_models.prepared import PreparedRequest, checked_headers, to_bytes
from ocinb.chat_models.settings import Settings
from ocinb.chat_models.structured import structured
from ocinb.chat_models.timeouts import timeouts_of
from ocinb.chat_models.tools import (
    ToolCallIndexes,
    refuse_twins,
    tool_choice_to_wire,
    tools_to_wire,
)
from ocinb.wire.endpoint import parse_endpoint
from ocinb.wire.exchange import Call
from ocinb.wire.payload import check_completion, unexpected
from ocinb.wire.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from langchain_core.callbacks import (
        AsyncCallbackManagerForLLMRun,
        CallbackManagerForLLMRun,
    )
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable

    from ocinb.errors import AnswerError
    from ocinb.wire.client import AsyncStream, Stream
    from ocinb.wire.exchange import Answer
    from ocinb.wire.payload import Payload

__all__ = ["ChatOCIModelDeployment"]


class ChatOCIModelDeployment(Settings):
    """Chat model behind an OCI Data Science model deployment.

    Speaks the OpenAI chat completions protocol, signs every request, streams, calls
    tools and never loses a character: an answer that breaks off raises an error that
    holds the text so far.

    Example:
        ```python
        model = ChatOCIModelDeployment(
            endpoint="https://modeldeployment.<region>.oci.customer-oci.com/<ocid>/predict",
            model_kwargs={"temperature": 0.2},
        )
        model.invoke("Name three colours.").text
        ```

    Raises:
        EndpointError: the endpoint is missing or cannot be right.
        ParameterError: a field or its value is not valid.
        ConfigurationError: `auth` is neither a signer nor an ADS dict.
    """

    # What is sent

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
        call = self._call(to_bytes(body), stream=stream)
        return PreparedRequest(
            url=call.endpoint.stream_url if stream else call.endpoint.predict_url,
            headers=call.headers,
            body=call.body,
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

    def _call(self, body: bytes, *, stream: bool, is_async: bool = False) -> Call:
        headers = checked_headers(self._headers(is_async=is_async, body=body))
        return Call(
            endpoint=parse_endpoint(self.endpoint),
            headers=headers,
            body=body,
            stream=stream,
            timeouts=timeouts_of(self.timeout, stream=stream),
            policy=RetryPolicy(max_retries=self.max_retries),
        )

    # Sending

    def completion_with_retry(
        self,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - part of the extension point
        **kwargs: Any,
    ) -> Any:
        """Send a body and return its answer.

        Args:
            run_manager: of the LangChain run.
            kwargs: `data`, the body as a dict or bytes; `stream`, True for an
                iterable of parsed events.
        """
        call = self._call(_bytes_of(kwargs["data"]), stream=kwargs.get("stream", False))
        return self._client.stream(call) if call.stream else self._client.post(call)

    async def acompletion_with_retry(
        self,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 - part of the extension point
        **kwargs: Any,
    ) -> Any:
        """Send a body and return its answer; the async twin."""
        stream = kwargs.get("stream", False)
        call = self._call(_bytes_of(kwargs["data"]), stream=stream, is_async=True)
        if call.stream:
            return await self._client.astream(call)
        return await self._client.apost(call)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self.prepare(messages, stop=stop, **kwargs)
        answer: Answer = self.completion_with_retry(run_manager, data=request.body)
        return self._result(answer)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self.prepare(messages, stop=stop, **kwargs)
        answer: Answer = await self.acompletion_with_retry(
            run_manager, data=request.body
        )
        return self._result(answer)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self.prepare(messages, **{**kwargs, "stream": True, "stop": stop})
        stream: Stream = self.completion_with_retry(
            run_manager, data=request.body, stream=True
        )
        chunk = self._chunk_maker(request, stream.answer)
        with closing(stream):
            for payload in stream:
                yield chunk(payload)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        request = self.prepare(messages, **{**kwargs, "stream": True, "stop": stop})
        stream: AsyncStream = await self.acompletion_with_retry(
            run_manager, data=request.body, stream=True
        )
        chunk = self._chunk_maker(request, stream.answer)
        async with aclosing(stream.payloads()) as payloads:
            async for payload in payloads:
                yield chunk(payload)

    # Reading

    def _process_response(self, response_json: Payload) -> ChatResult:
        """Return a whole answer; override it to read more of it."""
        payload = check_completion(response_json)
        usage = usage_of(payload.get("usage"))
        return ChatResult(
            generations=[
                ChatGeneration(
                    message=message_of(choice, payload),
                    generation_info={"finish_reason": choice.get("finish_reason")},
                )
                for choice in payload["choices"]
            ],
            llm_output={
                "model_name": payload.get("model"),
                "token_usage": dict(usage or {}),
            },
        )

    def _process_stream_response(
        self,
        response_json: Payload,
        default_chunk_cls: type[AIMessageChunk] = AIMessageChunk,  # noqa: ARG002 - part of the extension point
    ) -> ChatGenerationChunk:
        """Return one event of a streamed answer; override it to read more of it."""
        return generation_chunk(chunk_of(response_json))

    def _result(self, answer: Answer) -> ChatResult:
        try:
            result = self._process_response(answer.whole)
        except _UNREADABLE as error:
            raise _explained(unexpected(answer.whole), answer) from error
        if answer.request_id:
            for generation in result.generations:
                generation.message.response_metadata["opc_request_id"] = (
                    answer.request_id
                )
        return result

    def _chunk_maker(
        self, request: PreparedRequest, answer: Answer
    ) -> Callable[[Payload], ChatGenerationChunk]:
        """Return what turns the events of one stream into chunks."""
        several = (request.sent.get("n") or 1) > 1
        indexes, told = ToolCallIndexes(), not answer.request_id

        def chunk(payload: Payload) -> ChatGenerationChunk:
            nonlocal told
            try:
                if several:
                    made = ChatGenerationChunk(message=chunk_of_choices(payload))
                else:
                    indexes.settle(payload)
                    made = self._process_stream_response(payload, AIMessageChunk)
            except _UNREADABLE as error:
                raise _explained(unexpected(payload, phase="stream"), answer) from error
            if not told:
                told = True
                made.message.response_metadata["opc_request_id"] = answer.request_id
            return made

        return chunk

    # What LangChain asks of a chat model

    def bind_tools(
        self,
        tools: Sequence[Any],
        *,
        tool_choice: Any = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Let the model call tools.

        Args:
            tools: functions, LangChain tools, pydantic classes or dicts.
            tool_choice: none, auto, required, a tool's name, a dict, or True for
                required.
            strict: have the server enforce the schemas; None is yes unless a tool
                says otherwise.
            parallel_tool_calls: False for at most one call an answer.
            kwargs: parameters of every call.

        Raises:
            ParameterError: a tool's name is not valid, or `tool_choice` names none.
        """
        wire = tools_to_wire(tools, strict=strict)
        choice = tool_choice_to_wire(tool_choice, wire)
        given = {"tool_choice": choice, "parallel_tool_calls": parallel_tool_calls}
        kwargs |= {name: value for name, value in given.items() if value is not None}
        return self.bind(tools=wire, **kwargs)

    def with_structured_output(
        self,
        schema: Any = None,
        *,
        method: str = "json_schema",
        include_raw: bool = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Answer with an object that follows a schema.

        Args:
            schema: a pydantic class, a TypedDict class or a JSON schema; may be
                missing for `json_mode` only.
            method: `json_schema` (vLLM enforces the schema while it generates),
                `function_calling`, or `json_mode` (valid JSON of any shape).
            include_raw: True returns a dict of `raw`, `parsed` and `parsing_error`
                instead of raising where the answer does not fit.
            strict: passed on to the server; None is True.
            kwargs: parameters of every call.

        Raises:
            ParameterError: the method is unknown, or the schema is missing.
        """
        return structured(
            self,
            schema,
            method=method,
            include_raw=include_raw,
            strict=strict,
            **kwargs,
        )


_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What members of a type that nobody expected make of the conversions."""


def _explained(error: AnswerError, answer: Answer) -> AnswerError:
    answer.explain(error)
    return error


def _bytes_of(data: Any) -> bytes:
    return data if isinstance(data, bytes) else to_bytes(data)

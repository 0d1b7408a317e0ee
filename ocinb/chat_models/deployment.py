"""A LangChain chat model over any OCI Data Science model deployment."""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from ocinb.chat_models.callbacks import teller, with_run_manager
from ocinb.chat_models.chunks import generation_chunk
from ocinb.chat_models.convert import chunk_of, message_of, usage_of
from ocinb.chat_models.outgoing import Outgoing
from ocinb.chat_models.prepared import to_bytes
from ocinb.chat_models.reading import chunk_maker, result_of
from ocinb.chat_models.structured import structured
from ocinb.chat_models.tools import tool_choice_to_wire, tools_to_wire
from ocinb.wire.payload import check_completion

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Callable,
        Iterable,
        Iterator,
        Sequence,
    )

    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable, RunnableConfig

    from ocinb.chat_models.effects import Finding, ParameterReport
    from ocinb.wire.client import AsyncStream, Stream
    from ocinb.wire.exchange import Answer
    from ocinb.wire.payload import Payload

__all__ = ["ChatOCIModelDeployment"]


class ChatOCIModelDeployment(Outgoing):
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

    # Sending

    def completion_with_retry(
        self,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Any:
        """Send a body and return its answer.

        Args:
            run_manager: of the LangChain run; its callbacks are told what happens.
            kwargs: `data`, the body as a dict or bytes; `stream`, True for an
                iterable of parsed events.
        """
        stream, tell = kwargs.get("stream", False), teller(run_manager)
        call = self._call(_bytes_of(kwargs["data"]), stream=stream, tell=tell)
        return self._client.stream(call) if call.stream else self._client.fetch(call)

    async def acompletion_with_retry(
        self,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Any:
        """Send a body and return its answer; the async twin."""
        stream, tell = kwargs.get("stream", False), teller(run_manager)
        body = _bytes_of(kwargs["data"])
        call = self._call(body, stream=stream, is_async=True, tell=tell)
        if call.stream:
            return await self._client.astream(call)
        return await self._client.afetch(call)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self.prepare(messages, stop=stop, **kwargs)
        answer: Answer = self.completion_with_retry(run_manager, data=request.body)
        return result_of(answer, self._process_response)

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
        return result_of(answer, self._process_response)

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
        chunk = chunk_maker(request, stream.answer, self._process_stream_response)
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
        chunk = chunk_maker(request, stream.answer, self._process_stream_response)
        async with aclosing(stream.payloads()) as payloads:
            async for payload in payloads:
                yield chunk(payload)

    def stream(
        self,
        input: LanguageModelInput,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        """Yield the answer's chunks as they come; closing it stops the server."""
        if self._should_stream(async_api=False, **{**kwargs, "stream": True}):
            kind = CallbackManagerForLLMRun
            config, told = with_run_manager(config, self.callbacks, kind)
            kwargs |= told
        return super().stream(input, config, stop=stop, **kwargs)

    def astream(
        self,
        input: LanguageModelInput,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        """Yield the answer's chunks as they come; the async twin of `stream`."""
        if self._should_stream(async_api=True, **{**kwargs, "stream": True}):
            kind = AsyncCallbackManagerForLLMRun
            config, told = with_run_manager(config, self.callbacks, kind)
            kwargs |= told
        return super().astream(input, config, stop=stop, **kwargs)

    def _get_invocation_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        kwargs.pop("run_manager", None)  # of a stream; it is no parameter to trace
        return super()._get_invocation_params(stop=stop, **kwargs)

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

    # Asking about the server

    def check_parameters(
        self,
        names: Iterable[str] | str | None = None,
        *,
        prompt: str | None = None,
        on_row: Callable[[Finding], object] | None = None,
    ) -> ParameterReport:
        """Find out which sampling parameters the deployment acts on.

        Servers ignore fields that they do not know, and answer as if nothing were
        wrong. So each parameter is sent at its extremes, and the answers are compared:
        85 short requests for all of them. `ocinb.chat_models.effects` says how.

        Example:
            ```python
            report = chat.check_parameters(on_row=print)
            report.names("no observable effect")
            ```

        Args:
            names: the parameters; None is all that are fields of the model.
            prompt: what most requests ask; it should have many good answers in
                English. None is the beginning of a story.
            on_row: called with each row when it is known.

        Raises:
            ParameterError: a name is no parameter; nothing was sent.
            AuthError: the credentials were refused; this ends the check.
            OcinbError: the first, plain request failed, so nothing could be compared.
        """
        from ocinb.chat_models.effects import (  # noqa: PLC0415 - rarely asked for
            PROMPT,
            check_parameters,
        )

        return check_parameters(self, names, prompt=prompt or PROMPT, on_row=on_row)


def _bytes_of(data: Any) -> bytes:
    return data if isinstance(data, bytes) else to_bytes(data)

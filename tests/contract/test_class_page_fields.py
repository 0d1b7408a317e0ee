"""Every field that the public class page documents, seen in the request or the run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import (
    BaseCallbackHandler,
    CallbackManager,
    StdOutCallbackHandler,
)
from langchain_core.globals import get_llm_cache, set_llm_cache
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.tools import tool

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import RateLimited, SignatureRefused, TimedOut
from ocinb.local import Delta, Done, Finish, LocalDeployment, Script, Wait
from ocinb.sampling import PARAMETERS
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

TEXT = "one two three"
SAYS = Script.answer(TEXT)
BUSY = Script.error(429, code="TooManyRequests", message="busy")

SET: dict[str, Any] = {
    "temperature": 0.7,
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.05,
    "seed": 7,
    "max_tokens": 64,
    "min_tokens": 2,
    "stop": ["END"],
    "stop_token_ids": [2],
    "ignore_eos": True,
    "frequency_penalty": 0.1,
    "presence_penalty": -0.1,
    "repetition_penalty": 1.1,
    "logit_bias": {"50256": -100.0},
    "bad_words": ["um"],
    "allowed_token_ids": [1, 2, 3],
    "n": 2,
    "best_of": 3,
    "use_beam_search": True,
    "length_penalty": 0.8,
    "early_stopping": "never",
    "skip_special_tokens": False,
    "spaces_between_special_tokens": False,
    "logprobs": True,
    "top_logprobs": 3,
    "prompt_logprobs": 1,
    "response_format": {"type": "json_object"},
    "structured_outputs": {"choice": ["yes", "no"]},
    "reasoning_effort": "low",
    "include_reasoning": False,
    "stream_options": {"continuous_usage_stats": True},
    "return_token_ids": True,
    "return_prompt_text": True,
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "chat_template": "{{ messages }}",
    "chat_template_kwargs": {"enable_thinking": False},
    "add_generation_prompt": False,
    "continue_final_message": True,
    "truncate_prompt_tokens": 512,
    "priority": 1,
}
"""A value for each sampling parameter that is not its default."""

NEEDS: dict[str, dict[str, Any]] = {"top_logprobs": {"logprobs": True}}


@tool
def get_weather(city: str) -> str:
    """Say how the weather is."""
    return city


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def asked(model: Any, name: str, **arguments: Any) -> Any:
    """Ask as the parameter wants it."""
    if name in {"tool_choice", "parallel_tool_calls"}:
        model = model.bind_tools([get_weather])
    if name == "stream_options":
        return list(model.stream("hello", **arguments))
    return model.invoke("hello", **arguments)


@pytest.mark.filterwarnings("ignore:.*ignored by current vLLM")
@pytest.mark.parametrize("name", SET)
class TestParameters:
    def test_a_parameter_set_on_the_model_is_in_the_request(
        self, name: str, stage: Stage
    ):
        given = {name: SET[name], **NEEDS.get(name, {})}
        with stage.playing(SAYS, **given) as model:
            asked(model, name)

            body = stage.requests[0].json
        if name == "stream_options":
            assert body[name] == {"include_usage": True, **SET[name]}
        else:
            assert body[name] == SET[name]

    def test_a_parameter_of_the_call_is_in_its_request_alone(
        self, name: str, stage: Stage
    ):
        given = {name: SET[name], **NEEDS.get(name, {})}
        with stage.playing(SAYS) as model:
            asked(model, name, **given)
            asked(model, name)

            first, second = (request.json for request in stage.requests)
        assert name in first
        assert second.get(name) != SET[name]


def test_what_nobody_set_is_left_to_the_server(stage: Stage):
    with stage.playing(SAYS) as model:
        model.invoke("hello")

        body = stage.requests[0].json
    del body["messages"]
    assert body == {"model": "odsc-llm", "temperature": 0.2, "max_tokens": 256}


def test_every_sampling_parameter_is_tried():
    assert set(SET) == set(PARAMETERS)


class TestConnection:
    def test_auth_signs_the_request(self, stage: Stage):
        with stage.playing(SAYS, auth=stage.auth["signer"]) as model:
            model.invoke("hello")

            headers = stage.requests[0].headers
        assert headers["authorization"].startswith("Signature ")

    def test_auth_set_later_counts_from_the_next_request_on(self, stage: Stage):
        with LocalDeployment(script=SAYS) as other:
            of_another_place = other.auth
        with stage.playing(SAYS, auth=of_another_place) as model:
            with pytest.raises(SignatureRefused):
                model.invoke("hello")
            model.auth = stage.auth

            assert model.invoke("hello").text == TEXT

    def test_an_endpoint_set_later_counts_from_the_next_request_on(self, stage: Stage):
        with (
            LocalDeployment(script=Script.answer("from there")) as other,
            stage.playing(SAYS) as model,
        ):
            model.endpoint, model.auth = other.endpoint, other.auth

            assert model.invoke("hello").text == "from there"
            assert stage.requests == ()

    def test_default_headers_are_sent(self, stage: Stage):
        headers = {"X-Team": "a", "route": "/v1/other"}
        with stage.playing(SAYS, default_headers=headers) as model:
            model.invoke("hello")

            sent = stage.requests[0].headers
        assert (sent["x-team"], sent["route"]) == ("a", "/v1/other")

    @pytest.mark.parametrize("retries", [0, 1])
    def test_max_retries_counts_the_requests_after_the_first(
        self, retries: int, stage: Stage
    ):
        with (
            stage.playing(BUSY, max_retries=retries) as model,
            pytest.raises(RateLimited),
        ):
            model.invoke("hello")

        assert len(stage.requests) == retries + 1

    def test_the_model_is_named_in_the_request(self, stage: Stage):
        with stage.playing(SAYS, model="my-model") as model:
            model.invoke("hello")

            assert stage.requests[0].json["model"] == "my-model"

    def test_model_kwargs_are_fields_of_the_request(self, stage: Stage):
        with stage.playing(SAYS, model_kwargs={"echo": True}) as model:
            model.invoke("hello")

            assert stage.requests[0].json["echo"] is True

    def test_timeout_bounds_the_wait(self, stage: Stage):
        slow = Script([Wait(5), Delta("late")])
        with (
            stage.playing(slow, timeout=0.2, max_retries=0) as model,
            pytest.raises(TimedOut),
        ):
            model.invoke("hello")


class TestStreaming:
    def streamed(self, stage: Stage) -> list[bool]:
        return [request.json.get("stream", False) for request in stage.requests]

    @pytest.mark.parametrize("streaming", [True, False])
    def test_streaming_makes_invoke_stream(self, *, streaming: bool, stage: Stage):
        with stage.playing(SAYS, streaming=streaming) as model:
            assert model.invoke("hello").text == TEXT

            assert self.streamed(stage) == [streaming]

    def test_a_stream_does_not_turn_streaming_on_for_good(self, stage: Stage):
        with stage.playing(SAYS) as model:
            list(model.stream("hello"))
            model.invoke("hello")

            assert self.streamed(stage) == [True, False]
            assert model.streaming is False

    def test_disable_streaming_asks_for_whole_answers(self, stage: Stage):
        with stage.playing(SAYS, disable_streaming=True) as model:
            assert [chunk.text for chunk in model.stream("hello")] == [TEXT]

            assert self.streamed(stage) == [False]

    def test_disable_streaming_may_be_for_tools_alone(self, stage: Stage):
        with stage.playing(SAYS, disable_streaming="tool_calling") as model:
            list(model.bind_tools([get_weather]).stream("hello"))
            list(model.stream("hello"))

            assert self.streamed(stage) == [False, True]

    def test_several_answers_are_kept_apart(self, stage: Stage):
        deltas = [Delta("a", 0), Delta("b", 1), Delta("c", 0), Delta("d", 1)]
        two = Script([*deltas, Finish("stop", 0), Finish("stop", 1), Done()])
        with stage.playing(two, n=2) as model:
            chunks = list(model.stream("hello"))

        content = sum(chunks[1:], chunks[0]).content
        assert [(part["index"], part["text"]) for part in content] == [
            (0, "ac"),
            (1, "bd"),
        ]


class Listener(BaseCallbackHandler):
    """Notes what a run was started with."""

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.metadata: dict[str, Any] = {}

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[Any]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        del serialized, messages, run_id, parent_run_id, kwargs
        self.tags, self.metadata = tags or [], metadata or {}


class Noting(ChatOCIModelDeploymentVLLM):
    """Notes the callbacks of its runs."""

    seen: ClassVar[list[list[BaseCallbackHandler]]] = []

    def completion_with_retry(self, run_manager: Any = None, **kwargs: Any) -> Any:
        self.seen[:] = [run_manager.handlers]
        return super().completion_with_retry(run_manager, **kwargs)


class TestRuns:
    def test_callbacks_of_the_model_hear_its_runs(self, stage: Stage):
        listener = Listener()
        with stage.playing(SAYS, callbacks=[listener], tags=["a"]) as model:
            model.invoke("hello")

        assert listener.tags == ["a"]

    def test_callback_manager_is_the_older_name_of_callbacks(self, stage: Stage):
        listener = Listener()
        manager = CallbackManager([listener])
        with stage.playing(SAYS, callback_manager=manager, tags=["a"]) as model:
            model.invoke("hello")

        assert model.callbacks is manager
        assert listener.tags == ["a"]

    def test_tags_and_metadata_are_told_to_callbacks(self, stage: Stage):
        listener = Listener()
        with stage.playing(SAYS, tags=["a"], metadata={"b": 1}) as model:
            model.invoke("hello", {"callbacks": [listener], "tags": ["c"]})

        assert sorted(listener.tags) == ["a", "c"]
        assert listener.metadata["b"] == 1

    @pytest.mark.parametrize("verbose", [True, False])
    def test_a_verbose_model_is_run_with_langchains_printing_callback(
        self, *, verbose: bool, stage: Stage
    ):
        with stage.playing(SAYS) as model:
            noting = Noting(endpoint=model.endpoint, auth=model.auth, verbose=verbose)
            noting.invoke("hello")

        (handlers,) = noting.seen
        assert any(isinstance(h, StdOutCallbackHandler) for h in handlers) is verbose

    def test_a_rate_limiter_is_asked_before_each_request(self, stage: Stage):
        limiter = InMemoryRateLimiter(
            requests_per_second=10, check_every_n_seconds=0.01, max_bucket_size=1
        )
        with stage.playing(SAYS, rate_limiter=limiter) as model:
            start = time.monotonic()
            for _ in range(3):
                model.invoke("hello")

        assert time.monotonic() - start > 0.15


class TestCache:
    @pytest.fixture(autouse=True)
    def _with_a_global_cache(self) -> Iterator[None]:
        before = get_llm_cache()
        set_llm_cache(InMemoryCache())
        yield
        set_llm_cache(before)

    @pytest.mark.parametrize(
        ("cache", "requests"), [(None, 1), (True, 1), (False, 2), (InMemoryCache(), 1)]
    )
    def test_cache_chooses_the_global_one_none_or_its_own(
        self, cache: Any, requests: int, stage: Stage
    ):
        with stage.playing(SAYS, cache=cache) as model:
            assert model.invoke("hello").text == model.invoke("hello").text == TEXT

            assert len(stage.requests) == requests

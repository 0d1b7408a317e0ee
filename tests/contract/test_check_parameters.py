"""What a check of the parameters finds: on the real small model, and on deaf servers."""

from __future__ import annotations

from itertools import count, cycle
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.rate_limiters import BaseRateLimiter

from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.chat_models.effects import check_parameters, requests_needed
from ocinb.errors import DeploymentError, ParameterError, SignatureRefused
from ocinb.local import LocalDeployment, Reset, Script
from ocinb.sampling import PARAMETERS
from tests.contract import obedient_mind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ocinb.chat_models.effects import Finding
    from ocinb.local import ReceivedRequest

NEEDS_VLLM = {
    *("min_tokens", "stop_token_ids", "bad_words", "allowed_token_ids"),
    *("use_beam_search", "skip_special_tokens", "prompt_logprobs"),
    *("return_token_ids", "return_prompt_text", "truncate_prompt_tokens"),
}
"""What the engine of the local deployment cannot do, and refuses."""

NEVER_SEEN = {
    *("best_of", "early_stopping", "spaces_between_special_tokens"),
    *("parallel_tool_calls", "priority"),
}
"""What no answer shows, whether the server acts on it or not."""

CHECKED = [
    name
    for name in PARAMETERS
    if name not in NEVER_SEEN | {"reasoning_effort", "chat_template_kwargs"}
]
"""What the real model is asked: all that it could honour or refuse."""

STORY = "The old keeper looked at the sea and lit the lamp of the tower once more"


Mind: TypeAlias = "Callable[[ReceivedRequest], Script]"


class Stage:
    """A scripted deployment on which each test puts a mind of its own."""

    def __init__(self) -> None:
        self.deployment = LocalDeployment(script=self._answer)
        self.bodies: list[dict[str, Any]] = []

    def _answer(self, request: ReceivedRequest) -> Script:
        self.bodies.append(request.json)
        return self.mind(request)

    def model(self, mind: Mind, **fields: Any) -> ChatOCIModelDeploymentVLLM:
        self.mind = mind
        self.bodies.clear()
        at = {"endpoint": self.deployment.endpoint, "auth": self.deployment.auth}
        return ChatOCIModelDeploymentVLLM(**at, max_retries=0, **fields)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with stage.deployment:
        yield stage


class OnTheRealModel:
    """One check of all parameters, and what was told while it ran."""

    def __init__(self, deployment: LocalDeployment) -> None:
        self.told: list[Finding] = []
        model = ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth, top_k=1, stop=["e"]
        )
        self.report = model.check_parameters(CHECKED, on_row=self.told.append)


@pytest.fixture(scope="module")
def real(local_deployment: LocalDeployment) -> OnTheRealModel:
    return OnTheRealModel(local_deployment)


def test_what_the_real_model_does_is_honoured_whatever_the_model_is_set_to(
    real: OnTheRealModel,
) -> None:
    assert set(real.report.names("honoured")) == {
        *("temperature", "top_p", "top_k", "min_p", "seed", "max_tokens", "stop"),
        *("ignore_eos", "frequency_penalty", "presence_penalty"),
        *("repetition_penalty", "logit_bias", "n", "logprobs", "top_logprobs"),
        *("response_format", "structured_outputs", "stream_options", "tool_choice"),
        *("add_generation_prompt", "continue_final_message"),
    }


def test_what_the_real_deployment_refuses_is_told_in_its_own_words(
    real: OnTheRealModel,
) -> None:
    refused = {row.parameter: row for row in real.report.rows if row.status == 400}
    assert set(refused) == {*NEEDS_VLLM, "chat_template", "length_penalty"}
    assert set(real.report.names("refused")) == {*NEEDS_VLLM, "chat_template"}
    assert refused["bad_words"].seen.startswith("bad_words is honoured by vLLM but not")


def test_what_needs_a_refused_parameter_is_not_checkable(real: OnTheRealModel) -> None:
    row = real.report["length_penalty"]
    assert row.result == "not checkable"
    assert row.seen.startswith("use_beam_search was refused: use_beam_search is")


def test_a_real_model_that_does_not_reason_has_none_to_leave_out(
    real: OnTheRealModel,
) -> None:
    assert real.report["include_reasoning"].seen == "the model shows no reasoning"
    assert real.report.names("no observable effect") == []


def test_each_row_is_told_as_soon_as_it_is_known(real: OnTheRealModel) -> None:
    assert tuple(real.told) == real.report.rows
    assert [row.parameter for row in real.told] == CHECKED


def test_a_check_sends_at_most_the_requests_that_it_names() -> None:
    said = " ".join((ChatOCIModelDeployment.check_parameters.__doc__ or "").split())
    assert f"{requests_needed()} short requests" in said
    assert f"{requests_needed()} requests" in (check_parameters.__doc__ or "")
    assert requests_needed("stop") == 3


def always_the_same() -> Iterator[str]:
    return cycle([STORY])


def never_the_same() -> Iterator[str]:
    return (f"Story {number}: {STORY}" for number in count())


def one_of_two() -> Iterator[str]:
    return cycle([STORY, STORY[::-1]])


def mostly_the_same() -> Iterator[str]:
    return cycle([STORY, STORY, STORY[::-1], STORY.upper()])


class Deaf:
    """Answers whatever was asked, and never heard of any parameter."""

    def __init__(self, texts: Iterator[str]) -> None:
        self.texts = texts

    def __call__(self, request: ReceivedRequest) -> Script:
        del request
        text = next(self.texts)
        whole = Script.answer(text)
        return Script(Script.answer(text, usage=False).steps, plain=whole.steps)


class Hearing(Deaf):
    """Deaf, but for one parameter, to which it answers with a script of its own."""

    def __init__(self, parameter: str, script: Script) -> None:
        super().__init__(always_the_same())
        self.parameter = parameter
        self.script = script

    def __call__(self, request: ReceivedRequest) -> Script:
        deaf = super().__call__(request)
        return self.script if self.parameter in request.json else deaf


@pytest.mark.parametrize(
    "texts", [always_the_same, never_the_same, one_of_two, mostly_the_same]
)
def test_a_deployment_that_ignores_everything_honours_nothing(
    stage: Stage, texts: Callable[[], Iterator[str]]
) -> None:
    report = stage.model(Deaf(texts())).check_parameters()
    assert report.names("honoured") == []
    assert report.names("refused") == []
    assert len(stage.bodies) == report.requests == requests_needed()


def test_what_is_ignored_is_told_apart_from_what_cannot_be_told(stage: Stage) -> None:
    report = stage.model(Deaf(always_the_same())).check_parameters()
    assert set(report.names("not checkable")) == {
        *NEVER_SEEN,
        *("include_reasoning", "chat_template_kwargs"),
    }
    assert report["top_k"].result == "no observable effect"
    assert report["stop"].seen == f"'e' is in the answer \"{STORY[:29]}…\""


def test_what_the_small_model_cannot_do_is_recognised(stage: Stage) -> None:
    names = [
        *(NEEDS_VLLM | {"length_penalty", "chat_template", "chat_template_kwargs"}),
        *("reasoning_effort", "include_reasoning", "temperature", "seed"),
    ]
    report = stage.model(obedient_mind.answer).check_parameters(names)
    assert report.names("honoured") == names


def test_a_refusal_is_a_row_and_the_check_goes_on(stage: Stage) -> None:
    refusal = Script.error(400, message="top_k is not for you")
    model = stage.model(Hearing("top_k", refusal))
    report = model.check_parameters(["top_k", "max_tokens"])
    row = report["top_k"]
    assert (row.result, row.seen, row.status) == (
        "refused",
        "top_k is not for you",
        400,
    )
    assert report["max_tokens"].result == "no observable effect"


def test_a_failure_is_a_row_and_the_check_goes_on(stage: Stage) -> None:
    failure = Script.error(500, message="out of memory")
    report = stage.model(Hearing("stop", failure)).check_parameters(["stop", "n"])
    row = report["stop"]
    assert row.result == "not checkable"
    assert (row.seen, row.status) == ("the request failed: out of memory", 500)
    assert report["n"].result == "no observable effect"


def test_refused_credentials_end_the_check_at_once(stage: Stage) -> None:
    refusal = Script.error(401, code="NotAuthenticated")
    told: list[Finding] = []
    model = stage.model(Hearing("stop", refusal))
    with pytest.raises(SignatureRefused):
        model.check_parameters(["max_tokens", "stop", "n"], on_row=told.append)
    assert [row.parameter for row in told] == ["max_tokens"]
    assert "stop" in stage.bodies[-1]


def test_a_deployment_that_refuses_the_plain_request_is_not_checked(
    stage: Stage,
) -> None:
    refusal = Script.error(400, message="no seeds here")
    with pytest.raises(DeploymentError, match="no seeds here"):
        stage.model(Hearing("seed", refusal)).check_parameters()
    assert len(stage.bodies) == 1


def test_a_deployment_that_falls_silent_is_not_asked_for_ever(stage: Stage) -> None:
    model = stage.model(Hearing("max_tokens", Script([Reset()])))
    dead = stage.mind

    def dies(request: ReceivedRequest) -> Script:
        return (dead if len(stage.bodies) > 1 else Deaf(always_the_same()))(request)

    stage.mind = dies
    report = model.check_parameters()
    assert len(stage.bodies) < 10
    assert report.requests == 4
    assert report.names("not checkable") == list(PARAMETERS)


def test_answers_from_a_cache_do_not_count(stage: Stage) -> None:
    model = stage.model(Deaf(never_the_same()), cache=InMemoryCache())
    for _ in range(2):
        stage.bodies.clear()
        report = model.check_parameters("seed")
        assert len(stage.bodies) == report.requests


def test_a_model_set_to_stream_is_asked_for_whole_answers(stage: Stage) -> None:
    model = stage.model(Deaf(always_the_same()), streaming=True)
    model.check_parameters(["n", "stream_options"])
    assert [body.get("stream", False) for body in stage.bodies] == [
        *(False, False),
        *(True, True),
    ]


def test_a_model_that_never_streams_is_checked_all_the_same(stage: Stage) -> None:
    model = stage.model(Deaf(always_the_same()), disable_streaming=True)
    model.check_parameters("stream_options")
    assert [body.get("stream", False) for body in stage.bodies] == [False, True, True]


def test_only_what_is_tried_is_sent(stage: Stage) -> None:
    model = stage.model(
        Deaf(always_the_same()),
        min_p=0.5,
        stop=["."],
        model_kwargs={"top_p": 0.5, "own": 1},
    )
    model.check_parameters("max_tokens")
    assert [sorted(body) for body in stage.bodies] == [
        ["max_tokens", "messages", "model", "own", "seed", "temperature"]
    ] * 2
    assert model.min_p == 0.5
    assert model.model_kwargs == {"top_p": 0.5, "own": 1}


class Counting(BaseRateLimiter):
    """Lets everything pass, and counts it."""

    passed = 0

    def acquire(self, *, blocking: bool = True) -> bool:
        self.passed += blocking
        return True

    async def aacquire(self, *, blocking: bool = True) -> bool:
        return self.acquire(blocking=blocking)


def test_every_request_passes_the_models_rate_limiter(stage: Stage) -> None:
    limiter = Counting()
    model = stage.model(Deaf(always_the_same()), rate_limiter=limiter)
    report = model.check_parameters(["seed", "stream_options"])
    assert limiter.passed == report.requests == 9


def test_the_prompt_of_the_user_is_asked(stage: Stage) -> None:
    model = stage.model(Deaf(always_the_same()))
    model.check_parameters("stop", prompt="Sing of the sea.")
    assert {body["messages"][0]["content"] for body in stage.bodies} == {
        "Sing of the sea."
    }


def test_an_unknown_parameter_is_refused_before_anything_is_sent(stage: Stage) -> None:
    model = stage.model(Deaf(always_the_same()))
    with pytest.raises(ParameterError, match="did you mean temperature"):
        model.check_parameters(["seed", "temprature"])
    assert stage.bodies == []


def test_a_model_without_sampling_fields_is_checked_for_those_it_has(
    stage: Stage,
) -> None:
    stage.model(Deaf(always_the_same()))
    model = ChatOCIModelDeployment(
        endpoint=stage.deployment.endpoint, auth=stage.deployment.auth
    )
    assert [row.parameter for row in model.check_parameters().rows] == ["stop"]
    assert model.check_parameters("top_k")["top_k"].result == "no observable effect"

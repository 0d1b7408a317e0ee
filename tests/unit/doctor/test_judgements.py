"""What the doctor makes of what it measures; nothing is sent."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.doctor import Target
from ocinb.doctor.checks.abilities import judge_context, judge_logprobs, judge_tools
from ocinb.doctor.checks.gate import judge_gate, judge_model, place_of
from ocinb.doctor.checks.installed import judge_packages, needs_of
from ocinb.doctor.checks.stream import judge_stream, judge_times
from ocinb.doctor.checks.way import dns, judge_clock, judge_greeting
from ocinb.doctor.visit import Asked, Greeting, Listened, Visit
from ocinb.errors import (
    AnswerError,
    AuthError,
    ConnectionFailed,
    DeploymentError,
    NotActive,
    NotFound,
    OcinbError,
    PolicyError,
    ServerError,
    SignatureRefused,
    TimedOut,
)
from ocinb.wire.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.doctor.outcome import Outcome


def answer(**choice: Any) -> Answer:
    return Answer({}, {"model": "odsc-llm", "choices": [{"message": {}, **choice}]})


class TestPackages:
    NEEDS = needs_of(
        [
            "httpx<1,>=0.27",
            "oracle-ads>=2.11; extra == 'oci'",
            'ocinb[oci]; extra == "all"',
            'pytest>=9; extra == "test"',
            "tomli; python_version < '3.11'",
            "xllamacpp==2026.10.11549; extra == 'local'",
        ]
    )

    def test_extras_are_read_from_the_metadata(self) -> None:
        assert self.NEEDS == {
            "": ("httpx",),
            "oci": ("oracle-ads",),
            "local": ("xllamacpp",),
        }

    def test_a_missing_extra_is_named_and_fails_nothing(self) -> None:
        here = {"ocinb": "1", "httpx": "0.28", "xllamacpp": "2026"}
        outcome = judge_packages(self.NEEDS, here)
        assert outcome.result == "pass"
        assert "not installed: oci (oracle-ads)" in outcome.measured
        assert "pip install 'ocinb[oci]'" in outcome.fix

    def test_with_every_extra_there_is_nothing_to_do(self) -> None:
        here = dict.fromkeys(("ocinb", "httpx", "xllamacpp", "oracle-ads"), "1")
        assert judge_packages(self.NEEDS, here).fix == ""

    def test_a_missing_package_fails(self) -> None:
        outcome = judge_packages(self.NEEDS, {"ocinb": "1"})
        assert (outcome.result, outcome.measured) == ("fail", "not installed: httpx")
        assert outcome.fix.startswith("pip install httpx")


class TestClock:
    @pytest.mark.parametrize(
        ("skew", "result", "words"),
        [
            (0.4, "pass", "less than 2 s off"),
            (-200.0, "pass", "200 s ahead of the server"),
            (400.0, "fail", "your clock is 400 s behind the server"),
            (-301.0, "fail", "your clock is 301 s ahead of the server"),
            (None, "skipped", "no date"),
        ],
    )
    def test_five_minutes_are_allowed(
        self, skew: float | None, result: str, words: str
    ) -> None:
        outcome = judge_clock(skew)
        assert outcome.result == result
        assert words in outcome.measured
        assert ("timedatectl" in outcome.fix) == (result == "fail")


class TestNames:
    """The look-up of a host name, by a name server that is the test's."""

    def looked_up(
        self, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]
    ) -> Outcome:
        monkeypatch.setattr("socket.getaddrinfo", answer)
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("no_proxy", "*")
        return dns(Visit(Target("https://host.invalid/x/predict"), timeout_s=0.05))

    def test_a_name_server_that_is_silent_is_not_waited_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ended = threading.Event()

        def answer(*_: Any, **__: Any) -> list[Any]:
            ended.wait(5)
            return [(0, 0, 0, "", ("127.0.0.1", 0))]

        outcome = self.looked_up(monkeypatch, answer)
        ended.set()
        assert outcome.measured == "host name host.invalid not found in time"

    def test_a_name_with_a_part_that_is_too_long_is_not_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(*_: Any, **__: Any) -> None:
            msg = "label too long"
            raise UnicodeError(msg)

        outcome = self.looked_up(monkeypatch, answer)
        assert (outcome.result, "label too long" in outcome.measured) == ("fail", True)


class TestConnection:
    def test_any_status_is_a_connection(self) -> None:
        outcome = judge_greeting(Greeting(0.01, 0.0, {}, 401), "TCP")
        assert (outcome.result, outcome.measured) == (
            "pass",
            "TCP; status 401 after 0.010 s",
        )

    def test_a_server_that_says_nothing_is_connected_to(self) -> None:
        assert judge_greeting(TimedOut("slow", phase="headers"), "TCP").result == "pass"

    @pytest.mark.parametrize(
        "error",
        [TimedOut("slow", phase="connect"), ConnectionFailed("cannot connect")],
    )
    def test_no_connection_fails(self, error: OcinbError) -> None:
        outcome = judge_greeting(error, "TCP")
        assert outcome.result == "fail"
        assert "security list" in outcome.fix


class TestGate:
    """Which check an error belongs to, and what it tells of the others."""

    NAMES = ("signature", "policy", "active", "predict")

    def results(self, came: Answer | OcinbError) -> list[str]:
        return [judge_gate(name, Asked(came, 0.1)).result for name in self.NAMES]

    def test_an_answer_passes_them_all(self) -> None:
        assert self.results(answer()) == ["pass"] * 4

    @pytest.mark.parametrize(
        ("error", "place"),
        [
            (SignatureRefused("no", status=401), "signature"),
            (AuthError("no key", phase="sign"), "signature"),
            (PolicyError("no", status=404), "policy"),
            (NotActive("no", status=409), "active"),
            (ServerError("no", status=500), "predict"),
            (NotFound("no", status=404, server_message="Not Found"), "route"),
            (NotFound("no", status=404, code="NotFoundError"), "model"),
        ],
    )
    def test_an_error_belongs_to_one_check(self, error: OcinbError, place: str) -> None:
        assert place_of(error) == place
        failing = [n for n in self.NAMES if judge_gate(n, Asked(error, 0)).fix]
        assert failing == [n for n in self.NAMES if n == place]

    def test_an_error_of_the_gateway_tells_of_the_checks_before(self) -> None:
        error = DeploymentError("no", status=429, request_id="A/B/C")
        assert self.results(error) == ["pass", "pass", "pass", "fail"]

    @pytest.mark.parametrize(
        "error",
        [
            DeploymentError("redirects", status=307, request_id="A"),
            AnswerError("a page"),
            TimedOut("slow"),
            ServerError("a proxy", status=502),
        ],
    )
    def test_what_comes_from_elsewhere_tells_nothing(self, error: OcinbError) -> None:
        assert self.results(error) == ["skipped", "skipped", "skipped", "fail"]

    def test_the_name_of_the_model_that_answered_is_told(self) -> None:
        assert judge_model("odsc-llm", answer()).measured == "odsc-llm"
        said = judge_model("mine", answer()).measured
        assert said == "asked for mine, and odsc-llm answered"


class TestStream:
    def test_events_at_once_after_a_long_wait_were_held_back(self) -> None:
        outcome = judge_times([0.9 + i * 0.0001 for i in range(24)])
        assert outcome.result == "fail"
        assert "the first after 0.90 s, the last 0.90 s" in outcome.measured
        assert "buffering" in outcome.fix

    @pytest.mark.parametrize(
        "times_s",
        [
            [0.1 + i * 0.02 for i in range(24)],  # 50 tokens/s
            [5.0 + i * 0.003 for i in range(24)],  # a long prompt, 333 tokens/s
            [0.05 + i * 0.0015 for i in range(48)],  # very quick, from the start
        ],
    )
    def test_events_spread_in_time_pass(self, times_s: list[float]) -> None:
        assert judge_times(times_s).result == "pass"

    @pytest.mark.parametrize("times_s", [[], [0.5, 0.5, 0.5], [0.02] * 24])
    def test_too_few_or_too_quick_cannot_be_told(self, times_s: list[float]) -> None:
        assert judge_times(times_s).result == "skipped"

    def test_a_whole_answer_is_no_stream(self) -> None:
        heard = Listened((), fell_back=False, streamed=False, seconds=1.0)
        assert judge_stream(heard, "/predict").result == "fail"

    def test_a_stream_of_the_older_address_is_told(self) -> None:
        heard = Listened((0.1,), fell_back=True, streamed=True, seconds=1.0)
        outcome = judge_stream(heard, "/predictWithResponseStream")
        assert outcome.result == "fail"
        assert "does not stream; /predict does" in outcome.measured


class TestAbilities:
    def test_the_flags_of_the_tool_parser_are_named(self) -> None:
        said = '"auto" tool choice requires --enable-auto-tool-choice and '
        error = DeploymentError("refused", status=400, server_message=said)
        outcome = judge_tools(error)
        assert outcome.result == "fail"
        assert "--enable-auto-tool-choice --tool-call-parser" in outcome.fix

    def test_another_refusal_of_tools_shows_what_the_server_says(self) -> None:
        error = DeploymentError("refused", status=400, server_message="no tools here")
        assert "no tools here" in judge_tools(error).measured

    def test_logprobs_that_do_not_come_fail(self) -> None:
        assert judge_logprobs(answer()).result == "fail"
        assert judge_logprobs(answer(logprobs={"content": []})).result == "fail"
        assert judge_logprobs(answer(logprobs={"content": [{}]})).result == "pass"

    @pytest.mark.parametrize(
        "words",
        [
            "This model's maximum context length is 4096 tokens. However, you",
            "max_tokens=10000000 cannot be greater than max_model_len=4096. Please",
        ],
    )
    def test_the_context_is_read_from_the_refusal(self, words: str) -> None:
        error = DeploymentError("refused", status=400, server_message=words)
        assert judge_context(error).measured.startswith("4,096 tokens")

    def test_a_server_that_does_not_tell_fails_nothing(self) -> None:
        assert judge_context(None).result == "skipped"
        assert judge_context(ServerError("x", status=500)).result == "skipped"

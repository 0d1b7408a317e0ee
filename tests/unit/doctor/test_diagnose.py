"""The course of a diagnosis: what stands on a failure is skipped, and says so."""

from __future__ import annotations

import pytest

from ocinb.doctor import CHECKS, Target, diagnose, target_of
from ocinb.doctor.check import Check
from ocinb.doctor.outcome import Outcome, failed, passed, skipped
from ocinb.saved.values import Alias, Saved


def check(name: str, outcome: Outcome, *needs: str) -> Check:
    return Check(name, "", lambda _: outcome, needs)


def results(*checks: Check) -> list[str]:
    rows = diagnose(Target(), checks=checks).rows
    return [f"{row.result} {row.measured}".strip() for row in rows]


def test_what_stands_on_a_failure_is_skipped_with_the_first_cause() -> None:
    assert results(
        check("a", failed("broken", "mend it")),
        check("b", passed("fine"), "a"),
        check("c", passed("fine"), "b"),
        check("d", passed("fine")),
    ) == ["fail broken", "skipped a failed", "skipped a failed", "pass fine"]


def test_what_stands_on_a_check_that_could_not_tell_is_run() -> None:
    assert results(check("a", skipped("no date")), check("b", passed("fine"), "a")) == [
        "skipped no date",
        "pass fine",
    ]


def test_each_row_is_told_when_it_is_known() -> None:
    told: list[str] = []
    made = [check("a", passed("")), check("b", passed(""))]
    diagnose(Target(), checks=made, on_row=lambda row: told.append(row.check))
    assert told == ["a", "b"]


def test_a_check_stands_only_on_those_before_it() -> None:
    names = [each.name for each in CHECKS]
    assert len(set(names)) == len(names)
    for i, each in enumerate(CHECKS):
        assert set(each.needs) <= set(names[:i]), each.name


def test_without_an_endpoint_nothing_is_sent() -> None:
    report = diagnose(Target(auth=lambda _: None))
    assert [r.check for r in report.rows if r.result == "fail"] == ["endpoint"]
    assert "OCI_LLM_ENDPOINT" in report["endpoint"].measured
    assert "ocinb doctor --endpoint" in report["endpoint"].fix
    assert report.endpoint == ""


@pytest.mark.parametrize(
    "endpoint",
    ["https://user:hunter2@host/predict", "https://host/predict?key=hunter2"],
)
def test_no_part_of_an_address_that_may_be_a_secret_is_shown(endpoint: str) -> None:
    checks = [each for each in CHECKS if each.name == "endpoint"]
    target = Target(endpoint)
    shown = diagnose(target, checks=checks)
    assert "hunter2" not in f"{shown}{shown.to_json()}{target!r}"


class TestTarget:
    SAVED = Saved(
        aliases={
            "fast": Alias("https://fast/predict", "llama", "api_key"),
            "slow": Alias("https://slow/predict"),
        }
    )
    SET = {"OCI_LLM_ENDPOINT": "https://set/predict"}

    def test_an_address_counts_most(self) -> None:
        target = target_of("https://given/predict", self.SAVED, self.SET)
        assert target.endpoint == "https://given/predict"

    def test_an_alias_brings_its_model_and_its_way_to_sign(self) -> None:
        target = target_of("fast", self.SAVED, self.SET)
        assert (target.endpoint, target.model, target.auth, target.source) == (
            "https://fast/predict",
            "llama",
            "api_key",
            "the alias fast",
        )

    def test_options_count_more_than_the_alias(self) -> None:
        target = target_of("fast", self.SAVED, {}, auth="security_token", model="m")
        assert (target.auth, target.model) == ("security_token", "m")

    def test_the_variable_counts_before_the_first_alias(self) -> None:
        assert target_of("", self.SAVED, self.SET).source == "OCI_LLM_ENDPOINT"
        assert target_of("", self.SAVED, {}).source == "the alias fast"

    def test_with_nothing_there_is_no_endpoint(self) -> None:
        target = target_of("", Saved(), {})
        assert (target.endpoint, target.model, target.source) == ("", "odsc-llm", "")

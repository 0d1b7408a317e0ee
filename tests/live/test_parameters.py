"""Every parameter at its extremes: what is honoured, what is ignored, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import DeploymentError
from ocinb.local import LocalDeployment
from ocinb.sampling import PARAMETERS
from tests.live.asking import Ask
from tests.live.case import Case, Outcome
from tests.live.cases import CASES, ELSEWHERE, table

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[2] / "docs" / "servers.md"

pytestmark = pytest.mark.filterwarnings("ignore::ocinb.sampling.ParameterWarning")


@pytest.fixture(scope="module")
def ask_llama() -> Iterator[Ask]:
    with LocalDeployment() as deployment:
        yield Ask(deployment)


def outcome(case: Case, ask: Ask) -> Outcome:
    try:
        shown = case.shows(ask, case.given)
    except DeploymentError as error:
        if error.status != 400:
            raise
        return Outcome("refused", error.server_message)
    return Outcome("honoured" if shown else "ignored")


def check(case: Case, expected: Outcome, ask: Ask) -> None:
    found = outcome(case, ask)
    assert found.verdict == expected.verdict, found.words
    assert expected.words in found.words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_on_the_real_server(case: Case, ask: Ask) -> None:
    check(case, case.vllm, ask)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_on_the_local_deployment(case: Case, ask_llama: Ask) -> None:
    check(case, case.local, ask_llama)


def test_every_parameter_is_measured() -> None:
    assert {case.name for case in CASES} | ELSEWHERE == set(PARAMETERS)


def test_the_documentation_holds_the_measured_table() -> None:
    assert table() in DOCUMENT.read_text()

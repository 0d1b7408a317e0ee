"""What a deployment is called, and whether it can be asked."""

from __future__ import annotations

import pytest

from ocinb.errors import ConfigurationError, NotActive
from ocinb.wire.choosing import check_usable, counted, described
from ocinb.wire.listing import Deployment

OCID = "ocid1.datasciencemodeldeployment.oc1.iad.abc123"
URL = f"https://host.example/{OCID}/predict"


def deployment(
    state: str = "ACTIVE", url: str = URL, name: str = "llama"
) -> Deployment:
    return Deployment(name, OCID, url, "odsc-llm", state, "2025-03-01T10:20:30Z")


def test_name_end_of_the_ocid_and_day_tell_it_from_others():
    assert described(deployment()) == "llama (…abc123, 2025-03-01)"
    assert described(deployment(name="a\n\x1b[31m" + "b" * 99)).isprintable()


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "no ACTIVE model deployments"),
        (1, "1 ACTIVE model deployment in"),
        (2, "2 "),
    ],
)
def test_how_many_there_are_is_told_in_words(count: int, words: str):
    assert counted(count, OCID).startswith(words)
    assert counted(count, OCID).endswith("in compartment …abc123")


@pytest.mark.parametrize("state", ["ACTIVE", "UPDATING", "NEEDS_ATTENTION"])
def test_one_that_answers_is_usable(state: str):
    check_usable(deployment(state))


@pytest.mark.parametrize(
    ("state", "says"), [("INACTIVE", "is INACTIVE"), ("", "is in no state")]
)
def test_one_that_does_not_is_refused_with_its_state(state: str, says: str):
    with pytest.raises(NotActive, match=says):
        check_usable(deployment(state))


def test_one_without_an_address_is_refused():
    with pytest.raises(ConfigurationError, match="no usable address for llama"):
        check_usable(deployment(url=""))

"""A local deployment is listed as Oracle's API lists those of an account."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ocinb.local.gateway.admission import Door, Head, OciError
from ocinb.local.gateway.backend import Plain
from ocinb.local.gateway.listing import told_of
from ocinb.local.wanted import COMPARTMENT
from ocinb.wire.listing import deployment_of, deployments_in

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
DOOR = Door(OCID, "key", b"", 8080, "my model")
LIST = "/20190101/modelDeployments"


def asked(target: str, method: str = "GET") -> Plain | OciError | None:
    return told_of(Head(method, target, []), DOOR)


def test_the_list_holds_it_with_its_address_and_its_models_name():
    answer = asked(f"{LIST}?compartmentId={COMPARTMENT}&lifecycleState=ACTIVE")

    assert isinstance(answer, Plain)
    (found,) = deployments_in(json.loads(answer.body))
    assert (found.name, found.ocid, found.state) == ("local", OCID, "ACTIVE")
    assert found.endpoint == f"http://127.0.0.1:8080/{OCID}/predict"


def test_it_is_told_by_its_ocid():
    answer = told_of(Head("GET", f"{LIST}/{OCID}", []), replace(DOOR, model="llama"))

    assert isinstance(answer, Plain)
    assert deployment_of(json.loads(answer.body)).model == "llama"


@pytest.mark.parametrize(
    "target",
    [
        LIST,
        f"{LIST}?compartmentId=ocid1.compartment.oc1..other",
        f"{LIST}/{OCID}x",
    ],
)
def test_nothing_else_is_known(target: str):
    answer = asked(target)

    assert isinstance(answer, OciError)
    assert answer.code == "NotAuthorizedOrNotFound"


@pytest.mark.parametrize(
    ("target", "method"),
    [(f"/{OCID}/predict", "POST"), (LIST, "POST"), (f"{LIST}x", "GET")],
)
def test_what_is_no_such_question_is_left_to_others(target: str, method: str):
    assert asked(target, method) is None

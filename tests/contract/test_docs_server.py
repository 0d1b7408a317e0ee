"""The pages about the server and about security say what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ocinb.server.health import RESOURCE
from ocinb.server.recent import KEPT_S
from ocinb.wire.method import NAMED
from ocinb.wire.region import COMPARTMENT_VARIABLES
from ocinb.wire.sources import IAM_TYPE

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"
SERVER = (DOCS / "server.md").read_text()
SECURITY = (DOCS / "security.md").read_text()


@pytest.mark.parametrize(
    "fact",
    [
        *(*COMPARTMENT_VARIABLES, IAM_TYPE, *NAMED),
        f"for {KEPT_S:g} seconds",
        f"the resource `{RESOURCE}`",
    ],
)
def test_the_server_page_names_what_the_code_reads(fact: str):
    assert fact in SERVER


def test_what_the_server_page_shows_is_json():
    shown = re.findall(r"```json\n(.*?)```", SERVER, re.DOTALL)

    assert [sorted(json.loads(each)) for each in shown] == [
        ["status", "version"],
        ["compartment", "deployments"],
        ["message", "oci_status", "opc_request_id", "reason"],
    ]


def test_every_test_that_the_security_page_names_is_there():
    named = re.findall(r"`([\w/]+\.py)`", SECURITY)

    assert len(named) > 20
    assert [name for name in named if not (TESTS / name).is_file()] == []

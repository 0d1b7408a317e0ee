"""The wire tab tells everything that happened, in order, and no secret."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ocinb.chat_models import WireCall
from ocinb.errors import RateLimited
from ocinb.view.wire_text import as_wire_text
from ocinb.wire.notices import Answered, Arrived, Sent, Waiting
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE

URL = "https://md.us-ashburn-1.oci.customer-oci.com/ocid1.x/predictWithResponseStream"


def told(*notices: Any) -> str:
    return as_wire_text(WireCall(uuid4(), list(notices)))


def answered(status: int = 200, **headers: str) -> Answered:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answered(0.05, 1, status, "", named)


def event(at_s: float, text: str) -> Arrived:
    return Arrived(at_s, {"choices": [{"delta": {"content": text}}]})


def test_attempts_waits_headers_and_events_stand_in_order_with_their_times():
    error = RateLimited("too many requests", status=429)
    text = told(
        Sent(0.0001, 1, URL),
        answered(429, retry_after="1"),
        Waiting(0.06, 1, 1.0, error),
        Sent(1.06, 2, URL),
        answered(200, content_type="text/event-stream", opc_request_id="me/1"),
        event(1.2345, "\u00e9t\u00e9"),
    )
    assert text.splitlines() == [
        f"+      0.1 ms  request 1 to {URL}",
        "+     50.0 ms  status 429",
        "    retry-after: 1",
        f"+     60.0 ms  waiting 1.0 s: {error}",
        f"+   1060.0 ms  request 2 to {URL}",
        "+     50.0 ms  status 200",
        "    content-type: text/event-stream",
        "    opc-request-id: me/1",
        '+   1234.5 ms  {"choices": [{"delta": {"content": "\u00e9t\u00e9"}}]}',
    ]


def test_a_call_of_which_nothing_is_known_says_so():
    assert told() == "nothing was sent yet"


@pytest.mark.parametrize(
    "name",
    ["set-cookie", "Authorization", "www-authenticate", "x-api-key", "opc-obo-token"],
)
def test_the_value_of_a_header_that_may_be_a_key_is_not_shown(name: str):
    head = Answered(0.0, 1, 401, "", {name: 'Signature keyId="a/b",signature="hush"'})
    assert told(head).endswith(f"    {name}: [not shown: it may be a key]")


def test_the_reason_of_a_wait_holds_no_key():
    error = RateLimited("refused: authorization: hush-hush")
    assert "hush" not in told(Waiting(0.0, 1, 1.0, error))


def test_at_most_500_events_are_shown():
    lines = told(*(event(n / 1_000, f"<{n}>") for n in range(600))).splitlines()
    assert len(lines) == 501
    assert "<499>" in lines[499]
    assert lines[500] == "only the first 500 of 600 events are shown"


def test_a_long_event_is_cut():
    (line,) = told(event(0, "x" * 10_000)).splitlines()
    assert len(line) < 450
    assert line.endswith("…")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_nothing_in_it_acts_on_a_terminal_or_makes_a_line(attack: str):
    text = told(
        Sent(0.0, 1, attack),
        Answered(0.0, 1, 200, attack, {attack: attack, "server": attack}),
        Waiting(0.0, 1, 1.0, RateLimited(attack, server_message=attack)),
        event(0.0, attack),
    )
    assert not UNSAFE.search(text)
    assert len(text.splitlines()) == 6

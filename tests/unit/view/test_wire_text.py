"""What a call did on the wire, as text in which nothing is live or secret."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ocinb.chat_models.callbacks import WireCall
from ocinb.view.wire_text import call_as_text
from ocinb.wire.notices import Answered, Arrived, Sent


def call(*events: Any, **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    notices: list[Any] = [
        Sent(0.0, 1, "https://host/predict"),
        Answered(0.1, 1, 200, "id-1", named),
        *(Arrived(0.2 + n / 1000, event) for n, event in enumerate(events)),
    ]
    return call_as_text(WireCall(uuid4(), notices))


def test_every_event_has_its_offset_in_milliseconds():
    text = call({"id": "a"}, {"id": "b"})
    assert '+    200.0 ms  {"id": "a"}' in text
    assert '+    201.0 ms  {"id": "b"}' in text
    assert "request 1 to https://host/predict" in text
    assert "status 200, opc-request-id id-1" in text


def test_headers_that_may_be_keys_are_named_and_hidden():
    text = call(
        content_type="text/event-stream",
        set_cookie="session=abc123",
        www_authenticate='Signature keyId="ocid/fingerprint"',
        x_trace="Authorization: Bearer abcdefghijkl",
    )
    assert "content-type: text/event-stream" in text
    assert "set-cookie: [not shown" in text
    for secret in ("abc123", "fingerprint", "abcdefghijkl"):
        assert secret not in text


def test_what_a_server_says_is_inert():
    text = call({"text": "\x1b]0;title\x07\u202e"}, x_note="a\x1b[31m")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_of_a_long_stream_the_beginning_and_the_end_are_shown():
    text = call(*({"n": n} for n in range(2_000)))
    assert '{"n": 0}' in text
    assert '{"n": 1999}' in text
    assert "... 1,500 events that are not shown ..." in text
    assert text.count("ms  {") == 500

"""The request as it will be sent: URL, unsigned headers, bytes."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from ocinb.chat_models.prepared import BODY_LIMIT, checked_headers, to_bytes
from ocinb.errors import ParameterError, PayloadTooLarge
from ocinb.wire.endpoint import CHAT_ROUTE
from tests.unit.chat_models.recorder import ENDPOINT, make


class TestPrepare:
    def test_it_is_exactly_what_will_be_sent(self):
        prepared = make(top_p=0.5).prepare("hello")

        assert prepared.url == ENDPOINT
        assert prepared.headers == {
            "content-type": "application/json",
            "route": CHAT_ROUTE,
        }
        assert prepared.body == (
            b'{"messages":[{"role":"user","content":"hello"}],"model":"odsc-llm",'
            b'"temperature":0.2,"max_tokens":256,"top_p":0.5}'
        )
        assert prepared.stream is False

    def test_a_stream_goes_to_its_own_url(self):
        prepared = make().prepare("hello", stream=True)

        assert prepared.url == f"{ENDPOINT}WithResponseStream"
        assert prepared.headers["accept"] == "text/event-stream"
        assert prepared.stream is True
        assert json.loads(prepared.body)["stream"] is True

    def test_stop_strings_and_parameters_of_the_call_are_in_it(self):
        prepared = make().prepare("hello", stop=["x"], temperature=0.9, seed=1)

        assert prepared.sent == {
            "model": "odsc-llm",
            "temperature": 0.9,
            "max_tokens": 256,
            "seed": 1,
            "stop": ["x"],
        }

    def test_text_goes_as_utf_8_and_not_as_escapes(self):
        assert "Grüße 🙂".encode() in make().prepare("Grüße 🙂").body

    def test_an_endpoint_that_names_the_api_needs_no_route(self):
        assert "route" not in make(endpoint=ENDPOINT + CHAT_ROUTE).prepare("x").headers

    def test_stream_in_model_kwargs_does_not_decide(self):
        model = make(model_kwargs={"stream": True})

        assert "stream" not in json.loads(model.prepare("x").body)
        assert json.loads(model.prepare("x", stream=True).body)["stream"] is True

    def test_it_is_a_value(self):
        prepared = make().prepare("hello")

        assert prepared == make().prepare("hello")
        with pytest.raises(FrozenInstanceError):
            prepared.body = b""  # type: ignore[misc]  # what must not work

    def test_its_repr_shows_neither_headers_nor_body(self):
        prepared = make(default_headers={"x-key": "hunter2"}).prepare("hunter3")

        assert prepared.headers["x-key"] == "hunter2"
        assert "hunter" not in repr(prepared)


class TestHeaders:
    def test_the_users_headers_are_added_in_lower_case(self):
        headers = (
            make(default_headers={"X-Team": "a", "X-Number": 5}).prepare("x").headers
        )

        assert headers["x-team"] == "a"
        assert headers["x-number"] == "5"

    @pytest.mark.parametrize("name", ["route", "Route", "ROUTE"])
    def test_the_users_route_wins(self, name: str):
        headers = make(default_headers={name: "/v1/completions"}).prepare("x").headers

        assert headers["route"] == "/v1/completions"
        assert [key for key in headers if key.lower() == "route"] == ["route"]

    def test_the_users_own_dict_is_not_changed(self):
        given = {"X-Team": "a"}
        make(default_headers=given).prepare("x")

        assert given == {"X-Team": "a"}

    @pytest.mark.parametrize(
        "name",
        [
            *("Authorization", "authorization", "Date", "date", "Host", "HOST"),
            *("x-content-sha256", "X-Content-SHA256", "Content-Length"),
            *("opc-obo-token", "Transfer-Encoding"),
        ],
    )
    def test_what_signing_sets_cannot_be_overridden(self, name: str):
        with pytest.raises(ParameterError) as caught:
            checked_headers({name: "x"})

        assert str(caught.value) == (
            f"header {name} is set by signing and cannot be overridden"
        )

    @pytest.mark.parametrize(
        "value",
        [
            "a\r\nx: 1",
            "a\nb",
            "a\rb",
            "a\x00b",
            "日本語",
            "\u20ac",
            "\x7f",
            "\x85",
            "a\x1b",
        ],
        ids=ascii,
    )
    def test_a_value_that_no_header_may_hold_is_refused(self, value: str):
        with pytest.raises(ParameterError) as caught:
            checked_headers({"x-team": value})

        assert str(caught.value) == (
            "header 'x-team' holds a character that no header may hold"
        )

    @pytest.mark.parametrize(
        "name", ["", "two words", "a:b", "grün", "a\r\nb", "a\x00", "(a)", "a,b", "a\t"]
    )
    def test_a_name_that_no_header_may_have_is_refused(self, name: str):
        with pytest.raises(ParameterError) as caught:
            checked_headers({name: "x"})

        assert str(caught.value).isprintable()

    @pytest.mark.parametrize(
        "value", [None, True, b"x", ["x"], {"a": 1}, object()], ids=type
    )
    def test_a_value_that_is_neither_text_nor_number_is_refused(self, value: Any):
        with pytest.raises(ParameterError) as caught:
            checked_headers({"x-team": value})

        assert str(caught.value) == (
            "the value of header 'x-team' must be a string or a number"
        )

    @pytest.mark.parametrize("name", [5, None, b"x", ("a",)], ids=type)
    def test_a_name_that_is_no_text_is_refused(self, name: Any):
        with pytest.raises(ParameterError, match=r"must be a string$"):
            checked_headers({name: "x"})

    @pytest.mark.parametrize("value", ["Grüße", "a\tb", "", "~!@#", "\xff"])
    def test_latin_letters_and_tabs_are_fine(self, value: str):
        assert checked_headers({"x-team": value}) == {"x-team": value}

    @pytest.mark.parametrize("value", [" a ", "\ta", "a\t "])
    def test_white_space_round_a_value_is_dropped_as_http_does(self, value: str):
        assert checked_headers({"x-team": value}) == {"x-team": "a"}

    @pytest.mark.parametrize("headers", [None, {}])
    def test_no_headers_are_none(self, headers: Any):
        assert checked_headers(headers) == {}


class TestBytes:
    def test_numpys_numbers_are_numbers(self):
        import numpy as np  # noqa: PLC0415 - langchain-tests brings it

        body = {"a": np.float64(0.5), "b": np.int64(3), "c": np.array([1, 2])}

        assert to_bytes(body) == b'{"a":0.5,"b":3,"c":[1,2]}'

    def test_nesting_that_json_cannot_follow_is_refused(self):
        deep: list[Any] = []
        for _ in range(2000):
            deep = [deep]

        with pytest.raises(ParameterError, match="cannot be sent as JSON"):
            to_bytes({"a": deep})

    def test_a_body_of_just_the_limit_is_sent(self):
        frame = len(to_bytes({"a": ""}))

        assert len(to_bytes({"a": "x" * (BODY_LIMIT - frame)})) == BODY_LIMIT
        with pytest.raises(PayloadTooLarge):
            to_bytes({"a": "x" * (BODY_LIMIT - frame + 1)})

    def test_a_body_without_messages_may_be_refused_too(self):
        with pytest.raises(ParameterError, match="cannot be sent as JSON"):
            to_bytes({"a": object()})

    def test_the_bytes_are_those_of_a_dict_or_as_given(self):
        model = make()

        assert model._call(b"{}", stream=False).body == b"{}"

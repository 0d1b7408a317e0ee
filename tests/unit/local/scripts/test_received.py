"""Requests are put together from bytes, and the rules of HTTP are kept."""

from __future__ import annotations

import pytest

from ocinb.local.scripts.received import BadRequest, ReceivedRequest, RequestReader

POST = b"POST /x/predict?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"


def read(data: bytes) -> ReceivedRequest | None:
    reader = RequestReader(connection=3)
    reader.feed(data)
    return reader.next(now=1.5)


def refused(data: bytes) -> int:
    with pytest.raises(BadRequest) as caught:
        read(data)
    return caught.value.status


class TestReading:
    def test_a_request_is_kept_as_it_came(self):
        request = read(POST)
        assert request == ReceivedRequest(
            "POST",
            "/x/predict?a=1",
            (("Host", "h"), ("Content-Length", "2")),
            b"{}",
            1.5,
            3,
        )

    def test_its_path_has_no_query(self):
        request = read(POST)
        assert request is not None
        assert request.path == "/x/predict"

    def test_its_body_reads_as_json(self):
        request = read(POST)
        assert request is not None
        assert request.json == {}

    def test_its_headers_are_found_by_lower_case_name(self):
        request = read(b"GET / HTTP/1.1\r\nX-A:  b \r\nx-a: c\r\n\r\n")
        assert request is not None
        assert request.headers["x-a"] == "b, c"

    def test_its_repr_shows_no_headers_and_no_body(self):
        request = read(POST.replace(b"Host: h", b"Authorization: secret"))
        assert "secret" not in repr(request)

    def test_it_is_whole_whatever_the_pieces(self):
        reader = RequestReader()
        for i in range(len(POST) - 1):
            reader.feed(POST[i : i + 1])
            assert reader.next(0) is None
        reader.feed(POST[-1:])
        assert reader.next(0) is not None

    def test_two_requests_in_one_piece_are_two(self):
        reader = RequestReader()
        reader.feed(POST + POST.replace(b"/x/", b"/y/"))
        targets = [request.path for _ in "ab" if (request := reader.next(0))]
        assert targets == ["/x/predict", "/y/predict"]
        assert reader.next(0) is None

    def test_it_is_empty_until_something_comes(self):
        reader = RequestReader()
        assert reader.is_empty
        reader.feed(POST[:-1])
        assert not reader.is_empty
        reader.next(0)
        assert not reader.is_empty

    def test_a_get_needs_no_length(self):
        request = read(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert request is not None
        assert request.body == b""


class TestRules:
    @pytest.mark.parametrize(
        "line",
        [b"POST /x", b"POST /x HTTP/1.0", b"post /x HTTP/1.1", b"POST /x y HTTP/1.1"],
    )
    def test_a_malformed_request_line_is_refused(self, line: bytes):
        assert refused(line + b"\r\n\r\n") == 400

    @pytest.mark.parametrize("line", [b"no colon", b"a b: c", b" folded: c", b": c"])
    def test_a_malformed_header_is_refused(self, line: bytes):
        assert refused(b"POST /x HTTP/1.1\r\n" + line + b"\r\n\r\n") == 400

    def test_a_post_without_length_is_refused(self):
        assert refused(b"POST /x HTTP/1.1\r\nHost: h\r\n\r\n") == 411

    def test_chunks_are_refused(self):
        head = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert refused(head) == 411

    @pytest.mark.parametrize("length", [b"x", b"-1", b"+1", b"1, 1", b"", "²".encode()])
    def test_a_length_that_is_no_number_is_refused(self, length: bytes):
        head = b"POST /x HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n"
        assert refused(head) == 400

    def test_a_body_far_over_the_limit_is_refused_before_it_comes(self):
        head = b"POST /x HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"
        assert refused(head) == 413

    def test_a_head_that_never_ends_is_refused(self):
        assert refused(b"POST /x HTTP/1.1\r\nX: " + b"x" * 70_000) == 431

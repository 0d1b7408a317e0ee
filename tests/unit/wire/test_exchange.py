"""The course of one request up to its answer, driven without a network."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    DeploymentError,
    ServerError,
    StreamFailed,
    StreamTruncated,
)
from ocinb.wire.exchange import (
    Answer,
    Drain,
    Read,
    Send,
)
from ocinb.wire.reader import StreamReader
from ocinb.wire.request import Timeouts
from ocinb.wire.retry import RetryPolicy
from tests.unit.wire.course import (
    BUSY,
    EVENTS,
    GOOD,
    JSON,
    PAYLOAD,
    PREDICT,
    STREAM,
    Head,
    answered,
    call_of,
    chunk,
    event,
    failed,
    oci,
    run,
    streamed,
)


class TestWholeAnswer:
    def test_one_request_is_sent_and_its_body_read(self):
        course = run(GOOD)

        assert [type(step) for step in course.steps] == [Send, Drain]
        assert course.answer is not None
        assert course.answer.whole == PAYLOAD
        assert course.answer.attempts == 1
        assert course.answer.request_id == "A/B/C"
        assert course.answer.headers == JSON
        assert course.answer.url == PREDICT

    def test_the_request_is_what_the_call_says(self):
        timeouts = Timeouts(1, 2, 3)
        request = run(GOOD, call=call_of(timeouts=timeouts)).steps[0].request

        assert request.url == PREDICT
        assert request.body == b"{}"
        assert request.timeouts == timeouts
        assert request.headers == {
            "content-type": "application/json",
            "route": "/v1/chat/completions",
        }

    def test_the_users_route_wins(self):
        call = call_of(headers={"route": "/v1/completions"})

        assert run(GOOD, call=call).steps[0].request.headers["route"] == (
            "/v1/completions"
        )

    def test_an_endpoint_that_names_the_api_gets_no_route(self):
        call = call_of(endpoint=f"{PREDICT}/v1/chat/completions")

        assert "route" not in run(GOOD, call=call).steps[0].request.headers

    def test_a_whole_answer_is_not_asked_of_the_stream_url(self):
        assert run(GOOD, call=call_of(endpoint=STREAM)).urls == [PREDICT]

    def test_the_calls_own_headers_are_not_changed(self):
        call = call_of(stream=True)
        run(streamed(), call=call)

        assert call.headers == {"content-type": "application/json"}

    def test_headers_and_body_stay_out_of_the_repr(self):
        call = replace(call_of(headers={"x": "hunter2"}), body=b"hunter3")

        assert "hunter" not in repr(call)


class TestStream:
    def test_it_is_asked_for_at_the_stream_url_as_events(self):
        request = run(streamed(), call=call_of(stream=True)).steps[0].request

        assert request.url == STREAM
        assert request.headers["accept"] == "text/event-stream"
        assert "enable-streaming" not in request.headers

    def test_it_is_read_up_to_its_first_payload_only(self):
        course = run(
            streamed(
                b": ping\n\n", chunk("hi")[:9], chunk("hi")[9:], chunk("", "stop")
            ),
            call=call_of(stream=True),
        )

        assert [type(step) for step in course.steps] == [Send, Read, Read, Read]
        answer = course.answer
        assert answer is not None
        assert [p["choices"][0]["delta"] for p in answer.first] == [{"content": "hi"}]
        assert answer.reader is not None
        assert answer.attempts == 1

    def test_a_whole_answer_for_a_stream_is_accepted(self):
        course = run(GOOD, call=call_of(stream=True))

        assert course.answer is not None
        assert course.answer.whole == PAYLOAD

    def test_a_stream_has_no_whole_answer(self):
        answer = run(streamed(), call=call_of(stream=True)).answer

        with pytest.raises(AnswerError, match="is being streamed"):
            _ = answer and answer.whole

    def test_events_without_a_content_type_are_read_too(self):
        head = Head(200, {}, (chunk("hi", "stop"),))

        assert run(head, call=call_of(stream=True)).answer

    def test_a_stream_that_is_only_one_unfinished_line_is_read(self):
        answer = run(
            streamed(chunk("hi", "stop").rstrip()), call=call_of(stream=True)
        ).answer

        assert answer is not None
        assert len(answer.first) == 1

    def test_an_empty_stream_is_an_empty_answer(self):
        error, _ = failed(Head(200, EVENTS), call=call_of(stream=True))

        assert type(error) is AnswerError
        assert "empty answer" in str(error)
        assert error.request_id == "A/B/C"

    def test_a_stream_of_nothing_but_done_is_no_answer(self):
        error, _ = failed(streamed(b"data: [DONE]\n\n"), call=call_of(stream=True))

        assert type(error) is AnswerError
        assert "no choice" in str(error)

    def test_an_error_of_a_running_stream_is_completed_by_the_answer(self):
        answer = run(BUSY, streamed(), call=call_of(stream=True)).answer
        error = StreamTruncated("it ended")

        assert answer is not None
        answer.explain(error)

        assert error.endpoint == STREAM
        assert error.attempts == 2
        assert error.request_id == "A/B/C"
        assert error.phase == "stream"

    def test_an_error_of_a_whole_answer_is_completed_too(self):
        error = AnswerError("odd")

        Answer({}, attempts=3, url=PREDICT).explain(error)

        assert (error.endpoint, error.attempts) == (PREDICT, 3)


class TestFirstEvent:
    FAULT = event({"error": {"message": "no", "type": "T", "code": 503}})

    def test_an_error_that_passes_is_tried_again(self):
        course = run(streamed(self.FAULT), streamed(), call=call_of(stream=True))

        assert len(course.urls) == 2
        assert course.answer is not None
        assert course.answer.attempts == 2

    def test_an_error_that_stays_is_raised_with_the_servers_words(self):
        call = call_of(stream=True, policy=RetryPolicy(max_retries=1))
        error, course = failed(*[streamed(self.FAULT)] * 2, call=call)

        assert type(error) is StreamFailed
        assert (error.status, error.server_message, error.attempts) == (503, "no", 2)
        assert error.request_id == "A/B/C"
        assert len(course.urls) == 2

    def test_an_error_of_another_kind_is_raised_at_once(self):
        fault = event({"error": {"message": "no", "type": "T", "code": 400}})
        error, course = failed(streamed(fault), call=call_of(stream=True))

        assert error.status == 400
        assert len(course.urls) == 1

    def test_a_first_event_that_is_not_json_is_raised_at_once(self):
        error, course = failed(
            streamed(b"data: nonsense\n\n"), call=call_of(stream=True)
        )

        assert type(error) is AnswerError
        assert error.phase
        assert len(course.urls) == 1

    def test_a_connection_that_breaks_before_the_first_event_is_not_tried_again(self):
        broken = ConnectionFailed("reset", phase="stream")
        error, course = failed(streamed(broken), call=call_of(stream=True))

        assert error is broken
        assert error.endpoint == STREAM
        assert len(course.urls) == 1


class TestUnexpected:
    @pytest.mark.parametrize("stream", [False, True])
    def test_a_page_of_html_is_not_a_model_answer(self, *, stream: bool):
        head = Head(200, {"content-type": "text/html"}, (b"<title>Sign in</title>",))
        error, course = failed(head, call=call_of(stream=stream))

        assert type(error) is AnswerError
        assert "not a model answer: text/html" in str(error)
        assert error.server_message == "Sign in"
        assert len(course.urls) == 1

    @pytest.mark.parametrize("body", [b"", b" \n"])
    def test_an_empty_body_is_an_empty_answer(self, body: bytes):
        error, _ = failed(Head(200, JSON, (body,)))

        assert "empty answer" in str(error)
        assert (error.status, error.request_id) == (200, "A/B/C")

    def test_a_status_without_a_body_is_an_empty_answer(self):
        error, _ = failed(Head(204, {"opc-request-id": "A/B/C"}))

        assert "empty answer" in str(error)
        assert (error.status, error.request_id) == (204, "A/B/C")

    def test_events_for_a_whole_answer_say_so(self):
        error, _ = failed(streamed())

        assert "streamed, though a whole answer was asked for" in str(error)

    def test_a_body_that_is_not_json_is_shown(self):
        error, _ = failed(Head(200, JSON, (b"plain words",)))

        assert type(error) is AnswerError
        assert "plain words" in str(error)
        assert error.phase == "answer"

    def test_an_error_under_status_200_is_raised(self):
        fault = {"error": {"message": "out of memory", "code": 400}}
        error, course = failed(answered(fault))

        assert type(error) is ServerError
        assert error.server_message == "out of memory"
        assert len(course.urls) == 1

    def test_an_error_under_status_200_is_not_a_passing_one(self):
        error, course = failed(answered({"error": {"message": "busy", "code": 503}}))

        assert error.status == 200
        assert len(course.urls) == 1

    def test_a_request_that_was_too_large_names_its_size(self):
        call = replace(call_of(), body=b"x" * 1234)
        error, _ = failed(oci(413), call=call)

        assert "10 MB limit: it has 1,234 bytes" in str(error)

    def test_a_redirect_is_not_followed(self):
        error, course = failed(Head(307, {"location": "https://evil.example/"}))

        assert type(error) is DeploymentError
        assert "never followed" in str(error)
        assert course.urls == [PREDICT]

    def test_a_body_that_breaks_off_is_not_asked_for_again(self):
        broken = StreamTruncated("it broke off", phase="stream")
        error, course = failed(Head(200, JSON, (b'{"cho', broken)))

        assert error is broken
        assert len(course.urls) == 1


class TestReader:
    def test_the_rest_of_a_stream_is_read_by_its_reader(self):
        course = run(
            streamed(chunk("a"), chunk("b"), chunk("", "stop")),
            call=call_of(stream=True),
        )

        assert course.answer is not None
        reader = course.answer.reader
        assert isinstance(reader, StreamReader)
        reader.feed(next(course.pieces))  # type: ignore[arg-type]  # no error among them
        assert reader.text == "ab"

"""What a user sees of each fault on the wire, one row a fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    DeploymentError,
    NotActive,
    NotFound,
    PayloadTooLarge,
    PolicyError,
    RateLimited,
    ServerError,
    SignatureRefused,
    StreamFailed,
    StreamTruncated,
    TimedOut,
)

if TYPE_CHECKING:
    from ocinb.errors import OcinbError

RETRIED = 2
"""Requests made where one retry is allowed."""


@dataclass(frozen=True)
class Ends:
    """How an answer ends that does not end well.

    Attributes:
        kind: the class of the error.
        says: what its line holds.
        status: what it knows of the status.
        phase: how far the request had come.
        requests: how many the server saw.
    """

    kind: type[OcinbError]
    says: str
    status: int | None = None
    phase: str = "answer"
    requests: int = 1


CONNECT = {
    "accept_close": Ends(
        ConnectionFailed, "the connection to 127.0.0.1:", None, "headers", RETRIED
    ),
    "accept_rst": Ends(ConnectionFailed, "reset by peer", None, "headers", RETRIED),
    "slow_headers": Ends(
        TimedOut,
        "no byte of an answer came within the idle time-out of 0.4 s",
        None,
        "headers",
        RETRIED,
    ),
    "garbage": Ends(AnswerError, "F this is not HTTP", None, "headers"),
    "huge_header": Ends(AnswerError, "headers of the answer are longer than 65536"),
}
"""Connections that give no answer."""

_TOO_LONG = "This model's maximum context length is 2048 tokens."
_REDIRECT = Ends(DeploymentError, "redirects are never followed", 307)
_SHAPE = Ends(AnswerError, "the answer has an unexpected shape: ")
_STATUS = {
    "400": Ends(DeploymentError, _TOO_LONG, 400),
    "401": Ends(SignatureRefused, "(auth: API key)", 401),
    "403": Ends(PolicyError, "{DATA_SCIENCE_MODEL_DEPLOYMENT_PREDICT} in", 403),
    "404": Ends(PolicyError, "not found, or not authorised", 404),
    "vllm_404": Ends(NotFound, "The model `nope` does not exist.", 404),
    "408": Ends(DeploymentError, "The request timed out.", 408, requests=RETRIED),
    "409": Ends(NotActive, "the deployment is not active", 409),
    "413": Ends(PayloadTooLarge, "10 MB limit: it has ", 413),
    "415": Ends(DeploymentError, "Send application/json.", 415),
    "422": Ends(DeploymentError, "Field required", 422),
    "429": Ends(RateLimited, "Too many requests.", 429, requests=RETRIED),
    "500": Ends(ServerError, "Internal error.", 500, requests=RETRIED),
    "502": Ends(ServerError, "No answer from the model.", 502, requests=RETRIED),
    "503": Ends(ServerError, "not ready", 503, requests=RETRIED),
    "504": Ends(ServerError, "lower max_tokens, or stream", 504, requests=RETRIED),
    "vllm_400": Ends(DeploymentError, _TOO_LONG, 400),
    "vllm_400_old": Ends(DeploymentError, _TOO_LONG, 400),
    "html": Ends(ServerError, "Bad Gateway & more", 502, requests=RETRIED),
    "html200": Ends(AnswerError, "not a model answer: text/html", 200),
    "empty": Ends(AnswerError, "empty answer", 200),
    "204": Ends(AnswerError, "empty answer", 204),
    "error_ansi": Ends(DeploymentError, "[31mred [0m ]0;title", 400),
    "redirect_same": _REDIRECT,
    "redirect_other": _REDIRECT,
    "redirect_http": _REDIRECT,
    "redirect_loop": replace(_REDIRECT, status=308),
}
_SHAPES = {
    "shape_list": replace(_SHAPE, says='[1, 2, {"choices": []}]'),
    "shape_string": replace(_SHAPE, says=_SHAPE.says + "a string"),
    "shape_null": replace(_SHAPE, says=_SHAPE.says + "null"),
    "shape_no_choices": replace(_SHAPE, says='{"id": "chatcmpl-1", "object"'),
    "shape_choices_empty": Ends(AnswerError, "the model returned no choice"),
    "shape_choices_null": replace(_SHAPE, says='"choices": null'),
    "shape_choice_str": replace(_SHAPE, says='"choices": ["x"]'),
    "shape_predict": Ends(AnswerError, "does not speak the chat API"),
    "shape_error200": Ends(ServerError, "out of memory", 200),
    "dup_key": Ends(AnswerError, "the server sent something that is not JSON: "),
}
_FAILED = Ends(StreamFailed, "EngineCore encountered an issue.", 500, "stream")
_CUT = Ends(StreamTruncated, "the text so far is kept", None, "stream")

STREAMS: dict[str, Ends] = {
    **CONNECT,
    **_STATUS,
    **_SHAPES,
    "404": replace(_STATUS["404"], requests=2),  # the plain URL was tried too
    "409": replace(_STATUS["409"], requests=2),
    "empty": Ends(AnswerError, "empty answer", None, "stream"),
    "stall": Ends(
        TimedOut,
        "no byte of more of the answer came within the idle time-out of 0.4 s",
        None,
        "stream",
    ),
    "truncated_chunked": _CUT,
    "truncated_length": _CUT,
    "rst_mid": _CUT,
    "cut_mid_line": replace(_CUT, says="the stream ended early, after 17 characters"),
    "eof_no_finish": replace(_CUT, says="the stream ended early, after 17 characters"),
    "error_mid": _FAILED,
    "error_mid_old": _FAILED,
    "error_event": replace(_FAILED, status=None),
    "error_first": replace(_FAILED, status=503, requests=RETRIED),
    "not_json_mid": Ends(
        AnswerError, "that is not JSON: this line is not JSON", None, "stream"
    ),
    "endless_line": Ends(
        AnswerError, "one line of the stream is longer than 33554432", None, "stream"
    ),
    "gzip_bad": Ends(AnswerError, "compressed but cannot be decoded", None, "stream"),
}
"""Answers asked for as a stream. Faults that are not here must end well."""

_FAILED_WHOLE = Ends(
    ServerError, "EngineCore encountered an issue.", 500, requests=RETRIED
)
_NOT_JSON = Ends(AnswerError, "the server sent something that is not JSON: ")
_STREAMED = Ends(
    AnswerError, "the server streamed, though a whole answer was asked for"
)
_SSE = (
    *("utf8_split", "utf8_invalid", "crlf", "crlf_split", "cr_only", "u2028"),
    *("multiline", "no_space", "comments", "bom", "no_last_newline", "gzip"),
    "sse_for_json",
)

WHOLE: dict[str, Ends] = {
    **CONNECT,
    **_STATUS,
    **_SHAPES,
    **dict.fromkeys(_SSE, _STREAMED),
    "stall": CONNECT["slow_headers"],
    "truncated_chunked": _CUT,
    "truncated_length": _CUT,
    "rst_mid": _CUT,
    "cut_mid_line": _NOT_JSON,
    "error_mid": _FAILED_WHOLE,
    "error_mid_old": _FAILED_WHOLE,
    "error_event": _FAILED_WHOLE,
    "error_first": replace(_FAILED_WHOLE, status=503),
    "not_json_mid": _NOT_JSON,
    "endless_line": Ends(AnswerError, "the answer is longer than 67108864 bytes"),
    "gzip_bad": STREAMS["gzip_bad"],
}
"""Answers asked for as a whole. Faults that are not here must end well."""

"""Streams that are legal or nearly so, in every way that trips a reader."""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Final

from ocinb.local.scripts.completion import Asked, completion, event_bytes
from ocinb.local.scripts.faults.kind import (
    HALF,
    TEXT,
    Fault,
    as_they_are,
    event_pieces,
    half,
)
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import Body, Delta, Endless, Event, Headers, Json

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SSE"]

_SEPARATORS: Final = "one\u2028two\u2029three\u0085four\vfive\fsix"
"""Characters at which `str.splitlines` splits, and server-sent events do not."""

_PIECES: Final = event_pieces(Script.answer(TEXT).steps)
_STREAM: Final = b"".join(_PIECES)


def _replaced(old: bytes, new: bytes) -> Script:
    return as_they_are(piece.replace(old, new) for piece in _PIECES)


def _crlf_split() -> Script:
    parts = re.split(rb"(?<=\r)(?=\n)", _STREAM.replace(b"\n", b"\r\n"))
    return as_they_are(parts)


def _separators() -> Script:
    """Put line separators in the text, and in a comment those that JSON escapes."""
    pieces = event_pieces(Script.answer(_SEPARATORS, tokens=1).steps)
    return as_they_are([b": a\x0bdata: b\x0cdata: c\x1cdata: d\n\n", *pieces])


def _multiline() -> Iterator[bytes]:
    for piece in _PIECES[:-1]:
        data = json.loads(piece.removeprefix(b"data: "))
        yield event_bytes(json.dumps(data, ensure_ascii=False, indent=1))
    yield _PIECES[-1]


def _commented() -> Iterator[bytes]:
    yield b": ping\n\n"
    for number, piece in enumerate(_PIECES):
        yield b": a comment\nid: %d\nevent: message\nretry: 100\n" % number
        yield b"unknown: field\nwithout-colon\n%b:\n\n" % piece


def _no_last_newline() -> Script:
    said = Script.answer(TEXT, finish="length").steps[:-2]
    pieces = event_pieces(said)
    return as_they_are([*pieces[:-1], pieces[-1].rstrip(b"\n")])


def _after_done() -> Script:
    said = Script.answer(TEXT).steps
    return Script([*said, Delta(" and more"), Event("this is not JSON")], said)


def _big_line(megabytes: float) -> Script:
    text = "x" * int(megabytes * 1_000_000)
    return Script([Delta(text), *Script.answer("").steps])


def _endless_line() -> Script:
    begun = b'data: {"choices":[{"index":0,"delta":{"content":"'
    kind = Headers({"content-type": "text/event-stream; charset=utf-8"})
    return Script([kind, *map(Body, [*event_pieces(half()), begun]), Endless(_MUCH)])


def _zipped() -> Iterator[bytes]:
    """Compress the stream so that each event can be read when it comes."""
    zipper = zlib.compressobj(wbits=31)
    for piece in _PIECES:
        yield zipper.compress(piece) + zipper.flush(zlib.Z_SYNC_FLUSH)
    yield zipper.flush()


_MUCH: Final = b"x" * 65_536
_GZIP: Final = {"content-encoding": "gzip"}
_INVALID: Final = _replaced(b"Wien", b"Wi\xffen")
_JSON_FOR_STREAM: Final = Json(completion(Script.answer(TEXT).steps, Asked()))

SSE: Final = (
    Fault("utf8_split", "sse", "no", as_they_are([_STREAM], size=1), TEXT),
    Fault("utf8_invalid", "sse", "no", _INVALID, TEXT.replace("Wien", "Wi\ufffden")),
    Fault("crlf", "sse", "no", _replaced(b"\n", b"\r\n"), TEXT),
    Fault("crlf_split", "sse", "no", _crlf_split(), TEXT),
    Fault("cr_only", "sse", "no", _replaced(b"\n", b"\r"), TEXT),
    Fault("u2028", "sse", "no", _separators(), _SEPARATORS),
    Fault("multiline", "sse", "no", as_they_are(_multiline()), TEXT),
    Fault("no_space", "sse", "no", _replaced(b"data: ", b"data:"), TEXT),
    Fault("comments", "sse", "no", as_they_are(_commented()), TEXT),
    Fault("bom", "sse", "no", as_they_are([b"\xef\xbb\xbf", *_PIECES]), TEXT),
    Fault("no_last_newline", "sse", "no", _no_last_newline(), TEXT),
    Fault("after_done", "sse", "no", _after_done(), TEXT),
    Fault("big_line", "sse", "no", _big_line, None, 10),
    Fault("endless_line", "sse", "no", _endless_line(), HALF),
    Fault("gzip", "sse", "no", as_they_are(_zipped(), _GZIP), TEXT),
    Fault("gzip_bad", "sse", "no", as_they_are(_PIECES, _GZIP)),
    Fault("json_for_stream", "sse", "no", Script([_JSON_FOR_STREAM]), TEXT),
    Fault("sse_for_json", "sse", "no", as_they_are(_PIECES), TEXT),
)

"""Bytes of a server-sent event stream -> events, whatever way the bytes are cut.

Follows the event stream format of the WHATWG HTML standard (section 9.2): UTF-8, an
optional byte order mark, lines that end in CR LF, LF or CR. Lines are cut as bytes,
so that U+2028, U+0085 and their like inside a JSON string never end a line.
"""

from __future__ import annotations

from typing import NamedTuple

from ocinb.errors import AnswerError

__all__ = ["LINE_LIMIT", "Decoder", "Event"]

LINE_LIMIT = 32 * 1024 * 1024
"""Bytes after which an unfinished line, or an unfinished event of many lines, is
refused, so that memory stays bounded."""

_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One server-sent event.

    Attributes:
        data: its data lines joined by newlines; invalid UTF-8 became U+FFFD.
        name: its `event:` field, empty for an ordinary message.
    """

    data: str
    name: str = ""


class Decoder:
    """Collect bytes and return the events they complete; linear in their number.

    Args:
        line_limit: the longest line in bytes, and the longest event of many lines.
    """

    def __init__(self, line_limit: int = LINE_LIMIT) -> None:
        self._line_limit = line_limit
        self._rest: list[bytes] = []  # pieces of the line that has not ended yet
        self._rest_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._name = ""
        self._begun = False
        self._after_cr = False
        self._is_between = False  # events, with nothing pending

    def feed(self, raw: bytes) -> list[Event]:
        """Take the next bytes and return the events that are now complete.

        Raises:
            AnswerError: a line or an event is longer than the limit.
        """
        if (  # one event a write, as servers send them
            self._is_between
            and raw.endswith(b"\n\n")
            and raw.startswith(b"data: ")
            and raw.find(b"\n") == len(raw) - 2
            and b"\r" not in raw
        ):
            return [Event(raw[6:-2].decode("utf-8", "replace"))]
        events = self._feed_pieces(raw)
        pending = self._rest or self._data or self._name or self._after_cr
        self._is_between = self._begun and not pending
        return events

    def _feed_pieces(self, raw: bytes) -> list[Event]:
        raw = self._with_plain_line_ends(raw)
        if not self._begun:
            raw = self._without_bom(raw)
        lines = raw.split(b"\n")
        if len(lines) == 1:
            self._keep(raw)
            return []
        lines[0] = self._whole_line(lines[0])
        self._keep(lines.pop())
        return self._events(lines)

    def close(self) -> list[Event]:
        """Return the event that was left open at the end of the stream, if any."""
        lines = [self._whole_line(b""), b""]
        return self._events(lines)

    def _with_plain_line_ends(self, raw: bytes) -> bytes:
        if self._after_cr and raw:
            self._after_cr = False
            if raw.startswith(b"\n"):  # the second half of a CR LF cut in two
                raw = raw[1:]
        if b"\r" in raw:
            self._after_cr = raw.endswith(b"\r")
            raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return raw

    def _without_bom(self, raw: bytes) -> bytes:
        start = b"".join(self._rest) + raw
        if len(start) < len(_BOM) and _BOM.startswith(start):
            return raw  # cannot tell yet
        self._begun = True
        if not start.startswith(_BOM):
            return raw
        self._rest, self._rest_size = [], 0
        return start[len(_BOM) :]

    def _keep(self, piece: bytes) -> None:
        if not piece:
            return
        self._rest.append(piece)
        self._rest_size += len(piece)
        self._check_size("line", self._rest_size)

    def _check_size(self, what: str, size: int) -> None:
        if size > self._line_limit:
            msg = f"one {what} of the stream is longer than {self._line_limit} bytes"
            raise AnswerError(msg, phase="stream")

    def _whole_line(self, end: bytes) -> bytes:
        if not self._rest:
            return end
        self._rest.append(end)
        line = b"".join(self._rest)
        self._rest, self._rest_size = [], 0
        return line

    def _events(self, lines: list[bytes]) -> list[Event]:
        events: list[Event] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[6:] if line[5:6] == b" " else line[5:])
                self._data_size += len(line)
            elif line:
                self._read_field(line)
            else:
                if data:
                    text = data[0] if len(data) == 1 else b"\n".join(data)
                    events.append(Event(text.decode("utf-8", "replace"), self._name))
                    data.clear()
                    self._data_size = 0
                self._name = ""
        self._check_size("event", self._data_size)
        return events

    def _read_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"event":
            self._name = value.removeprefix(b" ").decode("utf-8", "replace")
        elif name == b"data":  # "data" without a colon is an empty data line
            self._data.append(b"")

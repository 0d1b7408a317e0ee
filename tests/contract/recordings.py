"""Recorded exchanges with a real vLLM, and scripts that play them back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import Body, Headers, Status

RECORDED = Path(__file__).parent / "recorded"
FRAMING = {"date", "server", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Recording:
    """One exchange: what was sent, and what came back."""

    folder: str
    case: str
    request: dict[str, Any] = field(repr=False, hash=False)
    response: dict[str, Any] = field(repr=False, hash=False)

    @property
    def name(self) -> str:
        """Its folder and case, which name it among all."""
        return f"{self.folder}/{self.case}"

    @property
    def is_stream(self) -> bool:
        """Whether server-sent events came back."""
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def status(self) -> int:
        status: int = self.response["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer that are not about one connection."""
        pairs = dict(self.response["headers"])
        return {name: value for name, value in pairs.items() if name not in FRAMING}

    @property
    def body(self) -> bytes:
        """The body of the answer."""
        text: str = self.response["body"]
        return text.encode()

    @property
    def request_body(self) -> bytes:
        """The body of the request, as it was sent."""
        raw: str | None = self.request["raw"]
        if raw is not None:
            return raw.encode("latin-1")
        asked = self.request["json"]
        return b"" if asked is None else json.dumps(asked).encode()

    @property
    def events(self) -> list[bytes]:
        """The body of a stream, one piece an event."""
        return [event + b"\n\n" for event in self.body.split(b"\n\n")[:-1]]

    def script(self) -> Script:
        """Play the answer back: the same status, headers and bytes."""
        status = Status(self.status, self.response["reason"])
        pieces = self.events if self.is_stream else [self.body]
        return Script([status, Headers(self.headers), *map(Body, pieces)])


def recordings(folder: str = "vllm") -> list[Recording]:
    """Load the exchanges of a folder of `recorded/`, in the order of their names."""
    return [
        Recording(folder, found["case"], found["request"], found["response"])
        for path in sorted((RECORDED / folder).glob("*.json"))
        for found in [json.loads(path.read_text("utf-8"))]
    ]

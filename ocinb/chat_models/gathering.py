"""The events of one streamed answer, joined into the whole answer they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.chat_models.tools import ToolCallIndexes
from ocinb.wire.payload import text_of

if TYPE_CHECKING:
    from ocinb.wire.payload import Choice, Delta, Payload, ToolCallPart

__all__ = ["Gathering"]

_ONCE = ("id", "model", "system_fingerprint", "metrics", "prompt_logprobs")


class Gathering:
    """Takes events as they come; makes no message of each, only one of all.

    It is for who wants the answer and its times, and shows nothing meanwhile.
    """

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._logprobs: list[Any] = []
        self._choice: dict[str, Any] = {}
        self._whole: dict[str, Any] = {}
        self._indexes = ToolCallIndexes()

    def add(self, payload: Payload) -> bool:
        """Take an event; True if it has content, reasoning or a piece of a tool call."""
        self._indexes.settle(payload)
        known = [(name, payload.get(name)) for name in (*_ONCE, "usage")]
        self._whole |= {name: value for name, value in known if value is not None}
        says = [self._add(choice) for choice in payload["choices"][:1]]
        return any(says)

    def payload(self) -> Payload:
        """Return the whole answer, as a server that does not stream sends it."""
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        message: dict[str, Any] = {"role": "assistant", "content": "", **texts}
        if self._calls:
            message["tool_calls"] = [call for _, call in sorted(self._calls.items())]
        choice = {**self._choice, "index": 0, "message": message}
        if self._logprobs:
            choice["logprobs"] = {"content": self._logprobs}
        whole: Any = {**self._whole, "choices": [choice]}
        payload: Payload = whole
        return payload

    def _add(self, choice: Choice) -> bool:
        said: Delta = choice.get("delta") or choice.get("message") or {}
        for name in ("finish_reason", "stop_reason"):
            if choice.get(name) is not None:
                self._choice[name] = choice.get(name)
        logprobs = choice.get("logprobs")
        if logprobs:
            self._logprobs += logprobs.get("content") or ()
        pieces = {
            "content": text_of(said.get("content")),
            "reasoning": said.get("reasoning") or said.get("reasoning_content"),
            "refusal": said.get("refusal"),
        }
        for name, piece in pieces.items():
            if piece:
                self._texts.setdefault(name, []).append(piece)
        calls = said.get("tool_calls") or ()
        for call in calls:
            self._add_call(call)
        return bool(calls) or any(pieces.values())

    def _add_call(self, part: ToolCallPart) -> None:
        empty = {"type": "function", "function": {"name": "", "arguments": ""}}
        call = self._calls.setdefault(part.get("index") or 0, empty)
        if part.get("id"):
            call["id"] = part.get("id")
        for name, piece in (part.get("function") or {}).items():
            if name in call["function"] and isinstance(piece, str):
                call["function"][name] += piece

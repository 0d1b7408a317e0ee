"""Finished trials, made in a line."""

from __future__ import annotations

from typing import Any

from ocinb.sweep.values import Prompt, Row

PROMPT = Prompt(0, (), {"prompt": "Capital of Switzerland?"}, reference="Bern")


def row(text: str = "", **facts: Any) -> Row:
    return Row(**{"key": b"k" * 16, "status": "ok", "repeat": 0, "text": text, **facts})

"""What a server tells of the probability of each token, read with care."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Certainty", "Token", "certainty_of", "tokens_of"]

_BROKEN: Final = "\ufffd"
_LONGEST: Final = 4
"""Bytes of the longest character, and so the most tokens that one is split into."""


@dataclass(frozen=True)
class Token:
    """A token of an answer, or several that are pieces of one character.

    Attributes:
        text: what it says; untrusted text.
        probability: in [0, 1]; None where the server did not tell it.
        others: what else might have stood there, each with its probability.
        pieces: how many tokens it is.
    """

    text: str
    probability: float | None = None
    others: tuple[tuple[str, float | None], ...] = ()
    pieces: int = 1


@dataclass(frozen=True)
class Certainty:
    """How certain a model was of a whole answer.

    Attributes:
        count: tokens whose probability is known.
        mean: mean probability, `sum(p_i) / N`.
        perplexity: `exp(-sum(ln p_i) / N)`: between how many equally likely tokens the
            model chose on the average; infinite if one had no probability at all.
    """

    count: int
    mean: float
    perplexity: float


def tokens_of(logprobs: Any) -> list[Token]:
    """Return the tokens in `response_metadata["logprobs"]`; empty without any.

    Args:
        logprobs: OpenAI's and vLLM's shape, `{"content": [{"token", "logprob", "bytes",
            "top_logprobs"}]}`; what is missing or of another kind counts as not told.
    """
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    entries = content if isinstance(content, list) else []
    return list(_joined([entry for entry in entries if isinstance(entry, dict)]))


def certainty_of(tokens: Iterable[Token]) -> Certainty | None:
    """Return how certain a model was; None where no probability is known.

    With `p_i` the probability of token i and N tokens of known probability, the mean is
    `sum(p_i) / N` and the perplexity `exp(-sum(ln p_i) / N)`.
    """
    known = [t.probability for t in tokens if t.probability is not None]
    if not known:
        return None
    count = len(known)
    perplexity = math.inf
    if all(known):
        perplexity = math.exp(-math.fsum(map(math.log, known)) / count)
    return Certainty(count, math.fsum(known) / count, perplexity)


def _joined(entries: Sequence[dict[str, Any]]) -> Iterator[Token]:
    """Yield tokens, with those that are pieces of one character together."""
    at = 0
    while at < len(entries):
        size, text = _character(entries, at)
        if size == 1:
            yield _token(entries[at], text)
        else:
            yield _whole(entries[at : at + size], text)
        at += size


def _character(entries: Sequence[dict[str, Any]], at: int) -> tuple[int, str]:
    """Return of how many tokens the text at a place is, and that text."""
    text = _said(entries[at])
    data = _bytes_of(entries[at])
    if data is not None and not _is_text(data):
        whole = data
        for size in range(2, _LONGEST + 1):
            more = (
                _bytes_of(entries[at + size - 1]) if at + size <= len(entries) else None
            )
            if more is None:
                break
            whole += more
            if _is_text(whole):
                return size, whole.decode()
    elif text == _BROKEN:  # vLLM tells no bytes of a piece
        run = next(groupby(entries[at : at + _LONGEST], lambda e: _said(e) == _BROKEN))
        return len(list(run[1])), text
    return 1, text


def _token(entry: dict[str, Any], text: str) -> Token:
    tops = entry.get("top_logprobs")
    listed = tops if isinstance(tops, list) else []
    others = tuple(
        (said, _probability(top))
        for top in listed
        if isinstance(top, dict) and (said := _said(top)) != text
    )
    return Token(text, _probability(entry), others)


def _whole(entries: Sequence[dict[str, Any]], text: str) -> Token:
    """Return a character of several tokens: all of them had to come."""
    known = [p for p in map(_probability, entries) if p is not None]
    whole = math.prod(known) if len(known) == len(entries) else None
    return Token(text, whole, pieces=len(entries))


def _probability(entry: dict[str, Any]) -> float | None:
    logprob = entry.get("logprob")
    if isinstance(logprob, bool) or not isinstance(logprob, (int, float)):
        return None
    if math.isnan(logprob):
        return None
    return math.exp(min(logprob, 0.0))  # rounding makes some a little more than 1


def _said(entry: dict[str, Any]) -> str:
    token = entry.get("token")
    return token if isinstance(token, str) else ""


def _bytes_of(entry: dict[str, Any]) -> bytes | None:
    told = entry.get("bytes")
    if not isinstance(told, list) or not told:
        return None
    fit = all(type(each) is int and each in range(256) for each in told)
    return bytes(told) if fit else None


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True

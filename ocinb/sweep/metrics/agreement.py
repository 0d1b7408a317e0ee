"""Whether several answers to one prompt say the same."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

__all__ = [
    "Majority",
    "entropy_bits",
    "exact_agreement",
    "majority",
    "pass_at_k",
    "self_consistency",
]

_TWO: Final = 2


@dataclass(frozen=True)
class Majority:
    """The answer that most repeats gave.

    Attributes:
        answer: what was extracted most often; of a tie the one that came first. None
            if no text held an answer.
        share: of all texts, those without an answer among them, that gave it.
        tied: another answer came as often.
    """

    answer: Hashable
    share: float
    tied: bool


def exact_agreement(texts: Sequence[str]) -> float | None:
    """Return how likely two answers to one prompt are the same.

    The share of pairs that are equal, white space round them aside:
    sum(c * (c - 1)) / (n * (n - 1)) over the count c of each different text (Simpson
    1949, the unbiased form of his index). None for a single text. Unit: share, 0 to 1.

    Args:
        texts: answers to one prompt.
    """
    n = len(texts)
    if n < _TWO:
        return None
    counts = Counter(text.strip() for text in texts).values()
    return sum(c * (c - 1) for c in counts) / (n * (n - 1))


def majority(
    texts: Sequence[str], extract: Callable[[str], Any] | None = None
) -> Majority | None:
    """Return the answer of most repeats.

    Self-consistency: Wang et al. 2022, "Self-Consistency Improves Chain of Thought
    Reasoning in Language Models" - several reasoned answers are sampled and the final
    answers are voted on, each with one vote. None without texts.

    Args:
        texts: answers to one prompt.
        extract: finds the final answer in a text, such as the number at its end; None
            (and an empty text) is no answer and has no vote. Without it the whole text
            is the answer, white space round it aside.
    """
    if not texts:
        return None
    found = _answers(texts, extract)
    if not found:
        return Majority(None, 0.0, tied=False)
    (first, votes), *others = Counter(found).most_common(2)
    tied = bool(others) and others[0][1] == votes
    return Majority(first, votes / len(texts), tied)


def self_consistency(
    texts: Sequence[str], extract: Callable[[str], Any] | None = None
) -> float | None:
    """Return the share of repeats that gave the answer of most.

    votes(majority) / count(texts), from Wang et al. 2022 as in `majority`; 1 / n if all
    differ. None for a single text. Unit: share, 0 to 1.

    Args:
        texts: answers to one prompt.
        extract: as in `majority`.
    """
    if len(texts) < _TWO:
        return None
    found = majority(texts, extract)
    return None if found is None else found.share


def entropy_bits(
    texts: Sequence[str], extract: Callable[[str], Any] | None = None
) -> float | None:
    """Return how uncertain the answer is.

    -sum(p * log2 p) over the share p of each different answer (Shannon 1948); 0 if all
    are the same, log2 n if all differ. With n repeats it cannot exceed log2 n: compare
    settings of equally many. None for a single answer. Unit: bits.

    Args:
        texts: answers to one prompt.
        extract: as in `majority`; texts without an answer are left out.
    """
    found = _answers(texts, extract)
    if len(found) < _TWO:
        return None
    shares = [count / len(found) for count in Counter(found).values()]
    return max(0.0, -math.fsum(p * math.log2(p) for p in shares))


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return how likely at least one of k answers is right.

    1 - C(n - c, k) / C(n, k): the unbiased estimate of Chen et al. 2021, "Evaluating
    Large Language Models Trained on Code", from n answers of which c are right. It is
    for one prompt; over several prompts take the mean. Unit: probability, 0 to 1.

    Args:
        n: answers, from 1.
        c: those that are right, 0 to n.
        k: 1 to n.

    Raises:
        ParameterError: a number is out of range.
    """
    if not 0 <= c <= n:
        msg = f"c must be 0 to n (got c={c}, n={n})"
        raise ParameterError(msg)
    if not 1 <= k <= n:
        msg = (
            f"k must be 1 to n (got k={k}, n={n}): repeat each prompt at least k times"
        )
        raise ParameterError(msg)
    return 1 - math.comb(n - c, k) / math.comb(n, k)


def _answers(
    texts: Sequence[str], extract: Callable[[str], Any] | None
) -> list[Hashable]:
    found = (text.strip() if extract is None else extract(text) for text in texts)
    return [_hashable(each) for each in found if each is not None and each != ""]


def _hashable(answer: Any) -> Hashable:
    """Return an answer as something that can be counted."""
    return answer if answer.__hash__ is not None else repr(answer)

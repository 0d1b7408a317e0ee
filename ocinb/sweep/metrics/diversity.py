"""How different several answers to one prompt are.

Each function takes the texts of one (setting, prompt), a text for each repeat, and
returns None where they are too few or too short to say.
"""

from __future__ import annotations

import math
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from ocinb.sweep.metrics.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["adjusted_distinct", "distinct", "similarity", "unique_rate"]

VOCABULARY: Final = 30_522
"""Words that could have come next: the size of BERT's vocabulary."""

SHINGLE: Final = 3

TEXTS_COMPARED: Final = 64
"""Texts of which each pair is compared; more are thinned out evenly."""

TOKENS_COMPARED: Final = 20_000
"""Tokens of each text that are compared, from its start."""

_TWO: Final = 2


def distinct(texts: Sequence[str], n: int) -> float | None:
    """Return distinct-n: different n-grams as a share of all n-grams of all texts.

    unique(n-grams) / count(n-grams), with n-grams inside a text, never across two. From
    Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation
    Models"; the denominator is n-grams, as the common implementations have it, where
    the paper says tokens. It falls with the length of the texts: compare settings whose
    answers are about as long, or use `adjusted_distinct`. Unit: share, 0 to 1.

    Args:
        texts: answers to one prompt.
        n: from 1.
    """
    grams = list(chain.from_iterable(_grams(tokens(text), n) for text in texts))
    return len(set(grams)) / len(grams) if grams else None


def adjusted_distinct(
    texts: Sequence[str], vocabulary: int = VOCABULARY
) -> float | None:
    """Return expectation-adjusted distinct: different words by how many were likely.

    N / (V * (1 - ((V - 1) / V)^C)) with N different words, C words and a vocabulary of
    V: how many different words there are, by how many there would be if each of the C
    were drawn blindly from the vocabulary. From Liu et al. 2022, "Rethinking and
    Refining the Distinct Metric". It does not fall with length as distinct-1 does. Can
    exceed 1. Unit: ratio; only comparable among equal vocabularies.

    Args:
        texts: answers to one prompt.
        vocabulary: V, from 2.
    """
    spoken = list(chain.from_iterable(map(tokens, texts)))
    if not spoken:
        return None
    likely = -vocabulary * math.expm1(len(spoken) * math.log1p(-1 / vocabulary))
    return len(set(spoken)) / likely


def unique_rate(texts: Sequence[str]) -> float | None:
    """Return how many different texts there are, as a share of all.

    unique(texts) / count(texts), white space round a text aside; 1 / n if all are the
    same. None for a single text. Unit: share, 1 / n to 1.

    Args:
        texts: answers to one prompt.
    """
    if len(texts) < _TWO:
        return None
    return len({text.strip() for text in texts}) / len(texts)


def similarity(texts: Sequence[str]) -> float | None:
    """Return how alike two answers to one prompt are on average.

    The mean over all pairs of |A & B| / |A | B|, A and B the sets of the texts' runs of
    3 words: Broder 1997, "On the Resemblance and Containment of Documents" (Jaccard's
    index). A text of fewer words is one run; two empty texts are alike. Its cost is
    linear in the texts' length, where an edit distance would be quadratic; of more
    than 64 texts an even selection is compared, of each text the first 20,000 words.
    None for a single text. Unit: share, 0 (nothing in common) to 1 (the same).

    Args:
        texts: answers to one prompt.
    """
    if len(texts) < _TWO:
        return None
    step = max(1, math.ceil(len(texts) / TEXTS_COMPARED))
    runs = [_shingles(text) for text in texts[::step]]
    found = [_jaccard(a, b) for a, b in combinations(runs, 2)]
    return math.fsum(found) / len(found)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    spoken = tokens(text)[:TOKENS_COMPARED]
    return frozenset(_grams(spoken, min(SHINGLE, len(spoken)) or 1))


def _jaccard(a: frozenset[object], b: frozenset[object]) -> float:
    together = len(a | b)
    return len(a & b) / together if together else 1.0


def _grams(spoken: list[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(spoken[start:] for start in range(n)), strict=False)

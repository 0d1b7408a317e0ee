"""Rows of earlier runs that have no score yet."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ocinb.sweep.values import Row

if TYPE_CHECKING:
    from collections.abc import Collection

    from ocinb.sweep.store import Store

__all__ = ["rows_to_score"]


def rows_to_score(
    store: Store, sweep_id: int, names: Collection[str]
) -> list[tuple[Row, int]]:
    """Return answered rows that lack one of some scores, each with its prompt's number.

    Args:
        store: where they are.
        sweep_id: of which sweep.
        names: of the scores.
    """
    scored: defaultdict[bytes, set[str]] = defaultdict(set)
    known = store.scores(sweep_id)
    for key, name in zip(known["key"], known["name"], strict=True):
        scored[key].add(name)
    columns = store.rows(sweep_id)
    found = []
    for values in zip(*columns.values(), strict=True):
        fields: dict[str, Any] = dict(zip(columns, values, strict=True))
        if fields["status"] == "ok" and not scored[fields["key"]].issuperset(names):
            prompt = fields.pop("prompt")
            del fields["setting"]
            fields["tool_calls"] = json.loads(fields["tool_calls"] or "[]")
            found.append((Row(**fields), prompt))
    return found

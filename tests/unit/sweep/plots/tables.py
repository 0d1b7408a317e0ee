"""Tables of trials, as a result has them."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd


def trials(**columns: Any) -> pd.DataFrame:
    """Two temperatures, two values of top_p, three prompts, two repeats."""
    rows = [
        {
            "temperature": t,
            "top_p": p,
            "setting": 0,
            "prompt": prompt,
            "repeat": repeat,
            "status": "ok",
            "ttft_s": 0.1 + t + prompt / 100,
            "score_quality": t * p + repeat,
            "text": "Bern",
        }
        for t, p, prompt, repeat in product((0.0, 0.7), (0.8, 0.9), range(3), range(2))
    ]
    return pd.DataFrame(rows).assign(**columns)

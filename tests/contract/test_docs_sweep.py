"""The examples of the page about sweeps do what they say, one after the other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.local import LocalDeployment, Script
from ocinb.sweep.metrics import METRICS
from ocinb.sweep.results import SweepResult

if TYPE_CHECKING:
    import pytest

    from ocinb.local import ReceivedRequest

PAGE = (Path(__file__).parents[2] / "docs" / "sweep.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


class Answer(BaseModel):
    text: str


def reply(request: ReceivedRequest) -> Script:
    if "response_format" in request.json:  # a judge asks
        return Script.answer('{"reason": "so", "verdict": true}')
    return Script.answer(json.dumps({"text": "please"}))


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = [code for code in EXAMPLES if "dask.distributed" not in code]
    known: dict[str, Any] = {
        "prompts": ["Say please."],
        "Answer": Answer,
        "reviews": pd.DataFrame({"text": ["good", "bad"]}),
    }
    with LocalDeployment(script=reply) as deployment:
        known["chat"] = ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth
        )
        for code in here:
            exec(code, known)  # noqa: S102 - our own page

    assert len(here) == len(EXAMPLES) - 1 >= 4
    assert isinstance(known["result"], SweepResult)
    assert len(known["result"]) == 80
    assert known["sweep"].progress.is_over
    assert list(known["reviews"].columns) == ["text", "verdict"]
    assert (tmp_path / "sweeps" / "ocinb.db").exists()


def test_metrics_that_the_page_names_are_there() -> None:
    for name in ("distinct_2", "ttft_s", "tpot_s", "queue_s"):
        assert name in METRICS
        assert name in PAGE

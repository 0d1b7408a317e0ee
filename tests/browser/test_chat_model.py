"""What a chat model and the check of its parameters look like as a cell's last value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.contrast import worst_contrast

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script

HOSTILE = "<img src=x onerror='window.pwned = 1'>**bold** $x$"

def answer(request):
    if "top_k" in request.json:
        return Script.error(400, message=HOSTILE)
    return Script.answer("The same story " + HOSTILE)

deployment = LocalDeployment(script=answer).start()
chat = ChatOCIModelDeploymentVLLM(
    endpoint=deployment.endpoint, auth=deployment.auth, max_retries=0, stop=[HOSTILE],
    temperature=0.7, default_headers={"x-key": "hunter2"},
)
"""
MODEL, REPORT = 1, 2


@pytest.fixture(scope="module")
def shown(lab: Lab) -> OpenNotebook:
    report = "chat.check_parameters(['temperature', 'top_k', 'max_tokens', 'priority'])"
    notebook = lab.open(lab.write("model.ipynb", SET_UP, "chat", report))
    for index in range(3):
        notebook.run(index)
    notebook.picture("model", MODEL)
    notebook.picture("report", REPORT)
    return notebook


def test_a_model_is_a_table_of_what_was_set(shown: OpenNotebook) -> None:
    text = shown.text(MODEL)

    assert "ChatOCIModelDeploymentVLLM" in text
    for told in ("127.0.0.1", "odsc-llm", "temperature", "0.7", "x-key"):
        assert told in text
    assert "hunter2" not in str(shown.outputs(MODEL))


def test_a_report_says_what_came_of_each_parameter(shown: OpenNotebook) -> None:
    text = shown.text(REPORT)

    for told in ("no observable effect", "refused", "not checkable", "status 400"):
        assert told in text


@pytest.mark.parametrize("index", [MODEL, REPORT])
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_stands_out(
    shown: OpenNotebook, theme: Literal["Light", "Dark"], index: int
) -> None:
    shown.use_theme(theme)

    ratio, text = worst_contrast(shown, index)
    assert ratio >= 4.5, f"{text!r} has a contrast of {ratio:.2f}"


def test_what_a_server_says_is_shown_as_text_and_runs_nothing(
    shown: OpenNotebook,
) -> None:
    assert "<img src=x" in shown.text(REPORT)
    assert "**bold** $x$" in shown.text(REPORT)
    assert shown.page.evaluate("() => window.pwned") is None
    assert shown.page.locator(".jp-OutputArea-output img").count() == 0

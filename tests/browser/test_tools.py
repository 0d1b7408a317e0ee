"""A tool call in JupyterLab: shown, asked about in the cell, run, and readable later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.contrast import worst_contrast

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
%load_ext ocinb
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script

HOSTILE = "<img src=x onerror='window.pwned = 1'> $x$ rain"

def weather(city: str, unit: str = "celsius") -> str:
    '''Tell the weather in a city.'''
    print("looking out of the window")
    return f"11 degrees {unit} in {city} {HOSTILE}"

def model(request):
    if request.json["messages"][-1]["role"] == "tool":
        return Script.answer("Take a **coat**: it is 11 degrees in Oslo.")
    return Script.tool_calls([("weather", {"city": "Oslo"})], text="Let me look.")

deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
"""
ASK = 1


@pytest.fixture(scope="module")
def answered(lab: Lab) -> OpenNotebook:
    cells = (SET_UP, "%%ocichat llm --tool weather\nDo I need a coat in Oslo?")
    notebook = lab.open(lab.write("tools.ipynb", *cells))
    notebook.run(0)
    notebook.start(ASK)
    typed = notebook.page.locator(".jp-Stdin-input")
    typed.wait_for()
    notebook.picture("tool-asked", ASK)
    typed.fill("y")
    typed.press("Enter")
    notebook.wait_for_reply(ASK)
    notebook.wait_for_text(ASK, "Take a coat")
    notebook.picture("tool-answered", ASK)
    return notebook


def test_the_call_its_prints_its_result_and_the_answer_are_in_order(
    answered: OpenNotebook,
) -> None:
    text = answered.text(ASK)
    order = ["Let me look.", "weather", '"city": "Oslo"', "11 degrees celsius in Oslo"]
    places = [text.index(part) for part in [*order, "Run weather?", "looking out of"]]
    assert places == sorted(places)
    assert text.index("Take a coat") > places[-1]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_stands_out(
    answered: OpenNotebook, theme: Literal["Light", "Dark"]
) -> None:
    answered.use_theme(theme)
    ratio, text = worst_contrast(answered, ASK)
    assert ratio >= 4.5, f"{text!r} has a contrast of {ratio:.2f}"


def test_what_a_tool_says_is_shown_as_text_and_runs_nothing(
    answered: OpenNotebook,
) -> None:
    assert "<img src=x" in answered.text(ASK)
    assert "$x$" in answered.text(ASK)
    assert answered.page.evaluate("() => window.pwned") is None


def test_all_of_it_is_readable_without_a_kernel(
    answered: OpenNotebook, lab: Lab
) -> None:
    answered.save()
    reopened = lab.open(answered.path, kernel=False)
    text = reopened.text(ASK)
    for part in ("Let me look.", '"city": "Oslo"', "11 degrees", "Take a coat"):
        assert text.count(part) == 1 + (part == "11 degrees"), part
    assert reopened.page.evaluate("() => window.pwned") is None

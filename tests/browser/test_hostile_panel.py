"""Whatever a model, a tool or a server says, no part of the panel runs or loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.browser.hostile import HOSTILE, MORE_HOSTILE, Attack, Listener

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

SET_UP = """
import json
from pathlib import Path

from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import (
    Delta, Done, Finish, Json, Logprob, Reasoning, Status, ToolCallDelta, Wait,
)

hostile = Path("hostile.md").read_text()

def tool(text: str) -> str:
    '''Repeat a text.'''
    return text

def failing(text: str) -> str:
    '''Fail with a text.'''
    raise ValueError(text)

def model(request):
    last = request.json["messages"][-1]
    word = last["content"].split()[0] if last["role"] == "user" else "done"
    arguments = json.dumps({"text": hostile})
    if word == "tools":
        calls = [("tool", {"text": hostile}), ("failing", {"text": hostile})]
        return Script.tool_calls(calls, text=hostile)
    if word == "unknown":
        call = ToolCallDelta(0, "c9", hostile[:60], arguments)
        return Script([call, Finish("tool_calls"), Done()])
    if word == "error":
        return Script([Status(400), Json({"error": {"message": hostile}})])
    if word == "stalled":
        call = ToolCallDelta(0, "c8", "tool", arguments[:-2])
        return Script([Reasoning(hostile), Delta(hostile), call, Wait(600), Done()])
    likely = Logprob(hostile[:90], -1.5, ((hostile[:90], -1.5), ("<img src=x>", -2.0)))
    return Script([
        Reasoning(hostile), Delta(hostile, logprobs=(likely,)), Finish("stop"), Done()
    ])

deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(
    endpoint=deployment.endpoint, auth=deployment.auth, model=hostile[:80], max_retries=0
)
panel = ChatPanel(
    llm, system=hostile, tools=[tool, failing], safe_tools=[tool, failing]
)
panel.params["logprobs"] = True
panel.params["stop"] = [hostile[:70]]
"""
CHAT = """
for word in ("plain", "tools", "unknown", "error"):
    try:
        panel.ask(f"{word} {hostile}").result(20)
    except Exception as error:
        assert word == "error", error
for run in panel.compare(f"plain {hostile}", {"stop": [hostile[:60]]}):
    run.result(20)
"""
OPEN = """
panel._drawer.show("Parameters")
panel._drawer.show("Inspect")
panel._drawer.show("Save")
panel._keeping._form.value = "Markdown"
panel._keeping._path.value = hostile[:80]
panel._keeping._press_load()
panel._composer.show_problem(hostile)
panel._announcer.say(hostile)
"""
VIEW = """
panel._inspect._turn.value = panel.conversation.turns[0].id
panel._inspect._choose({view!r})
"""
VIEWS = ("Request", "Events", "Tokens", "Code", "Totals")
CELLS = (
    SET_UP,
    "panel",
    CHAT,
    OPEN,
    *(VIEW.format(view=view) for view in VIEWS),
    "ChatPanel(conversation=panel.conversation)",
    "panel.ask(f'stalled {hostile}'); __import__('time').sleep(3)",
)
PANEL = 1
LOADED = len(CELLS) - 2


@pytest.fixture(scope="module")
def attack(lab: Lab, listener: Listener) -> Attack:
    asked_for: list[str] = []
    lab.context.on("request", lambda request: asked_for.append(request.url))
    text = (HOSTILE + MORE_HOSTILE).format(port=listener.port)
    (lab.jupyter.root / "hostile.md").write_text(text)
    live = lab.open(lab.write("hostile-panel.ipynb", *CELLS))
    for index in range(len(CELLS)):
        live.run(index)
        live.page.wait_for_timeout(300)  # what would run has the time to do so
    live.picture("panel-hostile", PANEL)
    for fold in live.page.locator(
        ".ocinb-panel .jp-Accordion-title, .ocinb-panel summary"
    ).all():
        if fold.is_visible():
            fold.click()
    live.save()
    reopened = lab.open(live.path, kernel=False)
    for fold in reopened.page.locator("summary").all():
        if fold.is_visible():
            fold.click()
    return Attack(live, reopened, asked_for)


@pytest.fixture(params=["live", "reopened"])
def page(request: pytest.FixtureRequest, attack: Attack) -> Any:
    return getattr(attack, request.param).page


def test_the_words_are_shown(attack: Attack) -> None:
    for notebook in (attack.live, attack.reopened):
        for index in (PANEL, LOADED):
            shown = notebook.text(index)
            assert "Before the attack." in shown
            assert "<script>" in shown


def test_no_script_ran(page: Any) -> None:
    assert page.evaluate("() => window.hacked ?? null") is None


def test_nothing_was_loaded(attack: Attack, listener: Listener) -> None:
    assert attack.asked_for, "the browser's requests are not seen"
    ours = f"127.0.0.1:{listener.port}"
    assert [url for url in attack.asked_for if ours in url] == []
    assert listener.paths == []


def test_every_request_went_to_jupyter(attack: Attack, lab: Lab) -> None:
    origin = lab.jupyter.url
    schemes = ("blob:", "data:", origin, origin.replace("http", "ws"))
    assert [url for url in attack.asked_for if not url.startswith(schemes)] == []


@pytest.mark.parametrize(
    "selector",
    [
        *(
            "script",
            "img",
            "iframe",
            "object",
            "video",
            "audio",
            "link",
            "meta",
            "form",
        ),
        *("[onerror]", "[onload]", "[ontoggle]", "[data-commandlinker-command]"),
        *("a[href^=javascript]", "a[href^=data]", "mjx-container", "[srcdoc]"),
    ],
)
def test_no_dangerous_element_is_in_the_panel(page: Any, selector: str) -> None:
    answers = ":is(.ocinb-panel, .ocinb-stored)"
    assert page.locator(f"{answers} {selector}").count() == 0


def test_no_style_of_an_answer_counts(page: Any) -> None:
    assert page.evaluate("() => getComputedStyle(document.body).display") != "none"


def test_a_page_made_of_the_notebook_runs_and_loads_nothing(
    attack: Attack, lab: Lab, listener: Listener, tmp_path: Path
) -> None:
    saved = nbformat.read(attack.live.path, as_version=4)
    path = tmp_path / "hostile-panel.html"
    path.write_text(HTMLExporter().from_notebook_node(saved)[0])
    page = lab.context.new_page()
    page.route("https://**", lambda route: route.abort())
    page.goto(path.as_uri())
    assert page.evaluate("() => window.hacked ?? null") is None
    assert "Transcript: " in page.inner_text("body")
    page.close()
    assert listener.paths == []

"""The chat panel in JupyterLab, as somebody who has never seen it uses it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.contrast import worst_contrast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Wait

def weather(city: str, unit: str = "celsius") -> str:
    '''Tell the weather in a city.'''
    return f"11 degrees {unit} in {city}"

def model(request):
    body = request.json
    last = body["messages"][-1]
    if last["role"] == "tool":
        return Script.answer("Take a **coat**: it is 11 degrees in Oslo.")
    if "weather" in last["content"]:
        return Script.tool_calls([("weather", {"city": "Oslo"})], text="Let me look.")
    if "long" in last["content"]:
        words = [s for n in range(4000) for s in (Delta(f"word{n} "), Wait(0.005))]
        return Script([*words, Finish("stop"), Done()])
    warm = body.get("temperature", 0) > 0.5
    return Script.answer(f"The sky is {'grey' if warm else 'blue'} today.")

deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
panel = ChatPanel(llm, tools=[weather])
"""
PANEL, TOLD = 1, 2


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[OpenNotebook]:
    cells = (SET_UP, "panel", "print(panel.params, len(deployment.hangups))")
    opened = lab.open(lab.write("panel.ipynb", *cells))
    opened.run(0)
    opened.run(PANEL)
    yield opened
    opened.page.close()


def prompt_of(notebook: OpenNotebook) -> Locator:
    box = notebook.page.get_by_label("Prompt", exact=True).first
    box.wait_for()
    return box


def button(notebook: OpenNotebook, name: str) -> Locator:
    """Return the last button of this name that is in the panel."""
    panel = notebook.page.locator(".ocinb-panel")
    return panel.get_by_role("button", name=name, exact=True).last


def ask(notebook: OpenNotebook, prompt: str) -> None:
    box = prompt_of(notebook)
    box.fill(prompt)
    box.press("Enter")


def eventually_reads(notebook: OpenNotebook, box: Locator, text: str) -> None:
    deadline = time.monotonic() + 10
    while box.input_value() != text:
        assert time.monotonic() < deadline, box.input_value()
        notebook.page.wait_for_timeout(50)


def test_enter_sends_and_the_answer_is_drawn(notebook: OpenNotebook) -> None:
    ask(notebook, "Why is the sky blue?")
    notebook.wait_for_text(PANEL, "The sky is blue today.")
    notebook.wait_for_text(PANEL, "tokens/s")
    assert prompt_of(notebook).input_value() == ""
    notebook.picture("panel-answered", PANEL)


def test_a_parameter_is_set_by_hand_and_told_to_code(notebook: OpenNotebook) -> None:
    box = notebook.page.get_by_label("top_p", exact=True)
    box.fill("0,7")
    box.press("Tab")
    notebook.wait_for_text(PANEL, "0,7 was read as 0.7")
    slider = notebook.page.get_by_role("slider").first
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    told = notebook.page.get_by_label("temperature", exact=True)
    told.wait_for()
    eventually_reads(notebook, told, "0.35")
    notebook.run(TOLD)
    assert "{'top_p': 0.7, 'temperature': 0.35}" in notebook.text(TOLD)


def test_a_tool_runs_when_its_card_is_approved(notebook: OpenNotebook) -> None:
    ask(notebook, "What is the weather in Oslo?")
    button(notebook, "Run").wait_for()
    notebook.wait_for_text(PANEL, "asks to be run")
    notebook.picture("panel-tool", PANEL)
    button(notebook, "Run").click()
    notebook.wait_for_text(PANEL, "Take a coat")
    assert "11 degrees celsius in Oslo" in notebook.text(PANEL)


def test_stop_ends_a_long_answer_and_keeps_it(notebook: OpenNotebook) -> None:
    ask(notebook, "Tell me a long story.")
    notebook.wait_for_text(PANEL, "word20")
    button(notebook, "Stop").click()
    notebook.wait_for_text(PANEL, "stopped by you")
    notebook.run(TOLD)
    assert notebook.text(TOLD).strip().endswith("1")
    assert button(notebook, "Continue").is_visible()


def test_an_answer_is_regenerated_and_its_branches_are_walked(
    notebook: OpenNotebook,
) -> None:
    ask(notebook, "And today?")
    notebook.wait_for_text(PANEL, "context: 2 turns")
    button(notebook, "Regenerate").click()
    notebook.wait_for_text(PANEL, "2 / 2")
    button(notebook, "Previous").click()
    notebook.wait_for_text(PANEL, "1 / 2")


def test_two_settings_are_compared_and_one_is_kept(notebook: OpenNotebook) -> None:
    button(notebook, "Compare").click()
    other = notebook.page.get_by_label("temperature", exact=True).nth(1)
    other.fill("1")
    other.press("Tab")
    eventually_reads(notebook, other, "1.0")
    ask(notebook, "Compare the sky.")
    button(notebook, "Keep B").wait_for()
    notebook.wait_for_text(PANEL, "words differ")
    notebook.picture("panel-compare", PANEL)
    button(notebook, "Keep B").click()
    button(notebook, "Compare").click()
    notebook.wait_for_text(PANEL, "The sky is grey today.")


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("Request", "POST http://127.0.0.1"),
        ("Events", "ms  {"),
        ("Code", "ChatOCIModelDeploymentVLLM("),
        ("Totals", "prompt tokens"),
    ],
)
def test_what_was_sent_and_what_came_is_inspected(
    notebook: OpenNotebook, view: str, says: str
) -> None:
    if not button(notebook, view).is_visible():
        button(notebook, "Inspect").click()
    button(notebook, view).click()
    notebook.wait_for_text(PANEL, says)
    notebook.picture(f"panel-{view.lower()}", PANEL)


def test_an_earlier_turn_is_chosen_from_the_list(notebook: OpenNotebook) -> None:
    button(notebook, "Request").click()
    notebook.page.get_by_label("Of", exact=True).select_option("the next request")
    notebook.wait_for_text(PANEL, '"content": "..."')
    button(notebook, "Inspect").click()


def test_a_switch_is_chosen_from_its_list(notebook: OpenNotebook) -> None:
    button(notebook, "Parameters").click()
    choice = notebook.page.get_by_label("ignore_eos", exact=True)
    choice.select_option("on")
    notebook.wait_for_text(PANEL, "ignore_eos ●")
    choice.select_option("server default (off)")
    button(notebook, "Parameters").click()
    notebook.run(TOLD)
    assert "ignore_eos" not in notebook.text(TOLD)


def test_a_conversation_is_exported(notebook: OpenNotebook, lab: Lab) -> None:
    button(notebook, "Save").click()
    notebook.page.get_by_label("Form", exact=True).select_option("Markdown")
    notebook.page.get_by_label("Text; Ctrl+A, Ctrl+C copies it").wait_for()
    button(notebook, "Save").click()
    notebook.wait_for_text(PANEL, "saved as conversation.md")
    assert "Take a **coat**" in (lab.jupyter.root / "conversation.md").read_text()
    notebook.picture("panel-save", PANEL)
    notebook.page.locator(".ocinb-panel").get_by_role(
        "button", name="Save"
    ).first.click()


def test_a_parameter_is_found_among_all(notebook: OpenNotebook) -> None:
    button(notebook, "Parameters").click()
    finding = notebook.page.get_by_label("Find a parameter")
    finding.fill("repetition")
    notebook.page.get_by_label("repetition_penalty", exact=True).wait_for()
    notebook.picture("panel-parameters", PANEL)
    button(notebook, "Parameters").click()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_stands_out(
    notebook: OpenNotebook, theme: Literal["Light", "Dark"]
) -> None:
    notebook.use_theme(theme)
    ratio, text = worst_contrast(notebook, PANEL)
    notebook.use_theme("Light")
    assert ratio >= 4.5, f"{text!r} has a contrast of {ratio:.2f}"


def test_every_control_has_a_name(notebook: OpenNotebook) -> None:
    panel = notebook.page.locator(".ocinb-panel")
    for role in ("textbox", "combobox", "button"):
        for control in panel.get_by_role(role).all():
            name = control.evaluate(
                "e => e.ariaLabel || e.labels?.[0]?.textContent || e.textContent"
            )
            assert name.strip(), control.evaluate("e => e.outerHTML")


def test_nothing_is_wider_than_a_narrow_page(notebook: OpenNotebook) -> None:
    page = notebook.page
    page.set_viewport_size({"width": 800, "height": 900})
    notebook.scroll_to(PANEL)
    wide = page.evaluate(
        """() => {
            const panel = document.querySelector('.ocinb-panel');
            const right = panel.getBoundingClientRect().right + 1;
            return [...panel.querySelectorAll('button, input, textarea, select')]
                .filter(e => e.getBoundingClientRect().right > right)
                .map(e => e.outerHTML);
        }"""
    )
    notebook.picture("panel-narrow", PANEL)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert wide == []


def test_while_it_is_live_the_stored_transcript_is_not_seen(
    notebook: OpenNotebook,
) -> None:
    summary = notebook.cell(PANEL).get_by_text("Re-run the cell to go on.")
    assert summary.count() == 1
    assert not summary.is_visible()
    stored = "".join(str(o.get("data")) for o in notebook.outputs(PANEL))
    assert "Take a **coat**" in stored


def test_without_a_kernel_the_transcript_is_read_once(
    notebook: OpenNotebook, lab: Lab
) -> None:
    notebook.save()
    reopened = lab.open(notebook.path, kernel=False)
    reopened.scroll_to(PANEL)
    summary = reopened.cell(PANEL).locator("summary").first
    summary.wait_for()
    assert "Re-run the cell to go on." in summary.inner_text()
    summary.click()
    text = reopened.text(PANEL)
    assert text.count("Take a coat") == 1
    assert "What is the weather in Oslo?" in text
    reopened.picture("panel-reopened", PANEL)
    reopened.page.close()


def test_it_works_in_notebook_7(lab: Lab) -> None:
    path = lab.write("panel-seven.ipynb", SET_UP, "panel")
    notebook = lab.open(path, application="Notebook 7")
    notebook.run(0)
    notebook.run(PANEL)
    ask(notebook, "What is the weather in Oslo?")
    button(notebook, "Run").click()
    notebook.wait_for_text(PANEL, "Take a coat")
    notebook.page.close()


def test_an_answer_is_drawn_though_a_cell_is_busy(lab: Lab) -> None:
    busy = "import time; panel.ask('Why is the sky blue?'); time.sleep(3)"
    notebook = lab.open(lab.write("panel-busy.ipynb", SET_UP, "panel", busy))
    notebook.run(0)
    notebook.run(PANEL)
    notebook.start(TOLD)
    notebook.wait_for_text(PANEL, "The sky is blue today.")
    assert notebook.cell(TOLD).locator(".jp-InputPrompt").inner_text() == "[*]:"
    notebook.wait_for_reply(TOLD)
    notebook.page.close()


def test_a_panel_whose_kernel_has_gone_says_so(lab: Lab) -> None:
    notebook = lab.open(lab.write("panel-gone.ipynb", SET_UP, "panel"))
    notebook.run(0)
    notebook.run(PANEL)
    prompt_of(notebook)
    notebook.page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    says = """() => getComputedStyle(
        document.querySelector('.ocinb-panel'), '::before'
    ).content.includes('The kernel of this panel has gone')"""
    notebook.page.wait_for_function(says)
    notebook.picture("panel-gone", PANEL)
    notebook.wait_for_kernel()
    notebook.run(0)
    notebook.run(PANEL)
    ask(notebook, "Why is the sky blue?")
    notebook.wait_for_text(PANEL, "The sky is blue today.")
    notebook.page.close()


def test_the_tokens_of_an_answer_are_shaded(lab: Lab) -> None:
    likely = """
from ocinb.local.scripts.steps import Logprob
tokens = [Delta(w, logprobs=(Logprob(w, p, ((w, p), ("other", -1.0))),))
          for w, p in (("The ", -0.1), ("sky ", -2.0))]
deployment.stop()
deployment = LocalDeployment(script=Script([*tokens, Finish("stop"), Done()])).start()
panel.model = ChatOCIModelDeploymentVLLM(
    endpoint=deployment.endpoint, auth=deployment.auth
)
panel.params = {"logprobs": True, "top_logprobs": 2}
panel.ask("Why?").result(10)
"""
    notebook = lab.open(lab.write("panel-tokens.ipynb", SET_UP + likely, "panel"))
    notebook.run(0)
    notebook.run(PANEL)
    button(notebook, "Inspect").click()
    button(notebook, "Tokens").click()
    notebook.wait_for_text(PANEL, "Least certain tokens")
    assert "perplexity" in notebook.text(PANEL)
    notebook.picture("panel-tokens", PANEL)
    notebook.page.close()

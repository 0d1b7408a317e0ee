"""Make the pictures of the panel and of a sweep in a real JupyterLab, light and dark.

pip install -e ".[test]"; apt-get install chromium
python docs/make_pictures.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.streaming import in_jupyterlab  # noqa: E402 - after the path is set
from tests.browser.conftest import (  # noqa: E402 - after the path is set
    THEMES,
    OpenNotebook,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator

PICTURES = Path(__file__).parent / "pictures"
PANEL = 1
SET_UP = '''
from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel, LocalDeployment
from ocinb.local import Script

def weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"11 degrees in {city}, rain"

SKY = """Air scatters **short** waves more than long ones.

1. Blue light comes from everywhere in the sky.
2. Red light comes straight from the sun.

```python
scattering = 1 / wavelength**4
```
"""

def model(request):
    last = request.json["messages"][-1]
    if last["role"] == "tool":
        return Script.answer(f"Take a coat: {last['content']}.")
    if "coat" in last["content"]:
        return Script.tool_calls([("weather", {"city": "Oslo"})])
    if "colour" in last["content"]:
        warm = request.json.get("temperature", 0) > 0.5
        mood = "a restless orange, like embers" if warm else "blue, like the sky"
        return Script.answer(f"My favourite colour is {mood} in the evening.")
    return Script.answer(SKY)

deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
panel = ChatPanel(llm, tools=[weather])
'''

SWEEP = """
%load_ext ocinb
import random
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.sweep import grid, run_sweep

WORDS = "the sea is blue and deep cold calm wide salt wind gull storm light dark".split()

def model(request):
    sent = request.json
    warmth, chance = sent["temperature"], random.Random(str(sent))
    known = WORDS[: 4 + int(9 * warmth)]
    said = [chance.choice(known) for _ in range(6 + int(8 * warmth))]
    return Script.answer(" ".join(said), delay_s=0.01)

def brief(outputs):
    return len(outputs.split()) <= 9

deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
about = ["the sea", "a city", "a friend", "the moon", "bread", "a dog", "rain", "a book"]
prompts = [f"Describe {each}." for each in about]
"""
RUN = """
result = run_sweep(
    llm, grid(temperature=[0, 0.3, 0.6, 0.9]), prompts, repeats=5, scorers=[brief],
    seed=1, progress=False, max_concurrency=4, store=":memory:",
)
result
"""
CHART = 'result.plot.line("temperature", "distinct_2")'


def pictures(
    notebook: OpenNotebook, name: str, what: str = ".ocinb-panel", cell: int = PANEL
) -> None:
    """Keep one picture of something in a cell for each theme."""
    PICTURES.mkdir(exist_ok=True)
    for theme in THEMES:
        notebook.use_theme(theme)
        notebook.scroll_to(cell)
        panel = notebook.page.locator(what)
        panel.screenshot(path=PICTURES / f"{name}-{theme.lower()}.png")
    notebook.use_theme("Light")


def draw(notebook: OpenNotebook) -> None:
    page = notebook.page
    notebook.run(0)
    notebook.run(PANEL)
    prompt = page.get_by_label("Prompt", exact=True).first

    def press(name: str) -> Locator:
        return page.locator(".ocinb-panel").get_by_role("button", name=name).last

    def ask(text: str) -> None:
        prompt.fill(text)
        prompt.press("Enter")

    ask("Why is the sky blue?")
    notebook.wait_for_text(PANEL, "tokens/s")
    pictures(notebook, "panel")
    ask("Do I need a coat in Oslo?")
    press("Always run").wait_for()
    pictures(notebook, "panel-tool")
    press("Always run").click()
    notebook.wait_for_text(PANEL, "Take a coat")
    press("Compare").click()
    other = page.get_by_label("temperature", exact=True).nth(1)
    other.fill("1")
    other.press("Tab")
    ask("What is your favourite colour?")
    press("Keep B").wait_for()
    pictures(notebook, "panel-compare")


def draw_sweep(notebook: OpenNotebook) -> None:
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_text(1, "leads")
    pictures(notebook, "sweep", ".ocinb-sweep-view", 1)
    notebook.run(2)
    notebook.page.locator(".vega-embed").first.wait_for()
    pictures(notebook, "sweep-chart", ".vega-embed >> nth=0", 2)


def main() -> None:
    with in_jupyterlab(height=1400) as lab:
        draw(lab.open(lab.write("pictures.ipynb", SET_UP, "panel")))
        draw_sweep(lab.open(lab.write("sweep.ipynb", SWEEP, RUN, CHART)))


if __name__ == "__main__":
    main()

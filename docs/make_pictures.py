"""Make the pictures of docs/panel.md in a real JupyterLab, light and dark.

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


def pictures(notebook: OpenNotebook, name: str) -> None:
    """Keep one picture of the panel for each theme."""
    PICTURES.mkdir(exist_ok=True)
    for theme in THEMES:
        notebook.use_theme(theme)
        notebook.scroll_to(PANEL)
        panel = notebook.page.locator(".ocinb-panel")
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


def main() -> None:
    with in_jupyterlab(height=1400) as lab:
        draw(lab.open(lab.write("pictures.ipynb", SET_UP, "panel")))


if __name__ == "__main__":
    main()

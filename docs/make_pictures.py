"""Make the pictures of docs/panel.md in a real JupyterLab, light and dark.

pip install -e ".[test]"; apt-get install chromium
python docs/make_pictures.py
"""

from __future__ import annotations

import json
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402 - after the path is set

from tests.browser.conftest import (  # noqa: E402 - after the path is set
    CHROMIUM_OPTIONS,
    NO_NEWS,
    READ_CELL,
    THEMES,
    Lab,
    OpenNotebook,
)
from tests.conftest import Jupyter, free_port, running_server  # noqa: E402 - as above

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
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        url = f"http://127.0.0.1:{free_port()}"
        jupyter = Jupyter(url, "pictures", home / "root", home)
        with running_server("jupyterlab", jupyter):
            settings = home / "lab-settings/@jupyterlab/apputils-extension"
            settings.mkdir(parents=True)
            quiet = settings / "notification.jupyterlab-settings"
            quiet.write_text(json.dumps(NO_NEWS))
            chromium = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS
            )
            size: Any = {"width": 1280, "height": 1400}
            context = chromium.new_context(viewport=size)
            context.add_init_script(READ_CELL)
            lab = Lab(jupyter, context, count())
            draw(lab.open(lab.write("pictures.ipynb", SET_UP, "panel")))
            chromium.close()


if __name__ == "__main__":
    main()

"""Traffic, lag and browser work of an answer that streams into the chat panel.

    pip install -e ".[test]"; apt-get install chromium
    pip install panel jupyter_bokeh  # for the row of Panel's ChatInterface
    python benchmarks/panel_stream.py [--tokens 500 2000 8000] [--rounds 3]

A LangChain chat model in the kernel makes 400 tokens a second. The same tokens are shown
by a `ChatPanel` that is on the page already, by the whole text in an HTML widget, by an
updated Markdown display at 20 Hz, by JavaScript that appends each delta, and, where it is
installed, by the ChatInterface of Panel. What the columns mean is told in
`magic_stream.py`. At the end Stop is clicked ten times at 200 tokens a second, and 16
panels stream at once, 100 tokens a second each.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.streaming import (
    PEERS,
    STREAM_TOKENS,
    STREAMS,
    Way,
    compare,
    in_jupyterlab,
    options,
    stream_sixteen,
)

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

STOPS = 10
THEIRS = ("panel", "jupyter_bokeh")
"""What the row of Panel's ChatInterface needs."""

OURS = Way(
    "_ = await panel.ask('x')",
    before="from ocinb import ChatPanel; panel = ChatPanel(reciter); display(panel)",
)
CHAT_INTERFACE = Way(
    "chat.send('x'); await ended.wait()",
    before="""
import panel as pn
pn.extension(inline=True)
ended = asyncio.Event()
async def answer(contents, user, instance):
    text = ""
    async for chunk in reciter.astream("x"):
        text += str(chunk.text)
        yield text
    ended.set()
chat = pn.chat.ChatInterface(callback=answer)
display(chat)
""",
)
SIXTEEN = Way(
    "for run in [panel.ask('x') for panel in panels]: await run",
    before=f"""
from ocinb import ChatPanel
tokens = recited({STREAM_TOKENS})
panels = [ChatPanel(Reciter(tokens=tokens, rate=100)) for _ in range({STREAMS})]
display(*panels)
""",
)
STOPPING = """
import json, time
from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Wait
steps = [s for n in range(4000) for s in (Delta(f"w{n} "), Wait(0.005))]
deployment = LocalDeployment(script=Script([*steps, Done()])).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
panel = ChatPanel(llm)
epoch_s = time.time() - time.monotonic()
"""
TELL = "print(json.dumps([at_s + epoch_s for at_s in deployment.hangups]))"


def stop(lab: Lab) -> None:
    """Print how long it takes from a click on Stop until the connection is closed."""
    notebook = lab.open(lab.write("stop.ipynb", STOPPING, "panel", TELL))
    notebook.run(0)
    notebook.run(1)
    page, clicked_s = notebook.page, []
    prompt = page.get_by_label("Prompt", exact=True).first
    button = page.get_by_role("button", name="Stop", exact=True)
    for number in range(STOPS):
        prompt.fill(f"Go {number}.")
        prompt.press("Enter")
        button.wait_for()
        page.wait_for_timeout(700)
        clicked_s.append(time.time())
        button.click()
        button.wait_for(state="detached")
    notebook.run(2)
    closed_s = json.loads("".join(notebook.outputs(2)[0]["text"]))
    took_ms = [(b - a) * 1000 for a, b in zip(clicked_s, closed_s, strict=True)]
    median, worst = statistics.median(took_ms), max(took_ms)
    print(f"\nStop at 200 tokens/s: median {median:.0f} ms, worst {worst:.0f} ms")
    page.close()


def main() -> None:
    asked = options(__doc__ or "")
    ways = {"ChatPanel": OURS, **PEERS}
    missing = [name for name in THEIRS if not importlib.util.find_spec(name)]
    if missing:
        print(f"Panel's ChatInterface left out: {' and '.join(missing)} not installed")
    else:
        ways["Panel's ChatInterface"] = CHAT_INTERFACE
    with in_jupyterlab() as lab:
        stop(lab)
        compare(lab, "ChatPanel", ways, asked.tokens, asked.fence, asked.rounds)
        stream_sixteen(lab, SIXTEEN)


if __name__ == "__main__":
    main()

"""Traffic, lag and browser work of a streamed answer in a real JupyterLab.

    pip install -e ".[test]"; apt-get install chromium
    python benchmarks/magic_stream.py [--tokens 500 2000 8000] [--fence 4000]

A chat model in the kernel makes 400 tokens a second. The same tokens are shown by
`%%ocichat`, and by three other ways of drawing at 20 Hz: the whole text in an HTML
widget, the whole text as an updated Markdown display, and JavaScript that appends each
delta (which draws no Markdown, and is the least that can be sent). For each the table
shows bytes on the kernel's websocket for a token, how long after it was made the last
token was on the page, the time of the page's main thread, and its tasks over 50 ms.
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402 - after the path is set

from tests.browser.conftest import (  # noqa: E402 - after the path is set
    CHROMIUM_OPTIONS,
    READ_CELL,
    Lab,
    OpenNotebook,
)
from tests.conftest import Jupyter, _free_port, _running  # noqa: E402 - as above

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

END = "THE-END"

SET_UP = '''
import asyncio, time
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

class Reciter(BaseChatModel):
    """Makes tokens at a rate, and notes when it made the last one."""

    tokens: list[str]
    rate: float = 400.0
    made_s: float = 0.0

    @property
    def _llm_type(self):
        return "reciter"

    def _generate(self, *args, **kwargs):
        raise RuntimeError("it streams")

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        begun = time.monotonic()
        for number, token in enumerate(self.tokens):
            wait_s = begun + number / self.rate - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self.made_s = time.time()
            yield ChatGenerationChunk(message=AIMessageChunk(content=token))

def prose(number):
    end = ". " if number % 12 == 11 else " "
    return f"word{number % 97}" + (".\\n\\n" if number % 96 == 95 else end)

def fence(number):
    if number == 0:
        return "```python\\n"
    return (f"value{number % 7} ", "= sum(", f"{number}, 12", ")\\n")[number % 4]

def tokens(kind, size):
    return [kind(n) for n in range(size - 1)] + [END]

END = "THE-END"
reciter = Reciter(tokens=[])

def every_50_ms(show):
    """Stream on the background loop and call `show` with what came, 20 times a second."""
    from ocinb.conversation import Conversation
    run = Conversation(reciter).start("x")
    for items in run.batches(every_s=0.05):
        show("".join(str(item.text) for item in items))
'''

WAYS = {
    "ocinb": """
%load_ext ocinb
get_ipython().run_cell_magic("ocichat", "reciter", "x")
""",
    "HTML widget, whole text": """
from html import escape
from ipywidgets import HTML
box, text = HTML(), []
display(box)
def show(delta):
    text.append(delta)
    box.value = f"<pre>{escape(''.join(text))}</pre>"
every_50_ms(show)
""",
    "Markdown display": """
from IPython.display import Markdown
text, handle = [], display(Markdown(" "), display_id=True)
def show(delta):
    text.append(delta)
    handle.update(Markdown("".join(text)))
every_50_ms(show)
""",
    "JavaScript deltas": """
from comm import create_comm
comm = create_comm(target_name="deltas", data={})
every_50_ms(lambda delta: comm.send({"text": delta}))
comm.close()
""",
}

DELTAS = """() => {
    const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
    const cell = content.widgets[1];
    sessionContext.session.kernel.registerCommTarget('deltas', comm => {
        const box = document.createElement('pre');
        cell.outputArea.node.append(box);
        comm.onMsg = message => box.append(message.content.data.text);
    });
}"""
WATCH = """end => {
    window.seen_s = 0;
    window.longTasks = 0;
    const area = window.jupyterapp.shell.currentWidget.content.widgets[1].outputArea.node;
    new MutationObserver(changes => {
        for (const change of changes) {
            const nodes = change.type === 'characterData' ? [change.target] : change.addedNodes;
            for (const node of nodes) {
                if (!window.seen_s && node.textContent.includes(end)) {
                    window.seen_s = (performance.timeOrigin + performance.now()) / 1000;
                }
            }
        }
    }).observe(area, { childList: true, subtree: true, characterData: true });
    new PerformanceObserver(list => { window.longTasks += list.getEntries().length; })
        .observe({ type: 'longtask' });
}"""


@dataclass(frozen=True)
class Measured:
    """What one streamed answer cost."""

    bytes_a_token: float
    lag_ms: float
    page_s: float
    long_tasks: int


class Frames:
    """Counts the bytes that a page receives on its websockets."""

    def __init__(self, devtools: CDPSession) -> None:
        self.bytes = self.frames = 0
        devtools.send("Network.enable")
        devtools.on("Network.webSocketFrameReceived", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        data = frame["payloadData"]
        binary = frame["opcode"] != 1
        self.bytes += len(base64.b64decode(data)) if binary else len(data.encode())
        self.frames += 1


def page_time_s(devtools: CDPSession) -> float:
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(float(m["value"]) for m in metrics if m["name"] == "TaskDuration")


def measured(notebook: OpenNotebook, tokens: int) -> Measured:
    """Show one answer and measure it."""
    page = notebook.page
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    page.evaluate(DELTAS)
    page.evaluate(WATCH, END)
    page.wait_for_timeout(500)
    before_s, frames = page_time_s(devtools), Frames(devtools)
    notebook.run(1)
    page.wait_for_function("() => window.seen_s > 0")
    cost = Measured(
        frames.bytes / tokens,
        (page.evaluate("() => window.seen_s") - made_s(notebook)) * 1000,
        page_time_s(devtools) - before_s,
        page.evaluate("() => window.longTasks"),
    )
    page.close()
    return cost


def made_s(notebook: OpenNotebook) -> float:
    notebook.run(2)
    (output,) = notebook.outputs(2)
    return float("".join(output["text"]))


def compare(lab: Lab, sizes: list[int], fence: int) -> None:
    jobs = [(way, "prose", size) for size in sizes for way in WAYS]
    jobs += [("ocinb", "fence", fence)] if fence else []
    print(f"{'shown by':<26}{'':7}{'tokens':>7}{'B/token':>9}{'lag ms':>8}", end="")
    print(f"{'page s':>8}{'tasks > 50 ms':>15}")
    for number, (way, kind, size) in enumerate(jobs):
        fill = f"reciter.tokens = tokens({kind}, {size})"
        cells = (SET_UP + fill, WAYS[way], "print(repr(reciter.made_s))")
        notebook = lab.open(lab.write(f"stream{number}.ipynb", *cells))
        notebook.run(0)
        cost = measured(notebook, size)
        print(
            f"{way:<26}{kind:7}{size:7}{cost.bytes_a_token:9.0f}{cost.lag_ms:8.0f}"
            f"{cost.page_s:8.2f}{cost.long_tasks:15}",
            flush=True,
        )
        lab.jupyter.stop_kernels()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tokens", type=int, nargs="*", default=[500, 2000, 8000])
    options.add_argument("--fence", type=int, default=4000)
    options.add_argument("--only", choices=list(WAYS), help="one way of drawing")
    asked = options.parse_args()
    if asked.only:
        for way in [way for way in WAYS if way != asked.only]:
            del WAYS[way]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        jupyter = Jupyter(
            f"http://127.0.0.1:{_free_port()}", "benchmark", home / "root", home
        )
        with _running("jupyterlab", jupyter):
            chromium = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS
            )
            size: Any = {"width": 1280, "height": 900}
            context = chromium.new_context(viewport=size)
            context.set_default_timeout(120_000)
            context.add_init_script(READ_CELL)
            compare(Lab(jupyter, context, count()), asked.tokens, asked.fence)
            chromium.close()


if __name__ == "__main__":
    main()

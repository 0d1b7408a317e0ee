"""Traffic, lag and browser work of a streamed answer in a real JupyterLab.

    pip install -e ".[test]"; apt-get install chromium
    python benchmarks/magic_stream.py [--tokens 500 2000 8000] [--rounds 3]

A LangChain chat model in the kernel makes 400 tokens a second. The same tokens are shown
by `%%ocichat`, and by three other ways of drawing at 20 Hz: the whole text in an HTML
widget, the whole text as an updated Markdown display, and JavaScript that appends each
delta (which draws no Markdown, and is the least that can be sent). Each is shown in a
page of its own in which widgets and HTML were shown before. The table shows medians of:

- bytes on the kernel's websocket for each token, the stored output among them;
- the time from when the last token was made until it was on the page, and the longest
  such time of any 200th token;
- CPU seconds of the page's main thread, and how long its tasks took, which on a busy
  machine is more; tasks over 50 ms;
- the most redraws in one second.

At the end 16 answers stream at once in one kernel, 100 tokens a second each, in threads
of one cell: all come over one websocket, for which the server has a limit.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
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
from tests.conftest import Jupyter, free_port, running_server  # noqa: E402 - as above
from tests.contract.reciter import RECITER  # noqa: E402 - as above

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

END = "THE-END"
STREAMS, STREAM_TOKENS = 16, 800

SET_UP = f'''{RECITER}
import json
from pathlib import Path

from ipywidgets import HTML
from ocinb.conversation import Conversation

reciter = Reciter(tokens=[])

def every_50_ms(show):
    """Stream on the background loop and call `show` with what came, 20 times a second."""
    run = Conversation(reciter).start("x")
    for items in run.batches(every_s=0.05):
        show("".join(str(item.text) for item in items))

SOURCE = Path(json.decoder.__file__).read_text()

def code(number):
    """Code of the standard library that never closes its fence, four letters each."""
    return SOURCE[4 * number : 4 * number + 4] if number else "```python\\n"

def dense(number):
    """Code in which every line of 25 characters has three coloured tokens."""
    line = (f"value{{number % 7}} ", "= sum(", f"{{number}}, 12", ")\\n")
    return line[number % 4] if number else "```python\\n"

display(HTML("a widget"))
display({{"text/html": "what JupyterLab loads when it is first used is there"}}, raw=True)
'''

WAYS = {
    "ocinb": """
%load_ext ocinb
get_ipython().run_cell_magic("ocichat", "reciter", "x")
""",
    "HTML widget, whole text": """
from html import escape
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
SIXTEEN = f"""
%load_ext ocinb
from concurrent.futures import ThreadPoolExecutor

names = [f"many{{n}}" for n in range({STREAMS})]
tokens = recited({STREAM_TOKENS})
globals().update({{name: Reciter(tokens=tokens, rate=100) for name in names}})

def ask(name):
    get_ipython().run_cell_magic("ocichat", f"{{name}} -c {{name}}", "x")

with ThreadPoolExecutor({STREAMS}) as pool:
    list(pool.map(ask, names))
"""

DELTAS = """() => {
    const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
    const cell = content.widgets[1];
    sessionContext.session.kernel.registerCommTarget('deltas', comm => {
        const box = document.createElement('pre');
        cell.outputArea.node.append(box);
        comm.onMsg = message => box.append(message.content.data.text);
    });
}"""
WATCH = """() => {
    const seen = window.seenAt = {}, redraws = window.redraws = [];
    window.longTasks = 0;
    const nodesOf = change =>
        change.type === 'characterData' ? [change.target] : change.addedNodes;
    const area = window.jupyterapp.shell.currentWidget.content.widgets[1].outputArea.node;
    new MutationObserver(changes => {
        const now = performance.now();
        if (!redraws.length || now - redraws.at(-1) > 8) redraws.push(now);
        for (const node of changes.flatMap(change => [...nodesOf(change)])) {
            for (const [mark] of node.textContent.matchAll(/MARK\\d+|THE-END/g)) {
                seen[mark] ??= (performance.timeOrigin + now) / 1000;
            }
        }
    }).observe(area, { childList: true, subtree: true, characterData: true });
    new PerformanceObserver(list => { window.longTasks += list.getEntries().length; })
        .observe({ type: 'longtask' });
}"""
SEEN_ALL = """count => {
    const area = window.jupyterapp.shell.currentWidget.content.widgets[1].outputArea.node;
    return area.textContent.split('THE-END').length === count + 1;
}"""


@dataclass(frozen=True)
class Cost:
    """What one streamed answer cost."""

    bytes_a_token: float
    last_ms: float
    longest_ms: float
    cpu_s: float
    tasks_s: float
    long_tasks: float
    redraws_per_s: float


class Frames:
    """Notes when the page receives a frame of a kernel's websocket, and its size."""

    def __init__(self, devtools: CDPSession) -> None:
        self.sizes: list[tuple[float, int]] = []
        devtools.send("Network.enable")
        devtools.on("Network.webSocketFrameReceived", self._note)

    def _note(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        if frame["opcode"] == 2:  # frames with text are of the server's own events
            size = len(base64.b64decode(frame["payloadData"]))
            self.sizes.append((event["timestamp"], size))

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self.sizes)

    def busiest_second(self) -> tuple[int, int]:
        """Return the most frames and the most bytes that came within a second."""
        windows = [
            [size for at, size in self.sizes if 0 <= at - start < 1]
            for start, _ in self.sizes
        ]
        return max(map(len, windows)), max(map(sum, windows))


def most_in_a_second(times_ms: list[float]) -> int:
    return max(sum(0 <= at - start < 1000 for at in times_ms) for start in times_ms)


def page_times(devtools: CDPSession) -> tuple[float, float]:
    """Return CPU seconds and task seconds of the page's main thread."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    values = {metric["name"]: float(metric["value"]) for metric in metrics}
    return values["ThreadTime"], values["TaskDuration"]


def opened(lab: Lab, number: int, *cells: str) -> tuple[OpenNotebook, CDPSession]:
    """Open a notebook, run its first cell, and begin to watch its second."""
    notebook = lab.open(lab.write(f"stream{number}.ipynb", *cells))
    notebook.run(0)
    devtools = notebook.page.context.new_cdp_session(notebook.page)
    devtools.send("Performance.enable")
    notebook.page.evaluate(DELTAS)
    notebook.page.evaluate(WATCH)
    notebook.page.wait_for_timeout(500)  # what JupyterLab does after a cell was run
    return notebook, devtools


def measured(lab: Lab, number: int, way: str, kind: str, tokens: int) -> Cost:
    """Show one answer and measure it."""
    fill = f"reciter.tokens = recited({tokens}, {kind})"
    tell = "print(json.dumps(reciter.made_s))"
    notebook, devtools = opened(lab, number, SET_UP + fill, WAYS[way], tell)
    page = notebook.page
    before, frames = page_times(devtools), Frames(devtools)
    notebook.run(1)
    page.wait_for_function("() => 'THE-END' in window.seenAt")
    after, received = page_times(devtools), frames.bytes
    notebook.run(2)
    made = json.loads("".join(notebook.outputs(2)[0]["text"]))
    seen = page.evaluate("() => window.seenAt")
    lags_ms = {mark: (seen[mark] - made[mark]) * 1000 for mark in made}
    cost = Cost(
        received / tokens,
        lags_ms[END],
        max(lags_ms.values()),
        after[0] - before[0],
        after[1] - before[1],
        page.evaluate("() => window.longTasks"),
        most_in_a_second(page.evaluate("() => window.redraws")),
    )
    page.close()
    lab.jupyter.stop_kernels()
    return cost


def compare(lab: Lab, sizes: list[int], fence: int, rounds: int) -> None:
    jobs = [(way, "prose", size) for size in sizes for way in WAYS]
    jobs += [("ocinb", kind, fence) for kind in ("prose", "code", "dense") if fence]
    costs: dict[tuple[str, str, int], list[Cost]] = {job: [] for job in jobs}
    for turn in range(rounds):
        for number, job in enumerate(costs):
            costs[job].append(measured(lab, turn * 100 + number, *job))
    titles = ("B/token", "last ms", "max ms", "CPU s", "tasks s", ">50 ms", "most Hz")
    print(f"{'shown by':<26}{'':6}{'tokens':>7}", *(f"{name:>9}" for name in titles))
    for (way, kind, size), found in costs.items():
        medians = map(statistics.median, zip(*map(astuple, found), strict=True))
        cells = (f"{value:9.{digits}f}" for value, digits in zip(medians, DIGITS))  # noqa: B905 - one line of figures
        print(f"{way:<26}{kind:6}{size:7}", *cells)


DIGITS = (0, 0, 0, 2, 2, 0, 0)


def stream_sixteen(lab: Lab) -> None:
    notebook, devtools = opened(lab, 9999, SET_UP, SIXTEEN)
    before, frames, begun_s = page_times(devtools), Frames(devtools), time.monotonic()
    notebook.run(1)
    notebook.page.wait_for_function(SEEN_ALL, arg=STREAMS)
    took_s = time.monotonic() - begun_s
    cpu_s = page_times(devtools)[0] - before[0]
    messages, size = frames.busiest_second()
    texts = {"".join(o["data"]["text/plain"]) for o in notebook.outputs(1)}
    log = (lab.jupyter.home / "server.log").read_text()
    print(f"\n{STREAMS} answers of {STREAM_TOKENS} tokens at once, 100 tokens/s each:")
    print(f"{len(notebook.outputs(1))} stored, {len(texts)} different", end="; ")
    print(f"{frames.bytes / STREAMS / STREAM_TOKENS:.0f} B/token", end="; ")
    print(f"at most {messages} messages and {size / 1000:.0f} kB in a second", end="; ")
    print(f"page: {cpu_s:.1f} CPU s of {took_s:.1f} s", end="; ")
    print(
        f"the server {'DROPPED OUTPUT' if 'rate exceeded' in log else 'let all pass'}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tokens", type=int, nargs="*", default=[500, 2000, 8000])
    options.add_argument("--fence", type=int, default=4000, help="0 leaves it out")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", choices=list(WAYS), help="one way of drawing")
    asked = options.parse_args()
    if asked.only:
        for way in [way for way in WAYS if way != asked.only]:
            del WAYS[way]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        url = f"http://127.0.0.1:{free_port()}"
        jupyter = Jupyter(url, "benchmark", home / "root", home)
        with running_server("jupyterlab", jupyter):
            chromium = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS
            )
            size: Any = {"width": 1280, "height": 900}
            context = chromium.new_context(viewport=size)
            context.set_default_timeout(120_000)
            context.add_init_script(READ_CELL)
            lab = Lab(jupyter, context, count())
            print(f"load {os.getloadavg()[0]:.1f} before", flush=True)
            compare(lab, asked.tokens, asked.fence, asked.rounds)
            stream_sixteen(lab)
            print(f"load {os.getloadavg()[0]:.1f} after")
            chromium.close()


if __name__ == "__main__":
    main()

"""How a streamed answer is measured in a real JupyterLab."""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
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
    switch_news_off,
)
from tests.conftest import Jupyter, free_port, running_server  # noqa: E402 - as above
from tests.contract.reciter import RECITER  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True)
class Way:
    """One way to show a streamed answer.

    Attributes:
        code: of the cell that streams.
        before: of the cell in which it is shown, run before anything is measured; ""
            where it is shown under the cell that streams.
    """

    code: str
    before: str = ""


PEERS = {
    "HTML widget, whole text": Way("""
from html import escape
box, text = HTML(), []
display(box)
def show(delta):
    text.append(delta)
    box.value = f"<pre>{escape(''.join(text))}</pre>"
every_50_ms(show)
"""),
    "Markdown display": Way("""
from IPython.display import Markdown
text, handle = [], display(Markdown(" "), display_id=True)
def show(delta):
    text.append(delta)
    handle.update(Markdown("".join(text)))
every_50_ms(show)
"""),
    "JavaScript deltas": Way("""
from comm import create_comm
comm = create_comm(target_name="deltas", data={})
every_50_ms(lambda delta: comm.send({"text": delta}))
comm.close()
"""),
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
WATCH = """() => {
    const seen = window.seenAt = {}, redraws = window.redraws = [];
    window.longTasks = 0;
    const nodesOf = change =>
        change.type === 'characterData' ? [change.target] : change.addedNodes;
    const area = window.jupyterapp.shell.currentWidget.content.widgets[1].outputArea.node;
    const observer = new MutationObserver(changes => {
        const now = performance.now();
        if (!redraws.length || now - redraws.at(-1) > 8) redraws.push(now);
        for (const node of changes.flatMap(change => [...nodesOf(change)])) {
            for (const [mark] of node.textContent.matchAll(/MARK\\d+|THE-END/g)) {
                seen[mark] ??= (performance.timeOrigin + now) / 1000;
            }
        }
    });
    const all = { childList: true, subtree: true, characterData: true };
    observer.observe(area, all);
    const attach = Element.prototype.attachShadow;  // no observer looks into shadow roots
    Element.prototype.attachShadow = function (options) {
        const root = attach.call(this, options);
        observer.observe(root, all);
        return root;
    };
    new PerformanceObserver(list => { window.longTasks += list.getEntries().length; })
        .observe({ type: 'longtask' });
}"""
SEEN_ALL = """count => {
    const area = window.jupyterapp.shell.currentWidget.content.widgets[1].outputArea.node;
    return area.innerText.split('THE-END').length === count + 1;
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


def measured(lab: Lab, number: int, way: Way, kind: str, tokens: int) -> Cost:
    """Show one answer and measure it."""
    fill = f"reciter.tokens = recited({tokens}, {kind})"
    tell = "print(json.dumps(reciter.made_s))"
    cells = (way.before or way.code, tell, way.code)
    notebook, devtools = opened(lab, number, SET_UP + fill, *cells)
    page = notebook.page
    if way.before:
        notebook.run(1)
        page.wait_for_timeout(1_000)
        page.evaluate("() => { window.longTasks = 0; window.redraws.length = 0; }")
    before, frames = page_times(devtools), Frames(devtools)
    notebook.run(3 if way.before else 1)
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


def compare(
    lab: Lab, ours: str, ways: dict[str, Way], sizes: list[int], fence: int, rounds: int
) -> None:
    """Print a table of medians for every way and size, and for code of ours."""
    jobs = [(way, "prose", size) for size in sizes for way in ways]
    jobs += [(ours, kind, fence) for kind in ("prose", "code", "dense") if fence]
    costs: dict[tuple[str, str, int], list[Cost]] = {job: [] for job in jobs}
    for turn in range(rounds):
        for number, (way, kind, size) in enumerate(costs):
            cost = measured(lab, turn * 100 + number, ways[way], kind, size)
            costs[way, kind, size].append(cost)
    titles = ("B/token", "last ms", "max ms", "CPU s", "tasks s", ">50 ms", "most Hz")
    print(f"{'shown by':<26}{'':6}{'tokens':>7}", *(f"{name:>9}" for name in titles))
    for (way, kind, size), found in costs.items():
        medians = map(statistics.median, zip(*map(astuple, found), strict=True))
        cells = (f"{value:9.{digits}f}" for value, digits in zip(medians, DIGITS))  # noqa: B905 - one line of figures
        print(f"{way:<26}{kind:6}{size:7}", *cells, flush=True)


DIGITS = (0, 0, 0, 2, 2, 0, 0)


def stream_sixteen(lab: Lab, way: Way) -> None:
    """Print what it costs when so many answers stream at once in one kernel."""
    notebook, devtools = opened(lab, 9999, SET_UP, way.before or way.code, way.code)
    if way.before:
        notebook.run(1)
        notebook.page.wait_for_timeout(2_000)
    before, frames, begun_s = page_times(devtools), Frames(devtools), time.monotonic()
    notebook.run(2 if way.before else 1)
    notebook.page.wait_for_function(SEEN_ALL, arg=STREAMS, polling=500)
    took_s = time.monotonic() - begun_s
    cpu_s = page_times(devtools)[0] - before[0]
    messages, size = frames.busiest_second()
    log = (lab.jupyter.home / "server.log").read_text()

    print(f"\n{STREAMS} answers of {STREAM_TOKENS} tokens at once, 100 tokens/s each:")
    print(f"{frames.bytes / STREAMS / STREAM_TOKENS:.0f} B/token", end="; ")
    print(f"at most {messages} messages and {size / 1000:.0f} kB in a second", end="; ")
    print(f"page: {cpu_s:.1f} CPU s of {took_s:.1f} s", end="; ")
    print(
        f"the server {'DROPPED OUTPUT' if 'rate exceeded' in log else 'let all pass'}"
    )


@contextmanager
def in_jupyterlab(height: int = 900) -> Iterator[Lab]:
    """Yield JupyterLab in a Chromium, with a server and folders of its own.

    Args:
        height: of the window, in pixels.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        url = f"http://127.0.0.1:{free_port()}"
        jupyter = Jupyter(url, "benchmark", home / "root", home)
        with running_server("jupyterlab", jupyter):
            switch_news_off(jupyter)
            chromium = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS
            )
            size: Any = {"width": 1280, "height": height}
            context = chromium.new_context(viewport=size)
            context.set_default_timeout(120_000)
            context.add_init_script(READ_CELL)
            print(f"load {os.getloadavg()[0]:.1f} before", flush=True)
            yield Lab(jupyter, context, count())
            print(f"load {os.getloadavg()[0]:.1f} after")
            chromium.close()


def options(about: str) -> argparse.Namespace:
    """Read how much is to be measured."""
    asked = argparse.ArgumentParser(description=about)
    asked.add_argument("--tokens", type=int, nargs="*", default=[500, 2000, 8000])
    asked.add_argument("--fence", type=int, default=4000, help="0 leaves it out")
    asked.add_argument("--rounds", type=int, default=3)
    return asked.parse_args()

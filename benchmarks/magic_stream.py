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

import sys
from pathlib import Path

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

OURS = Way("""
%load_ext ocinb
get_ipython().run_cell_magic("ocichat", "reciter", "x")
""")
SIXTEEN = Way(f"""
%load_ext ocinb
from concurrent.futures import ThreadPoolExecutor

names = [f"many{{n}}" for n in range({STREAMS})]
tokens = recited({STREAM_TOKENS})
globals().update({{name: Reciter(tokens=tokens, rate=100) for name in names}})

def ask(name):
    get_ipython().run_cell_magic("ocichat", f"{{name}} -c {{name}}", "x")

with ThreadPoolExecutor({STREAMS}) as pool:
    list(pool.map(ask, names))
""")


def main() -> None:
    asked = options(__doc__ or "")
    ways = {"%%ocichat": OURS, **PEERS}
    with in_jupyterlab() as lab:
        compare(lab, "%%ocichat", ways, asked.tokens, asked.fence, asked.rounds)
        stream_sixteen(lab, SIXTEEN)


if __name__ == "__main__":
    main()

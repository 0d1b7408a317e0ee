"""Text that attacks the page that shows it, and a server that would hear of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import OpenNotebook

HOSTILE = """\
Before the attack.

<script>window.hacked = 'script'</script>

<img src="missing.png" onerror="window.hacked = 'onerror'">

![pixel](http://127.0.0.1:{port}/image.png)

[![inner](http://127.0.0.1:{port}/inner.png)](http://127.0.0.1:{port}/link)

<iframe src="http://127.0.0.1:{port}/frame"></iframe>
<svg onload="window.hacked = 'svg'"><image href="http://127.0.0.1:{port}/svg.png"/></svg>
<style>@import url("http://127.0.0.1:{port}/style.css"); body {{ display: none }}</style>
<div style="background: url(http://127.0.0.1:{port}/background.png)">div</div>
<a href="javascript:window.hacked = 'link'">raw link</a>

[Markdown link](javascript:window.hacked='markdown')

<details open ontoggle="window.hacked = 'toggle'"><summary>more</summary></details>

```html
<script>window.hacked = 'fence'</script><img src="http://127.0.0.1:{port}/fence.png">
```

After the attack.
"""

MORE_HOSTILE = """\
<iframe srcdoc="<script>parent.hacked = 'srcdoc'</script>"></iframe>
<a href="data:text/html,<script>opener.hacked = 'data'</script>">data link</a>
<link rel="stylesheet" href="http://127.0.0.1:{port}/link.css">
<video poster="http://127.0.0.1:{port}/poster.png" src="http://127.0.0.1:{port}/v"></video>
<audio src="http://127.0.0.1:{port}/audio" autoplay></audio>
<object data="http://127.0.0.1:{port}/object"></object>
<meta http-equiv="refresh" content="0;url=http://127.0.0.1:{port}/refresh">
<button data-commandlinker-command="docmanager:save">command</button>
<form action="http://127.0.0.1:{port}/form"><input autofocus onfocus="window.hacked = 'focus'"></form>
$\\href{{javascript:window.hacked='mathjax'}}{{math}}$ $$\\require{{html}}$$
\x1b]0;title\x07\x1b[31mred\u202eesrever\u2066
"""
"""The rest of what an answer could try."""


@dataclass
class Listener:
    """A web server that an attack would reach; notes every path it is asked for."""

    port: int = 0
    paths: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Serve on a free port and note who asks."""
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.port = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        yield heard
        server.shutdown()


@dataclass(frozen=True)
class Attack:
    """A notebook after every attack, live and drawn again from the saved file."""

    live: OpenNotebook
    reopened: OpenNotebook
    asked_for: list[str]

"""Whatever a model says, the page neither runs it nor loads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

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

SET_UP = """
from pathlib import Path

from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script

script = Script.answer(Path("hostile.md").read_text(), delay_s=0.02)
deployment = LocalDeployment(script=script).start()
my_llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
"""


@dataclass
class Listener:
    """A web server that an attack would reach; notes every path it is asked for."""

    port: int = 0
    paths: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
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
    """The hostile answer, drawn live and drawn again from the saved file."""

    live: OpenNotebook
    reopened: OpenNotebook
    asked_for: list[str]


@pytest.fixture(scope="module")
def attack(lab: Lab, listener: Listener) -> Attack:
    asked_for: list[str] = []
    lab.context.on("request", lambda request: asked_for.append(request.url))
    (lab.jupyter.root / "hostile.md").write_text(HOSTILE.format(port=listener.port))
    cells = ("%load_ext ocinb", SET_UP, "%%ocichat my_llm\nAttack me.")
    path = lab.write("hostile.ipynb", *cells)
    live = lab.open(path)
    for index in range(len(cells)):
        live.run(index)
    live.wait_for_text(2, "After the attack.")
    live.picture("hostile", 2)
    live.save()
    return Attack(live, lab.open(path, kernel=False), asked_for)


@pytest.fixture(params=["live", "reopened"])
def page(request: pytest.FixtureRequest, attack: Attack) -> Any:
    return getattr(attack, request.param).page


def test_the_words_are_shown(attack: Attack) -> None:
    for notebook in (attack.live, attack.reopened):
        shown = notebook.text(2)
        assert "Before the attack." in shown
        assert "After the attack." in shown
        assert "<script>" in shown


def test_no_script_ran(page: Any) -> None:
    assert page.evaluate("() => window.hacked ?? null") is None


def test_nothing_was_loaded(attack: Attack, listener: Listener) -> None:
    assert attack.asked_for, "the browser's requests are not seen"
    ours = f"127.0.0.1:{listener.port}"
    assert [url for url in attack.asked_for if ours in url] == []
    assert listener.paths == []


def test_the_listener_would_have_heard(lab: Lab, listener: Listener) -> None:
    page = lab.context.new_page()
    page.set_content(f'<img src="http://127.0.0.1:{listener.port}/would-hear">')
    page.wait_for_load_state("networkidle")
    page.close()
    assert "/would-hear" in listener.paths
    listener.paths.clear()


@pytest.mark.parametrize(
    "selector",
    ["script", "img", "iframe", "svg", "style", "[onerror]", "[href^=javascript]"],
)
def test_no_dangerous_element_is_in_the_answer(page: Any, selector: str) -> None:
    assert page.locator(f".jp-OutputArea-output .ocinb {selector}").count() == 0


def test_the_page_still_stands(page: Any) -> None:
    assert page.evaluate("() => getComputedStyle(document.body).display") != "none"

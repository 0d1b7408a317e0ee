"""How a rich answer looks, while it grows and when it stays, in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.contrast import worst_contrast

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

RICH = """\
## Means and medians

The **mean** adds all values and divides by their number; the *median* is the value in
the middle. With a few very large values they drift apart:

| data | mean | median |
|---|---:|---:|
| 1, 2, 3 | 2 | 2 |
| 1, 2, 300 | 101 | 2 |

1. Sort the values.
2. Take the middle one, or
   - the mean of the two middle ones,
   - where their number is even.

```python
from statistics import mean, median

# A long line, to see how it is handled: it goes on and on, past the edge of most pages.
values = [1, 2, 300]
print(mean(values), median(values))  # 101 2
```

> The median of `[1, 2, 300]` is 2, see [the documentation](https://docs.python.org/3/library/statistics.html).

So ask for the median when outliers are likely.
"""

SET_UP = """
from pathlib import Path

from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script

script = Script.answer(Path("rich.md").read_text(), delay_s=0.05)
deployment = LocalDeployment(script=script).start()
my_llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
"""


@pytest.fixture(scope="module")
def answered(lab: Lab) -> OpenNotebook:
    (lab.jupyter.root / "rich.md").write_text(RICH)
    cells = ("%load_ext ocinb", SET_UP, "%%ocichat my_llm\nMean or median?")
    notebook = lab.open(lab.write("rich.ipynb", *cells))
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    notebook.wait_for_text(2, "from statistics")
    notebook.picture("growing", 2)
    notebook.wait_for_reply(2)
    notebook.wait_for_text(2, "outliers are likely")
    notebook.picture("rich", 2)
    return notebook


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_stands_out_from_its_background(
    answered: OpenNotebook, theme: Literal["Light", "Dark"]
) -> None:
    answered.use_theme(theme)
    ratio, text = worst_contrast(answered, 2)
    assert ratio >= 4.5, f"{text!r} has a contrast of {ratio:.2f}"


def test_nothing_runs_out_of_the_page(answered: OpenNotebook) -> None:
    widths = """index => {
        const cells = window.jupyterapp.shell.currentWidget.content.widgets;
        const output = cells[index].outputArea.node;
        return [output.scrollWidth, output.clientWidth];
    }"""
    needed, given = answered.page.evaluate(widths, 2)
    assert needed <= given


def test_the_structure_of_the_answer_is_kept(answered: OpenNotebook) -> None:
    shown = answered.page.locator(".jp-OutputArea-output .ocinb")
    for element in (
        "table",
        "ol",
        "ul",
        "pre",
        "blockquote",
        "strong",
        "a[href^=https]",
    ):
        assert shown.locator(element).count() >= 1, element

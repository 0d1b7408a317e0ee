"""What a notebook shows where a chat model is the last value of a cell."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter

from ocinb.chat_models import ChatOCIModelDeployment
from tests.unit.chat_models.recorder import ENDPOINT, make

HOST = "modeldeployment.us-ashburn-1.oci.customer-oci.com"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</table></div><style>*{display:none}</style>",
    r"$\href{javascript:alert(1)}{x}$",
    "a\x1b[31mb\u202ec\nd",
    "&lt;script&gt;",
    "x" * 5000,
]


class Table(HTMLParser):
    """Reads the rows of a table, and notes every tag and attribute on the way."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        cells = iter(self.texts[1:])
        self.rows = dict(zip(cells, cells, strict=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in ("caption", "th", "td"):
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data


def table(**fields: Any) -> Table:
    return Table(make(**fields)._repr_html_())


def test_host_model_and_what_was_set_are_shown():
    shown = table(temperature=0.7, max_tokens=None, stop=["END"])

    assert shown.texts[0] == "ChatOCIModelDeploymentVLLM"
    assert shown.rows == {
        "endpoint": HOST,
        "model": "odsc-llm",
        "temperature": "0.7",
        "max_tokens": "not sent",
        "stop": "['END']",
    }


def test_defaults_are_not_shown():
    assert set(table().rows) == {"endpoint", "model"}


def test_other_fields_that_differ_from_their_defaults_are_shown():
    shown = table(
        streaming=True,
        max_retries=0,
        timeout=5.5,
        model_kwargs={"foo": 1},
        default_headers={"X-Key": "hunter2", "X-Team": "a"},
    )

    assert shown.rows == {
        "endpoint": HOST,
        "model": "odsc-llm",
        "foo": "1",
        "streaming": "True",
        "max_retries": "0",
        "timeout": "5.5",
        "default_headers": "X-Key, X-Team",
    }


def test_the_path_with_its_ocid_is_not_shown():
    assert "ocid1" not in make()._repr_html_()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("field", ["model", "stop", "model_kwargs", "name"])
def test_hostile_text_stays_text(field: str, text: str):
    value = {"stop": [text], "model_kwargs": {text: text}}.get(field, text)
    html = make(**{field: value})._repr_html_()
    shown = Table(html)

    assert shown.tags == {"div", "table", "caption", "tr", "th", "td"}
    assert shown.attributes == {"class", "style", "scope"}
    assert all(cell.isprintable() and len(cell) <= 80 for cell in shown.texts)
    assert html.startswith('<div class="ocinb tex2jax_ignore mathjax_ignore">')


def test_a_host_that_looks_like_html_stays_text():
    html = make(endpoint="https://a&lt;b/x/predict")._repr_html_()

    assert Table(html).rows["endpoint"] == "a&lt;b"


def test_every_colour_is_that_of_the_page():
    colours = re.findall(r"(?:color|background|border):([^;\"]*)", make()._repr_html_())

    assert colours
    assert all("var(--jp-" in colour or colour == "none" for colour in colours)
    assert "var(--jp-content-font-color1, inherit)" in colours


def test_the_smaller_class_is_shown_under_its_own_name():
    model = ChatOCIModelDeployment(endpoint=ENDPOINT)

    assert Table(model._repr_html_()).texts[0] == "ChatOCIModelDeployment"


def test_a_notebook_gets_html_and_the_plain_repr():
    model = make(top_p=0.5)
    bundle, _ = DisplayFormatter().format(model)

    assert bundle["text/html"] == model._repr_html_()
    assert re.sub(r"\s", "", bundle["text/plain"]) == re.sub(r"\s", "", repr(model))

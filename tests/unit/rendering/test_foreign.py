"""HTML that a model wrote is shown, and nothing of it runs or loads."""

from __future__ import annotations

import random
import re
import time

import pytest

from ocinb.rendering import clean_html, has_tags
from tests.unit.rendering.answers import Page
from tests.unit.rendering.test_markdown import ATOMS, ATTACKS, ATTRIBUTES, TAGS, UNSAFE

MORE_TAGS = TAGS | {
    *("abbr", "b", "caption", "cite", "dd", "del", "dl", "dt", "i", "ins", "kbd"),
    *("mark", "q", "samp", "small", "sub", "sup", "tfoot", "u", "var"),
}
MORE_ATTRIBUTES = ATTRIBUTES | dict.fromkeys(("colspan", "rowspan", "title"), r"(?s).*")
SLOW_S = 2.0


def assert_inert(html: str) -> None:
    page = Page(html)
    assert set(page.tags) <= MORE_TAGS
    for tag, name, value in page.attributes:
        assert re.fullmatch(MORE_ATTRIBUTES[name], value or ""), (tag, name, value)
    assert not UNSAFE.search(html)
    html.encode()


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_neither_runs_nor_loads(attack: str):
    assert_inert(clean_html(attack))
    assert_inert(clean_html(f"<table><tr><td>{attack}</table><ul><li>{attack}<p>"))
    assert_inert(clean_html(f'<a title="{attack}" href="{attack}">{attack}</a>'))


def test_random_pieces_of_attacks_stay_inert():
    source = random.Random(7)  # noqa: S311 - the same text in every run
    pieces = [*ATOMS, *ATTACKS.values(), "<a href=", "<img ", '"', "'", ">", "</div>"]
    for _ in range(300):
        assert_inert(clean_html("".join(source.choices(pieces, k=12))))


def test_what_structures_a_text_is_kept():
    html = clean_html(
        "<h2>Title</h2><p>a <b>bold</b> <em>word</em>, H<sub>2</sub>O</p>"
        "<table><tr><th colspan=2>x</th></tr><tr><td>1<td>2</table><ol start=3><li>c"
    )
    assert "<h2>Title</h2><p>a <b>bold</b> <em>word</em>, H<sub>2</sub>O</p>" in html
    assert '<th colspan="2">x</th>' in html
    assert '<ol start="3"><li>c</li></ol>' in html


def test_scripts_and_styles_are_gone_with_their_text():
    html = clean_html("<title>t</title><style>p {}</style><script>run()</script>hello")
    assert Page(html).text == "hello"


def test_an_image_is_shown_as_its_address():
    html = clean_html(
        '<p><IMG alt="A cat" src=\'http://x.test/c.png?a&b\' onerror="x"> ok'
    )
    assert Page(html).text == "A cat [image: http://x.test/c.png?a&b] ok"
    assert "ocinb-image" in html


def test_an_image_of_data_is_shown_by_its_beginning():
    html = clean_html(f'<img src="data:image/png;base64,{"A" * 5000}">')
    assert len(html) < 500
    assert "[image: data:image/png;base64,AAAA" in html


def test_an_image_of_a_drawing_is_one_too():
    html = clean_html('<svg></svg><image xlink:href="http://x.test/a.png"/>')
    assert Page(html).text == "[image: http://x.test/a.png]"


def test_an_image_without_an_address_is_one_too():
    assert Page(clean_html("<img>")).text == "[image: ]"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a", True),
        ("HTTPS://example.org/a", True),
        ("mailto:a@example.org", True),
        ("http://example.org", False),
        ("//example.org", False),
        ("/hub/logout", False),
        ("#top", False),
        ("https:/hub/logout", False),
        ("java&#x0A;script:alert(1)", False),
    ],
)
def test_links_lead_to_https_and_mail_alone(address: str, *, kept: bool):
    page = Page(clean_html(f'<a href="{address}">text</a>'))
    assert bool(page.values("a", "href")) is kept
    assert page.values("a", "rel") == ["noopener noreferrer"]
    assert page.values("a", "target") == ["_blank"]
    assert page.text == "text"


def test_no_element_of_a_page_gets_out_of_its_box():
    html = clean_html("</div></div></body></html><p>still inside</p>")
    assert html.count("<div") == html.count("</div>") == 2
    assert html.endswith("<p>still inside</p></div></div>")


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 40_000,
        "<ul><li>" * 25_000,
        "".join(f"<b x={n}>" for n in range(99)) + "<p>" * 60_000,
        "<b>" * 66_000,
        "<table><a>" * 20_000,
        "<div></b>" * 20_000,
        "<img " * 40_000,
        "<img " + "src " * 40_000 + ">",
        "<" * 200_000,
        "<!--" * 50_000,
    ],
    ids=lambda source: source[:12],
)
def test_html_made_to_take_long_does_not(source: str):
    began_s = time.process_time()
    html = clean_html(source)
    assert time.process_time() - began_s < SLOW_S
    assert len(html) < 1_200_000
    assert_inert(html)


def test_html_that_would_take_long_is_shown_as_its_source():
    assert "<pre><code>&lt;div&gt;&lt;div&gt;" in clean_html("<div>" * 1000)


def test_only_the_first_200_kb_are_shown():
    html = clean_html("<p>" + "word " * 50_000 + "</p><p>end</p>")
    assert "Only the first 200 kB are shown here" in html
    assert "end" not in Page(html).text.replace("rendered", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>x</p>", True),
        ("a <BR/> b", True),
        ("</table>", True),
        ('<img src="x">', True),
        ("a < b and c > d", False),
        ("if a <b then", False),
        ("List<int> and <custom-tag>", False),
        ("", False),
    ],
)
def test_html_is_told_from_text(text: str, *, found: bool):
    assert has_tags(text) is found

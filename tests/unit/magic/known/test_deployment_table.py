"""A list of deployments as people read it."""

from __future__ import annotations

from typing import Any

from ocinb.magic.known.deployment_table import table_of
from ocinb.wire.choosing import described
from ocinb.wire.listing import Deployment

TEAM = "ocid1.compartment.oc1..aaaateam42"
HOST = "modeldeployment.eu-zurich-1.oci.customer-oci.com"
HOSTILE = '<img src=x onerror="alert(1)">\x1b[31m\u202e\nred'


def deployment(name: str, **more: Any) -> Deployment:
    ocid = f"ocid1.datasciencemodeldeployment.oc1.eu-zurich-1.{name[:10]}abc123"
    fields = {
        "ocid": ocid,
        "endpoint": f"https://{HOST}/{ocid}/predict",
        "model": "odsc-llm",
        "state": "ACTIVE",
        "created": "2025-03-01T10:20:30.123Z",
    }
    return Deployment(name=name, **{**fields, **more})


def text_of(*deployments: Deployment, current: str = "") -> list[str]:
    return table_of(deployments, TEAM, current)["text/plain"].split("\n")


def test_a_terminal_gets_columns_sorted_by_name():
    qwen = deployment("Qwen", model="qwen/qwen-7b")
    title, head, first, second, pick = text_of(qwen, deployment("llama"))

    assert title == "2 ACTIVE model deployments in compartment …team42"
    assert head.split() == ["name", "model", "OCID", "created", "endpoint"]
    assert first.split() == ["llama", "odsc-llm", "…abc123", "2025-03-01", HOST]
    assert second.split()[:2] == ["Qwen", "qwen/qwen-7b"]
    assert first.index("…abc") == second.index("…abc") == head.index("OCID")
    assert pick == "%ocichat use NAME, or the end of its OCID, picks one"


def test_the_current_one_is_marked():
    llama = deployment("llama")
    lines = text_of(llama, deployment("qwen"), current=llama.endpoint)

    assert [line.startswith("*") for line in lines[2:4]] == [True, False]
    html = table_of([llama], TEAM, llama.endpoint)["text/html"]
    assert "<strong>llama</strong> (current)" in html


def test_an_empty_list_is_one_line():
    assert text_of() == ["no ACTIVE model deployments in compartment …team42"]
    assert "<table" not in table_of([], TEAM, "")["text/html"]


def test_one_is_not_several():
    assert text_of(deployment("a"))[0].startswith("1 ACTIVE model deployment in")


def test_of_five_hundred_a_hundred_are_shown():
    many = [deployment(f"model {number:03}") for number in range(500)]
    lines = text_of(*many)

    assert lines[0].startswith("500 ACTIVE")
    assert len(lines) == 1 + 1 + 100 + 2
    assert lines[-2] == "400 more are not shown"
    assert table_of(many, TEAM, "")["text/html"].count("<tr>") == 101


def test_texts_of_others_are_inert():
    hostile = deployment(HOSTILE, model=HOSTILE, ocid=HOSTILE, created=HOSTILE)
    made = table_of([hostile], TEAM, "")

    assert all(line.isprintable() for line in made["text/plain"].split("\n"))
    assert "<img" not in made["text/html"]
    assert "\x1b" not in made["text/html"]
    assert described(hostile).isprintable()


def test_a_long_name_is_cut():
    assert max(map(len, text_of(deployment("x" * 5000)))) < 200


def test_a_deployment_without_an_address_says_so():
    assert "no usable address" in text_of(deployment("a", endpoint=""))[2]


def test_html_loads_nothing_and_follows_the_page():
    html = table_of([deployment("a")], TEAM, "")["text/html"]

    assert 'class="ocinb tex2jax_ignore mathjax_ignore"' in html
    assert '<th scope="col">name</th>' in html
    for live in ("<script", "href=", "src=", "url("):
        assert live not in html

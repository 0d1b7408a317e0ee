"""The extension in a real Jupyter Server: installed means enabled, and guarded."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Jupyter, StartJupyter


@pytest.fixture(scope="module")
def jupyter(start_jupyter: StartJupyter) -> Jupyter:
    return start_jupyter("jupyter_server")


@pytest.fixture
def browser(jupyter: Jupyter) -> Iterator[httpx.Client]:
    """A client that logged in as a browser does: with cookies, no header."""
    with httpx.Client(base_url=jupyter.url, timeout=30) as client:
        client.get("/login", params={"token": jupyter.token})
        yield client


def test_installing_enables_the_extension(jupyter: Jupyter) -> None:
    answer = jupyter.get("/ocinb/health")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {"status": "ok", "version": version("ocinb")}


def test_without_a_token_it_says_nothing(jupyter: Jupyter) -> None:
    answer = httpx.get(jupyter.url + "/ocinb/health")
    assert answer.status_code == 403
    assert version("ocinb") not in answer.text


def test_a_wrong_token_is_refused(jupyter: Jupyter) -> None:
    headers = {"Authorization": "token guessed"}
    answer = httpx.get(jupyter.url + "/ocinb/health", headers=headers)
    assert answer.status_code == 403


def test_a_logged_in_browser_needs_no_header(browser: httpx.Client) -> None:
    assert browser.get("/ocinb/health").json()["status"] == "ok"


def test_a_page_of_another_site_cannot_post(browser: httpx.Client) -> None:
    answer = browser.post("/ocinb/health")
    assert answer.status_code == 403
    assert "_xsrf" in answer.text


def test_only_get_is_answered(jupyter: Jupyter) -> None:
    headers = {"Authorization": f"token {jupyter.token}"}
    answer = httpx.post(jupyter.url + "/ocinb/health", headers=headers)
    assert answer.status_code == 405


def test_the_address_follows_the_servers_base_url(start_jupyter: StartJupyter) -> None:
    jupyter = start_jupyter("jupyter_server", "/user/ann")
    assert jupyter.get("/ocinb/health").json()["status"] == "ok"
    above = jupyter.url.removesuffix("/user/ann")
    assert httpx.get(above + "/ocinb/health").status_code == 404

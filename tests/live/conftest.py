"""A real model server behind the local gateway, run by name with its address.

    pytest tests/live --upstream http://127.0.0.1:8000

Without an address nothing here is collected, and naming this folder is a usage error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.local import LocalDeployment
from tests.contract import skips
from tests.live.asking import Ask

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTION = "--upstream"
LEFT_OUT = {
    *(name.rpartition("::")[2] for name in skips.ALLOWED),
    "test_image_inputs",
    "test_image_tool_message",
}
"""What LangChain's suites skip by themselves, and images, which need another model."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION, metavar="URL", help="address of the OpenAI-compatible server to test"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Only a run that names this folder knows the option.
    if config.getoption(OPTION, default="not named here") is None:
        msg = f"tests/live needs a real server: give {OPTION} URL (see its README.md)"
        raise pytest.UsageError(msg)


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return None if config.getoption(OPTION, default=None) else True


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    is_here = __package__ + "."
    dropped = [
        item
        for item in items
        if item.name in LEFT_OUT and item.module.__name__.startswith(is_here)
    ]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in dropped]


@pytest.fixture(scope="session")
def upstream(request: pytest.FixtureRequest) -> str:
    """The server's address, without `/v1`."""
    url: str = request.config.getoption(OPTION)
    return url.rstrip("/").removesuffix("/v1")


@pytest.fixture(scope="session")
def deployment(upstream: str) -> Iterator[LocalDeployment]:
    with LocalDeployment(upstream=upstream) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def ask(deployment: LocalDeployment) -> Ask:
    return Ask(deployment)

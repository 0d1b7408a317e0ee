"""What contract tests share: the real small model, and a kernel with the magics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.local import LocalDeployment
from tests.contract.magic_kernel import SERVING, Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def local_deployment() -> Iterator[LocalDeployment]:
    with LocalDeployment() as deployment:
        yield deployment


@pytest.fixture(scope="module")
def started() -> Iterator[Kernel]:
    """A kernel in which `serve` gives the chat model `llm` its answers."""
    with running_kernel() as kernel:
        assert not kernel.run(SERVING).error_lines
        yield kernel


@pytest.fixture
def kernel(started: Kernel) -> Iterator[Kernel]:
    """That kernel with a new conversation; its server is stopped afterwards."""
    started.run("%ocichat reset")
    yield started
    started.run("server.stop()")

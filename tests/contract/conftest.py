"""One local deployment with the real small model, shared by all contract tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.local import LocalDeployment

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def local_deployment() -> Iterator[LocalDeployment]:
    with LocalDeployment() as deployment:
        yield deployment

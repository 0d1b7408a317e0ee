"""The model's server, as far as it can be looked at without a model."""

from __future__ import annotations

import sys

import pytest

from ocinb.errors import OcinbError
from ocinb.local.gateway.llama import start_llama


def test_a_library_that_the_system_lacks_is_told_with_its_package(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)

    with pytest.raises(OcinbError, match=r"cannot be loaded.*apt-get install libgomp1"):
        start_llama("model.gguf", threads=1, context_length=512)

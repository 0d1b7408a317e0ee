"""One SQLite file that keeps every trial of every sweep as soon as it is finished."""

from ocinb.sweep.store.kept import Kept
from ocinb.sweep.store.record import SweepRecord
from ocinb.sweep.store.store import Store

__all__ = ["Kept", "Store", "SweepRecord"]

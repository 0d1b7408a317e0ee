"""Bigger than one machine: the same sweep, carried out by workers."""

from ocinb.sweep.farm.running import run_on

__all__ = ["run_on"]

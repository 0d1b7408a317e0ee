"""Finds out what is wrong between here and a model's answer, and how to mend it."""

from ocinb.doctor.catalogue import CHECKS
from ocinb.doctor.diagnose import diagnose
from ocinb.doctor.report import Report, Row
from ocinb.doctor.target import Target, target_of

__all__ = ["CHECKS", "Report", "Row", "Target", "diagnose", "target_of"]

"""Every sampling parameter, once, and whether a value may be sent.

Model fields, sliders, magic flags, sweep axes and help texts all read this room.
"""

from ocinb.sampling.catalogue import FACE_START, PARAMETERS
from ocinb.sampling.checks import (
    ParameterWarning,
    check,
    check_all,
    check_together,
    did_you_mean,
    nearest,
    refuse_unknown,
)
from ocinb.sampling.parameter import Group, Kind, Parameter

__all__ = [
    "FACE_START",
    "PARAMETERS",
    "Group",
    "Kind",
    "Parameter",
    "ParameterWarning",
    "check",
    "check_all",
    "check_together",
    "did_you_mean",
    "nearest",
    "refuse_unknown",
]

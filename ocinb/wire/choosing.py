"""What people call a model deployment, and whether it can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.errors import ConfigurationError, NotActive, one_line
from ocinb.wire.listing import ACTIVE

if TYPE_CHECKING:
    from ocinb.wire.listing import Deployment

__all__ = ["check_usable", "counted", "day_of", "described", "tail_of"]

_ANSWERING: Final = (ACTIVE, "UPDATING", "NEEDS_ATTENTION")
_LONGEST: Final = 40
_TAIL: Final = 6


def tail_of(ocid: str) -> str:
    """Return the end of an OCID, by which people tell it from others."""
    return f"…{one_line(ocid[-_TAIL:])}"


def day_of(deployment: Deployment) -> str:
    """Return the day on which a deployment was made, such as 2025-03-01."""
    return one_line(deployment.created[:10])


def described(deployment: Deployment) -> str:
    """Return a deployment in a few words that tell it from those of the same name."""
    name = one_line(deployment.name, _LONGEST)
    facts = (tail_of(deployment.ocid), day_of(deployment))
    return f"{name} ({', '.join(filter(None, facts))})"


def counted(count: int, compartment: str) -> str:
    """Return how many ACTIVE deployments a compartment has, in words."""
    return (
        f"{count or 'no'} ACTIVE model deployment{'' if count == 1 else 's'} "
        f"in compartment {tail_of(compartment)}"
    )


def check_usable(deployment: Deployment) -> None:
    """Refuse a deployment that cannot answer.

    Raises:
        NotActive: it is in a state in which it does not.
        ConfigurationError: no address of it is known.
    """
    if deployment.state not in _ANSWERING:
        state = one_line(deployment.state, 40) or "in no state"
        msg = f"{described(deployment)} is {state}"
        raise NotActive(msg)
    if not deployment.endpoint:
        msg = f"the API gives no usable address for {described(deployment)}"
        raise ConfigurationError(msg, hint="copy its predict URL from the console")

"""Which model deployment a name means, and under which alias it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import nearest
from ocinb.wire.choosing import described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocinb.wire.listing import Deployment

__all__ = ["Listing", "alias_of", "ambiguous", "named", "unknown"]

_NAMES_SHOWN: Final = 10
_SHORTEST_TAIL: Final = 4
_TAIL: Final = 6


@dataclass(frozen=True)
class Listing:
    """The deployments that were listed last, and how they were asked for.

    Attributes:
        deployments: ACTIVE ones; their texts are untrusted.
        compartment: as it was typed; "" is that of the notebook session.
        auth: the name of a way to sign; "" is the default one.
    """

    deployments: tuple[Deployment, ...] = ()
    compartment: str = ""
    auth: str = ""


def named(deployments: Sequence[Deployment], name: str) -> list[Deployment]:
    """Return those of a name, or else those of an alias, or an end of an OCID.

    Args:
        deployments: to choose from.
        name: as it was typed, in any case.
    """
    wanted, tail = _folded(name), name.removeprefix("…")
    found = [d for d in deployments if _folded(d.name) == wanted]
    found = found or [d for d in deployments if _slug(d.name) == name]
    if found or len(tail) < _SHORTEST_TAIL:
        return found
    return [d for d in deployments if d.ocid.endswith(tail)]


def ambiguous(name: str, found: Sequence[Deployment]) -> ConfigurationError:
    """Make the error for a name that several deployments have."""
    which = "; ".join(map(described, found[:_NAMES_SHOWN]))
    msg = f"{len(found)} model deployments are called {_shown(name)}: {which}"
    end = one_line(found[0].ocid[-_TAIL:])
    return ConfigurationError(msg, hint=f"use the end of the OCID: %ocichat use {end}")


def unknown(name: str, deployments: Sequence[Deployment]) -> ConfigurationError:
    """Make the error for a name that no deployment has."""
    names = sorted({one_line(d.name, 40) for d in deployments}, key=str.casefold)
    known = {_folded(known): known for known in names}
    guess = nearest(name, known)
    question = f"; did you mean {known[guess]}?" if guess else ""
    msg = f"no ACTIVE model deployment is called {_shown(name)}{question}"
    more = len(names) - _NAMES_SHOWN
    listed = ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    hint = f"there are: {listed}" if names else "there is none in this compartment"
    if len(name.split()) > 1:
        hint += "; a prompt that begins with use: %ocichat -- use ..."
    return ConfigurationError(msg, hint=hint)


def alias_of(chosen: Deployment, aliases: Mapping[str, str]) -> str:
    """Return a name for the magic line that stands for nothing else yet.

    Args:
        chosen: what it will stand for.
        aliases: what the aliases of this kernel stand for.
    """
    slug = _slug(chosen.name)
    if aliases.get(slug, chosen.endpoint) == chosen.endpoint:
        return slug
    return f"{slug}-{_slug(chosen.ocid[-_TAIL:] or chosen.endpoint)}"


def _shown(name: str) -> str:
    return repr(one_line(name, 60))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _slug(name: str) -> str:
    """Return a name with only the characters of an alias."""
    slug = re.sub(r"[^\w.-]+", "-", name).strip("-.")
    return slug if slug[:1].isalpha() else f"deployment-{slug}".strip("-")

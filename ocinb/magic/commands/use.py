"""`%ocichat use`: lists the ACTIVE model deployments, or makes one of them current."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ocinb.errors import (
    MissingExtraError,
    PolicyError,
    Stopped,
    one_line,
)
from ocinb.magic.known.deployment_names import alias_of, ambiguous, named, unknown
from ocinb.magic.known.deployment_table import table_of
from ocinb.magic.known.models import face_model
from ocinb.magic.shown.progress import progress
from ocinb.magic.typed.arguments import parse_flags
from ocinb.magic.typed.flags import Flag
from ocinb.saved.text import check_auth
from ocinb.wire.choosing import check_usable, tail_of
from ocinb.wire.method import NAMED

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.magic.face import Face
    from ocinb.magic.known.deployment_names import Listing
    from ocinb.wire.listing import Deployment

__all__ = ["USE_ARGUMENTS", "USE_FLAGS", "use"]

USE_ARGUMENTS: Final = "[NAME...|OCID|URL] [--compartment OCID] [--auth NAME]"

USE_FLAGS: Final = {
    flag.name: flag
    for flag in (
        Flag("--compartment", "compartment", "Whose deployments are listed.", "OCID"),
        Flag("--auth", "auth", "How to sign: " + ", ".join(NAMED) + ".", "NAME"),
    )
}

_NAMED_BY: Final = "%ocichat use --compartment OCID"


def use(face: Face, rest: str) -> None:
    """Run the subcommand.

    Raises:
        OcinbError: one line that says why it cannot be done.
    """
    words, typed = parse_flags(rest, f"use {USE_ARGUMENTS}", USE_FLAGS, {})
    check_auth(typed.settings.get("auth", ""))
    asked = replace(face.listing, **typed.settings)
    if asked != face.listing:  # another compartment has other deployments
        asked = replace(asked, deployments=())
    target = " ".join(words)
    with progress(face.frontend, face.publisher) as show:
        try:
            if target:
                show(_used(face, asked, target, show.at_once))
            else:
                show.end_with(_listed(face, asked, show.at_once))
        except KeyboardInterrupt as interrupt:
            msg = "the model deployments were not asked for: stopped by you"
            raise Stopped(msg) from interrupt
        except MissingExtraError as error:
            error.add(hint=f"{error.hint}; on this line auth= is --auth NAME")
            raise
    if (face.listing.compartment, face.listing.auth) != (asked.compartment, asked.auth):
        face.listing = asked


def _listed(face: Face, asked: Listing, say: Callable[[str], None]) -> dict[str, str]:
    found = _fetched(face, asked, say)
    current = face.models.aliases.get(face.models.current, "")
    return table_of(found, _compartment(asked), current)


def _compartment(asked: Listing) -> str:
    from ocinb.wire.region import compartment_of  # noqa: PLC0415 - keeps %load_ext quick

    return str(compartment_of(asked.compartment, os.environ, _NAMED_BY))


def _fetched(
    face: Face, asked: Listing, say: Callable[[str], None]
) -> tuple[Deployment, ...]:
    """Ask for the list, and keep it."""
    from ocinb.wire.deployments import DataScience  # noqa: PLC0415 - takes a while

    found = DataScience(asked.auth or None).active(_compartment(asked), say)
    face.listing = replace(asked, deployments=found)
    return found


def _used(face: Face, asked: Listing, target: str, say: Callable[[str], None]) -> str:
    """Make a deployment current, and return the line that says so."""
    note = ""
    if target.startswith("ocid1."):
        chosen, note = _of_ocid(asked, target, say)
    elif "://" in target or "/ocid1." in target:  # a name may hold a / too
        chosen = _of_url(asked, target)
    else:
        chosen = _of_name(face, asked, target, say)
    check_usable(chosen)
    auth = {"auth": asked.auth} if asked.auth else {}
    model = face_model(endpoint=chosen.endpoint, model=chosen.model, **auth)
    alias = alias_of(chosen, face.models.aliases)
    face.models.keep(alias, chosen.endpoint, model)
    face.models.current = alias
    return (
        f"%%ocichat asks {one_line(chosen.name, 60)} from now on: model "
        f"{one_line(chosen.model, 60)}, alias {alias}{note}"
    )


def _of_url(asked: Listing, url: str) -> Deployment:
    from ocinb.wire.endpoint import parse_endpoint  # noqa: PLC0415 - as above
    from ocinb.wire.listing import DEFAULT_MODEL, Deployment  # noqa: PLC0415 - as above

    endpoint = parse_endpoint(url)
    known = [d for d in asked.deployments if d.endpoint == endpoint.predict_url]
    ocid = re.search(r"/(ocid1\.[\w.-]+)/", url)
    name = f"deployment {tail_of(ocid[1])}" if ocid else endpoint.host
    made = Deployment(name, ocid[1] if ocid else "", url, DEFAULT_MODEL, "ACTIVE", "")
    return known[0] if known else made


def _of_ocid(
    asked: Listing, ocid: str, say: Callable[[str], None]
) -> tuple[Deployment, str]:
    """Return a deployment, and a note where the API did not tell of it."""
    from ocinb.wire.deployments import DataScience  # noqa: PLC0415 - as above
    from ocinb.wire.ocid import DEPLOYMENT, parse_ocid  # noqa: PLC0415 - as above
    from ocinb.wire.region import predict_url_of  # noqa: PLC0415 - as above

    known = [d for d in asked.deployments if d.ocid == ocid]
    if known:
        return known[0], ""
    try:
        return DataScience(asked.auth or None).find(ocid, say), ""
    except PolicyError as error:  # whoever may ask a deployment may not see it listed
        url = predict_url_of(parse_ocid(ocid, DEPLOYMENT, "the deployment"))
        if not url:
            raise
        note = f" (its address is made of its OCID: {error.message})"
        return _of_url(replace(asked, deployments=()), url), note


def _of_name(
    face: Face, asked: Listing, name: str, say: Callable[[str], None]
) -> Deployment:
    listed = asked.deployments
    found = named(listed, name)
    if not found:
        listed = _fetched(face, asked, say)
        found = named(listed, name)
    if len(found) == 1:
        return found[0]
    raise ambiguous(name, found) if found else unknown(name, listed)

"""What is examined: an endpoint, how to sign, a model, and where these came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from ocinb.errors import EndpointError
from ocinb.wire.endpoint import parse_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.saved.values import Saved

__all__ = ["DEFAULT_MODEL", "Target", "target_of"]

DEFAULT_MODEL: Final = "odsc-llm"
"""The name by which Oracle's own containers serve a model."""

_VARIABLE: Final = "OCI_LLM_ENDPOINT"


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Target:
    """What is examined.

    Attributes:
        endpoint: an address as it was given, which may be none; it may hold a secret.
        auth: as for a chat model.
        model: the model's name on the server.
        headers: more headers of each request; they may hold the user's secrets.
        source: where the endpoint came from, in words; "" if it was given.
    """

    endpoint: str = field(default="", repr=False)
    auth: Any = field(default=None, repr=False)
    model: str = DEFAULT_MODEL
    headers: Mapping[str, str] = field(default_factory=_nothing, repr=False)
    source: str = ""

    @property
    def place(self) -> str:
        """The address without what may be a secret; "" if it cannot be read."""
        try:
            parts = urlsplit(parse_endpoint(self.endpoint).predict_url)
        except EndpointError:
            return ""
        return urlunsplit(parts._replace(query=""))


def target_of(
    given: str,
    saved: Saved,
    environment: Mapping[str, str],
    *,
    auth: str = "",
    model: str = "",
) -> Target:
    """Choose what to examine.

    Args:
        given: an endpoint or the name of a saved alias; "" takes the endpoint of the
            environment, or else the first saved alias.
        saved: the user's aliases.
        environment: the environment variables.
        auth: the name of a way to sign, which counts more than the alias's.
        model: the model's name, which counts more than the alias's.
    """
    name = given if given in saved.aliases else ""
    variable = environment.get(_VARIABLE, "").strip()
    if not given and not variable:
        name = next(iter(saved.aliases), "")
    if name:
        alias = saved.aliases[name]
        return Target(
            alias.endpoint,
            auth or alias.auth or None,
            model or alias.model or DEFAULT_MODEL,
            source=f"the alias {name}",
        )
    source = _VARIABLE if variable and not given else ""
    chosen = model or DEFAULT_MODEL
    return Target(given or variable, auth or None, chosen, source=source)

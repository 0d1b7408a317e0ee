"""What outlives a kernel: aliases and presets, as values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Alias", "Preset", "Saved"]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Alias:
    """A model behind an endpoint.

    Attributes:
        endpoint: where it is asked.
        model: its name on the server; "" is the chat model's default.
        auth: the name of a way to sign; "" is the default one. Never a key.
        params: sampling parameters that its requests start from.
        model_kwargs: other fields of the server that they start from.
    """

    endpoint: str
    model: str = ""
    auth: str = ""
    params: Mapping[str, Any] = field(default_factory=_nothing)
    model_kwargs: Mapping[str, Any] = field(default_factory=_nothing)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the chat model that it stands for."""
        plain = {"model": self.model, "auth": self.auth}
        given = {name: value for name, value in plain.items() if value}
        more = {"model_kwargs": dict(self.model_kwargs)} if self.model_kwargs else {}
        return {"endpoint": self.endpoint, **given, **self.params, **more}


@dataclass(frozen=True)
class Preset:
    """Flags that are typed again and again.

    Attributes:
        params: sampling parameters.
        model_kwargs: other fields of the server.
        settings: what other flags set, by their targets.
    """

    params: Mapping[str, Any] = field(default_factory=_nothing)
    model_kwargs: Mapping[str, Any] = field(default_factory=_nothing)
    settings: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True)
class Saved:
    """Everything in the file.

    Attributes:
        aliases: by name.
        presets: by name.
        problem: why the file could not be read; then there is nothing else.
    """

    aliases: Mapping[str, Alias] = field(default_factory=_nothing)
    presets: Mapping[str, Preset] = field(default_factory=_nothing)
    problem: str = ""

    def with_alias(self, name: str, alias: Alias | None) -> Saved:
        """Return a copy in which `name` is this alias, or with None no alias."""
        return replace(self, aliases=_changed(self.aliases, name, alias))

    def with_preset(self, name: str, preset: Preset | None) -> Saved:
        """Return a copy in which `name` is this preset, or with None no preset."""
        return replace(self, presets=_changed(self.presets, name, preset))


def _changed(old: Mapping[str, Any], name: str, new: Any) -> dict[str, Any]:
    rest = {n: value for n, value in old.items() if n != name}
    return rest if new is None else {**old, name: new}

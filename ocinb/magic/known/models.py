"""Which chat model a name on the magic line stands for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import did_you_mean
from ocinb.saved.names import plain_name
from ocinb.saved.values import Alias
from ocinb.wire.endpoint import parse_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_core.language_models import BaseChatModel

    from ocinb.saved.file import SavedFile

__all__ = ["LOCAL", "Models", "face_model", "looks_like_endpoint"]

LOCAL: Final = "local"
"""The alias of the local deployment, once it runs."""

ENDPOINT_VARIABLE: Final = "OCI_LLM_ENDPOINT"


class Models:
    """The aliases, and the chat models made for them.

    An alias stands for an endpoint, and then outlives the kernel in the user's file, or
    for a variable of the notebook. A chat model is made when it is first asked, and then
    kept with its connections.

    Args:
        saved: the file of the user.

    Attributes:
        aliases: what each alias stands for that only this kernel knows.
        current: the alias or variable that is asked when none is named.
    """

    def __init__(self, saved: SavedFile) -> None:
        self.aliases: dict[str, str] = {}
        self.current = ""
        self._saved = saved
        self._given: dict[str, BaseChatModel] = {}
        self._made: dict[str, tuple[Alias, BaseChatModel]] = {}

    def add(self, name: str, variable: str, names: Mapping[str, Any]) -> None:
        """Let `name` stand for a variable in this kernel.

        Raises:
            ConfigurationError: the name is no name, or the variable holds no chat
                model.
        """
        plain_name(name, "alias")
        self._variable(variable, names)
        self._given.pop(name, None)
        self.aliases[name] = variable

    def save(self, name: str, alias: Alias) -> None:
        """Let `name` stand for an endpoint in every kernel.

        Raises:
            ConfigurationError: the name is no name, the endpoint cannot be right, or
                the file cannot be written.
        """
        plain_name(name, "alias")
        parse_endpoint(alias.endpoint)
        self._saved.change(lambda saved: saved.with_alias(name, alias))
        self._forget(name)

    def keep(self, name: str, target: str, model: BaseChatModel) -> None:
        """Let `name` stand for a chat model that is made already, in this kernel."""
        self.aliases[name] = target
        self._given[name] = model

    def remove(self, name: str) -> None:
        """Forget an alias: this kernel's own, or else the one in the file.

        Raises:
            ConfigurationError: there is no such alias, or the file cannot be written.
        """
        if name in self.aliases:
            self._forget(name)
        elif name in self._saved.read().aliases:
            self._saved.change(lambda saved: saved.with_alias(name, None))
        else:
            raise self._unknown(name, {}, object)

    def _forget(self, name: str) -> None:
        self.aliases.pop(name, None)
        self._given.pop(name, None)

    def known(self) -> tuple[str, ...]:
        """Return every alias, those of the file too."""
        return tuple({**self.aliases, **self._saved.read().aliases})

    def check(self, name: str, names: Mapping[str, Any]) -> None:
        """Refuse a name that is neither an alias nor a chat model variable.

        Raises:
            ConfigurationError: it says what is wrong with the name.
        """
        if name not in self.known():
            self._variable(name, names)

    def find(self, name: str, names: Mapping[str, Any]) -> BaseChatModel:
        """Return the chat model that `name` stands for.

        Args:
            name: an alias, a variable, or "" for the endpoint of the environment.
            names: the notebook's variables.

        Raises:
            ConfigurationError: there is none; the line says how to set one up.
        """
        if not name:
            return self._of_environment()
        if name in self._given:
            return self._given[name]
        if name in self.aliases:
            return self._variable(self.aliases[name], names)
        alias = self._saved.read().aliases.get(name)
        return self._variable(name, names) if alias is None else self._make(name, alias)

    def _of_environment(self) -> BaseChatModel:
        endpoint = os.environ.get(ENDPOINT_VARIABLE, "")
        if not endpoint.strip():
            msg = "no model is set up"
            raise ConfigurationError(msg, hint=self._how_to_set_up())
        return self._make("", Alias(endpoint))

    def _how_to_set_up(self) -> str:
        saved = self._saved.read()
        if saved.aliases:
            listed = ", ".join(saved.aliases)
            return f"known: {listed}; `%ocichat alias set NAME` takes one of them"
        return saved.problem or _HOW_TO_SET_UP

    def _make(self, key: str, alias: Alias) -> BaseChatModel:
        """Return the chat model of an alias, made anew when the alias has changed."""
        made = self._made.get(key)
        if made is None or made[0] != alias:
            made = self._made[key] = (alias, face_model(**alias.fields))
        return made[1]

    def _variable(self, name: str, names: Mapping[str, Any]) -> BaseChatModel:
        from langchain_core.language_models import (  # noqa: PLC0415 - takes a second
            BaseChatModel,
        )

        if name not in names:
            raise self._unknown(name, names, BaseChatModel)
        value = names[name]
        if isinstance(value, BaseChatModel):
            return value
        shown = one_line(name, 60)
        if isinstance(value, type) and issubclass(value, BaseChatModel):
            msg = f"{shown} is a class, not a chat model"
            raise ConfigurationError(msg, hint=f"make one first: llm = {shown}(...)")
        msg = f"{shown} is a {type(value).__name__}, not a LangChain chat model"
        raise ConfigurationError(msg)

    def _unknown(
        self, name: str, names: Mapping[str, Any], kind: type
    ) -> ConfigurationError:
        variables = [n for n, value in names.items() if isinstance(value, kind)]
        saved = self._saved.read()
        known = [*{**self.aliases, **saved.aliases}, *variables]
        question = did_you_mean(name, known)
        listed = f"known: {', '.join(known)}" if known else _HOW_TO_SET_UP
        hint = f"{listed}; {saved.problem}" if saved.problem else listed
        shown = one_line(name, 60)
        msg = f"{shown!r} is neither an alias nor a chat model variable{question}"
        return ConfigurationError(msg, hint=hint)


def face_model(**fields: Any) -> BaseChatModel:
    """Make the chat model of an endpoint with the settings that faces start from."""
    from ocinb.chat_models import faces  # noqa: PLC0415 - takes a second

    made: BaseChatModel = faces.face_model(**fields)
    return made


def looks_like_endpoint(target: str) -> bool:
    """Tell an endpoint, or what is meant as one, from the name of a variable."""
    return "/" in target or target.startswith("ocid1.")


_HOW_TO_SET_UP: Final = (
    f"pick a deployment with `%ocichat use`, or set {ENDPOINT_VARIABLE}, or `%ocichat "
    "alias add NAME ENDPOINT` and `%ocichat alias set NAME`, or name a LangChain chat "
    "model variable (`%%ocichat my_llm`), or run `%ocichat local` to start the local "
    "deployment"
)

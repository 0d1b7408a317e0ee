"""Which chat model a name on the magic line stands for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.values import plain_name
from ocinb.sampling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from langchain_core.language_models import BaseChatModel

__all__ = ["FACE_MAX_TOKENS", "LOCAL", "Models"]

FACE_MAX_TOKENS: Final = 1024
"""The max_tokens of a model that the magic makes itself."""

LOCAL: Final = "local"
"""The alias of the local deployment, once it runs."""

ENDPOINT_VARIABLE: Final = "OCI_LLM_ENDPOINT"


class Models:
    """The aliases of one kernel, and the chat models made for them.

    An alias stands for an endpoint or for a variable of the notebook. It is kept in
    memory. A chat model is made when it is first asked, and then kept with its
    connections.

    Attributes:
        aliases: what each alias stands for.
        current: the alias or variable that is asked when none is named.
    """

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self.current = ""
        self._made: dict[str, BaseChatModel] = {}

    def add(self, name: str, target: str, names: Mapping[str, Any]) -> None:
        """Let `name` stand for an endpoint or a variable.

        Raises:
            ConfigurationError: the name is no name, the target is no endpoint and no
                chat model, or the endpoint cannot be right.
        """
        plain_name(name, "alias")
        if _looks_like_endpoint(target):
            from ocinb.wire.endpoint import (  # noqa: PLC0415 - keeps %load_ext quick
                parse_endpoint,
            )

            parse_endpoint(target)
        else:
            self._variable(target, names)
        self._made.pop(name, None)
        self.aliases[name] = target

    def keep(self, name: str, target: str, model: BaseChatModel) -> None:
        """Let `name` stand for a chat model that is made already."""
        self.aliases[name] = target
        self._made[name] = model

    def remove(self, name: str) -> None:
        """Forget an alias.

        Raises:
            ConfigurationError: there is no such alias.
        """
        self.check(name, {})
        del self.aliases[name]
        self._made.pop(name, None)

    def check(self, name: str, names: Mapping[str, Any]) -> None:
        """Refuse a name that is neither an alias nor a chat model variable.

        Raises:
            ConfigurationError: it says what is wrong with the name.
        """
        if name not in self.aliases:
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
        target = self.aliases.get(name)
        if target is None:
            return self._variable(name, names)
        if name in self._made:
            return self._made[name]
        if _looks_like_endpoint(target):
            return self._make(name, target)
        return self._variable(target, names)

    def _of_environment(self) -> BaseChatModel:
        endpoint = os.environ.get(ENDPOINT_VARIABLE, "")
        if not endpoint.strip():
            msg = "no model is set up"
            raise ConfigurationError(msg, hint=_HOW_TO_SET_UP)
        made = self._made.get(endpoint)
        return self._make(endpoint, endpoint) if made is None else made

    def _make(self, key: str, endpoint: str) -> BaseChatModel:
        self._made[key] = face_model(endpoint=endpoint)
        return self._made[key]

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
        known = [*self.aliases, *variables]
        guess = nearest(name, known)
        question = f"; did you mean {guess}?" if guess else ""
        listed = f"known: {', '.join(known)}" if known else _HOW_TO_SET_UP
        shown = one_line(name, 60)
        msg = f"{shown!r} is neither an alias nor a chat model variable{question}"
        return ConfigurationError(msg, hint=listed)


def face_model(**fields: Any) -> BaseChatModel:
    """Make the chat model of an endpoint with the settings that faces start from.

    These are the server's own defaults, and `FACE_MAX_TOKENS`.
    """
    from ocinb.chat_models import (  # noqa: PLC0415 - takes a second
        ChatOCIModelDeploymentVLLM,
    )

    make: Callable[..., BaseChatModel] = ChatOCIModelDeploymentVLLM
    return make(temperature=None, max_tokens=FACE_MAX_TOKENS, **fields)


def _looks_like_endpoint(target: str) -> bool:
    return "/" in target or target.startswith("ocid1.")


_HOW_TO_SET_UP: Final = (
    f"set {ENDPOINT_VARIABLE}, or `%ocichat alias add NAME ENDPOINT` and `%ocichat "
    "alias set NAME`, or name a LangChain chat model variable (`%%ocichat my_llm`), or "
    "run `%ocichat local` to start the local deployment"
)

"""The text of the file that keeps aliases and presets: JSON, checked when it is read.

```json
{
  "version": 1,
  "aliases": {
    "prod": {
      "endpoint": "https://modeldeployment.<region>.oci.customer-oci.com/<ocid>/predict",
      "model": "odsc-llm",
      "auth": "resource_principal",
      "params": {"temperature": 0.2}
    }
  },
  "presets": {
    "careful": {"system": "Be brief.", "params": {"temperature": 0}}
  }
}
```

Everything but `version` and an alias's `endpoint` may be left out. `params` holds
sampling parameters, `model_kwargs` other fields of the server. There is no place for a
key or a token.
"""

from __future__ import annotations

import json
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import (
    ParameterWarning,
    check_all,
    did_you_mean,
)
from ocinb.saved.names import check_field, plain_name
from ocinb.saved.values import Alias, Preset, Saved
from ocinb.wire.endpoint import parse_endpoint
from ocinb.wire.method import NAMED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["ReadSettings", "check_auth", "dump", "parse", "texts"]

ReadSettings: TypeAlias = "Callable[[Mapping[str, Any]], Mapping[str, str]]"
"""Checks what a preset keeps beside parameters; raises ConfigurationError."""

VERSION: Final = 1

_FIELDS: Final = ("params", "model_kwargs")


def dump(saved: Saved) -> str:
    """Return the text of the file."""
    content = {
        "version": VERSION,
        "aliases": {name: _plain(a) for name, a in saved.aliases.items()},
        "presets": {
            name: {**preset.settings, **_plain(preset)}
            for name, preset in saved.presets.items()
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(entry: Alias | Preset) -> dict[str, Any]:
    """Return what is set of an entry, as JSON has it."""
    plain = {
        name: dict(value) if name in _FIELDS else value
        for name, value in vars(entry).items()
        if name != "settings"
    }
    return {name: value for name, value in plain.items() if value}


def parse(text: str, settings: ReadSettings | None = None) -> Saved:
    """Read the text of the file.

    Args:
        text: what the file holds.
        settings: checks what presets keep beside parameters; None takes any texts.

    Raises:
        ConfigurationError: one line that says where it is wrong.
    """
    try:
        content = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        msg = f"line {error.lineno} column {error.colno}: {error.msg}"
        raise ConfigurationError(msg) from error
    except (RecursionError, ValueError) as error:
        msg = f"no JSON: {one_line(str(error), 60)}"
        raise ConfigurationError(msg) from error
    _table(content, "the file")
    version = content.get("version")
    if version != VERSION or isinstance(version, bool):
        msg = f"version must be {VERSION} (got {one_line(repr(version), 20)})"
        raise ConfigurationError(msg, hint="a newer ocinb may have written it")
    only_keys(content, ("version", "aliases", "presets"))
    return Saved(
        _entries(content.get("aliases", {}), "aliases", _alias),
        _entries(
            content.get("presets", {}), "presets", partial(_preset, settings or texts)
        ),
    )


def _no_number(text: str) -> Any:
    msg = f"{text} is no number"
    raise ValueError(msg)


def _entries(
    content: Any, where: str, read: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    _table(content, where)
    return {name: _entry(where, name, entry, read) for name, entry in content.items()}


def _entry(
    where: str, name: str, content: Any, read: Callable[[dict[str, Any]], Any]
) -> Any:
    try:
        plain_name(name, "name")
        _table(content, "the entry")
        return read(content)
    except ConfigurationError as error:
        msg = f"{where}.{one_line(name, 60)}: {error.message}"
        raise ConfigurationError(msg, hint=error.hint) from error


def _alias(content: dict[str, Any]) -> Alias:
    only_keys(content, ("endpoint", "model", "auth", *_FIELDS))
    endpoint, model, auth = (
        _text(content, name) for name in ("endpoint", "model", "auth")
    )
    parse_endpoint(endpoint)
    check_auth(auth)
    return Alias(endpoint, model, auth, _params(content), _more_fields(content))


def _preset(read: ReadSettings, content: dict[str, Any]) -> Preset:
    own = {name: v for name, v in content.items() if name not in _FIELDS}
    return Preset(_params(content), _more_fields(content), read(own))


def texts(content: Mapping[str, Any]) -> dict[str, str]:
    """Return settings of any name, each of which must be a text.

    Raises:
        ConfigurationError: one is none.
    """
    return {name: _text(content, name) for name in content}


def check_auth(name: str) -> None:
    """Refuse what is not the name of a way to sign; "" is the default one.

    Raises:
        ConfigurationError: it does not repeat the text, which may be a key.
    """
    if name and name not in NAMED:
        msg = f"auth must be the name of a way to sign: {', '.join(NAMED)}"
        raise ConfigurationError(msg)


def _params(content: Mapping[str, Any]) -> dict[str, Any]:
    params = content.get("params", {})
    _table(params, "params")
    with warnings.catch_warnings():  # said when it was saved
        warnings.simplefilter("ignore", ParameterWarning)
        return check_all(params)


def _more_fields(content: Mapping[str, Any]) -> dict[str, Any]:
    more = content.get("model_kwargs", {})
    _table(more, "model_kwargs")
    for name in more:
        check_field(name, "model_kwargs")
    return dict(more)


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        msg = f"{name} must be a text"
        raise ConfigurationError(msg)
    return value


def _table(content: Any, where: str) -> None:
    if not isinstance(content, dict):
        msg = f"{where} must be an object in braces"
        raise ConfigurationError(msg)


def only_keys(content: Mapping[str, Any], known: Collection[str]) -> None:
    for name in content:
        if name not in known:
            msg = f"unknown key {one_line(name, 60)}{did_you_mean(name, known)}"
            raise ConfigurationError(msg)

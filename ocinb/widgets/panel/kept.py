"""The file that a panel is saved in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ocinb.conversation import Conversation
from ocinb.errors import ConfigurationError, ParameterError, one_line
from ocinb.saved.file import write_whole
from ocinb.widgets.controls import restored

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KeptPanel", "read_panel", "write_panel"]

VERSION: Final = 1


class KeptPanel(NamedTuple):
    """What was saved of a panel.

    Attributes:
        conversation: every branch of it.
        params: what was set.
        notes: settings that this version does not know, one line each.
    """

    conversation: Conversation
    params: dict[str, Any]
    notes: tuple[str, ...]


def write_panel(
    path: str | Path, conversation: Conversation, params: Mapping[str, Any]
) -> None:
    """Write a conversation and the settings of its panel.

    Raises:
        ConfigurationError: the file cannot be written; the one there was is kept.
    """
    content = {
        "ocinb_panel": VERSION,
        "params": dict(params),
        "conversation": json.loads(conversation.to_json()),
    }
    text = json.dumps(content, indent=1, ensure_ascii=True)
    write_whole(Path(path).expanduser(), text.encode())


def read_panel(path: str | Path, model: Any, **settings: Any) -> KeptPanel:
    """Read what `write_panel` wrote.

    Raises:
        ConfigurationError: the file cannot be read.
        ParameterError: it is no saved panel.
    """
    shown = one_line(str(path), 300)
    try:
        text = Path(path).expanduser().read_text("utf-8")
        content = json.loads(text)
    except OSError as error:
        msg = f"{shown} cannot be read: {error.strerror or error}"
        raise ConfigurationError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{shown} is no saved panel: {one_line(str(error), 100)}"
        raise ParameterError(msg) from error
    if not isinstance(content, dict) or content.get("ocinb_panel") != VERSION:
        msg = f"{shown} is no panel saved by this version of ocinb"
        raise ParameterError(msg, hint="panel.save(path) writes one")
    talk = json.dumps(content.get("conversation"))
    conversation = Conversation.from_json(talk, model, **settings)
    params, notes = restored(content.get("params") or {})
    return KeptPanel(conversation, params, tuple(notes))

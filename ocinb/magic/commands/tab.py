"""How IPython's Tab comes to ask for what the magic line offers."""

from __future__ import annotations

import sys
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

from ocinb.errors import one_line
from ocinb.magic.asked.schema_kinds import is_schema
from ocinb.magic.commands.completer import Known, complete, fragment_of, magic_line

if TYPE_CHECKING:
    from IPython.core.completer import (
        CompletionContext,
        MatcherAPIv2,
        SimpleMatcherResult,
    )

    from ocinb.magic.face import Face

__all__ = ["known_of", "matcher_of"]


def matcher_of(face: Face) -> MatcherAPIv2:
    """Return the function that IPython's completer calls; it belongs to one face."""

    def match(context: CompletionContext) -> SimpleMatcherResult:
        line = magic_line(context.full_text, context.cursor_line)
        cursor = context.cursor_position
        words = complete(line, cursor, known_of(face)) if line else []
        if not words:
            return {"completions": []}
        return {
            "completions": [
                SimpleCompletion(text=word, type="magic") for word in words
            ],
            "matched_fragment": fragment_of(line[:cursor]),
            "suppress": True,
            "ordered": True,
        }

    matcher: MatcherAPIv2 = context_matcher(identifier="ocinb.ocichat")(match)
    return matcher


def known_of(face: Face) -> Known:
    """Return the names that a word on the line may be just now; asks no server."""
    hidden = face.shell.user_ns_hidden
    mine = {
        name: value
        for name, value in face.names().items()
        if not name.startswith("_") and hidden.get(name) is not value
    }
    aliases = face.models.known()
    return Known(
        aliases=aliases,
        models=(*aliases, *(name for name, value in mine.items() if _is_model(value))),
        presets=tuple(face.saved.read().presets),
        conversations=tuple(face.conversations),
        deployments=_typeable(face),
        variables=tuple(n for n, v in mine.items() if not isinstance(v, ModuleType)),
        schemas=tuple(name for name, value in mine.items() if is_schema(value)),
        tools=tuple(name for name, value in mine.items() if _is_tool(value)),
    )


def _typeable(face: Face) -> tuple[str, ...]:
    """Return the deployments' names, but those that no keyboard types."""
    names = (deployment.name for deployment in face.listing.deployments)
    return tuple(name for name in names if name and name == one_line(name, 200))


def _is_model(value: Any) -> bool:
    return _is_a(value, "langchain_core.language_models", "BaseChatModel")


def _is_tool(value: Any) -> bool:
    """Tell what a model may call, without running anything of its own."""
    is_function = isinstance(value, (FunctionType, MethodType))
    return is_function or _is_a(value, "langchain_core.tools", "BaseTool")


def _is_a(value: Any, room: str, name: str) -> bool:
    """Tell whether a value is of a class that, if it is not imported, none can be of."""
    module = sys.modules.get(room)
    return module is not None and isinstance(value, getattr(module, name))

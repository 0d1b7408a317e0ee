"""How IPython's Tab comes to ask for what the line of `%%ocisweep` offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.completer import SimpleCompletion, context_matcher

from ocinb.magic.commands.tab import known_of
from ocinb.magic.sweeping.completer import (
    complete_sweep,
    fragment_of_sweep,
    sweep_line,
)

if TYPE_CHECKING:
    from IPython.core.completer import (
        CompletionContext,
        MatcherAPIv2,
        SimpleMatcherResult,
    )

    from ocinb.magic.face import Face

__all__ = ["sweep_matcher_of"]


def sweep_matcher_of(face: Face) -> MatcherAPIv2:
    """Return the function that IPython's completer calls; it belongs to one face."""

    def match(context: CompletionContext) -> SimpleMatcherResult:
        line = sweep_line(context.full_text, context.cursor_line)
        cursor = context.cursor_position
        words = complete_sweep(line, cursor, known_of(face)) if line else []
        if not words:
            return {"completions": []}
        return {
            "completions": [
                SimpleCompletion(text=word, type="magic") for word in words
            ],
            "matched_fragment": fragment_of_sweep(line[:cursor]),
            "suppress": True,
            "ordered": True,
        }

    matcher: MatcherAPIv2 = context_matcher(identifier="ocinb.ocisweep")(match)
    return matcher

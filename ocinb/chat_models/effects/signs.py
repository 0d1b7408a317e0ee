"""How the effect of a parameter is recognised in answers: pure rules.

A difference counts only beside a control: the same request sent twice must have been
answered alike. A deployment that answers at random therefore shows no effect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ocinb.errors import one_line

if TYPE_CHECKING:
    from ocinb.chat_models.effects.findings import Result

__all__ = [
    "BANNED",
    "STOP",
    "Seen",
    "Sign",
    "Verdict",
    "accepted",
    "alternatives",
    "banned",
    "beams_are_fixed",
    "carries",
    "choices",
    "cold_is_fixed",
    "counts_tokens",
    "cut_at_ids",
    "cut_at_text",
    "differs",
    "follows",
    "goes_on",
    "hides_reasoning",
    "narrows",
    "prompt_differs",
    "prompt_is_cut",
    "repeats_one_token",
    "same_seed_same_text",
    "tells_usage",
    "tools_are_called",
]

STOP: Final = "e"
"""A stop string that English text soon comes to."""

BANNED: Final = ("the", "The", "a", "A", "of", "in", "In", "and", "Once")
"""Words of which one stands at the beginning of nearly every story."""

_ONE_PIECE: Final = re.compile(r"\s*(.+?)(?:\s*\1){2,}\s*", re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """What one answer shows.

    Attributes:
        texts: of each choice, what a reasoning model thought before it included.
        finish: the first choice's finish reason.
        tokens: generated ones, where the server counts them.
        prompt_tokens: those of the prompt, where the server counts them.
        extras: names of what came beside the text.
        alternatives: the most alternatives listed for one token.
        calls: tool calls in the first choice.
        thoughts: how many characters of the first text are reasoning.
    """

    texts: tuple[str, ...]
    finish: str = ""
    tokens: int | None = None
    prompt_tokens: int | None = None
    extras: frozenset[str] = frozenset()
    alternatives: int = 0
    calls: int = 0
    thoughts: int = 0

    @property
    def text(self) -> str:
        """The first choice's text."""
        return self.texts[0] if self.texts else ""

    @property
    def answer(self) -> str:
        """The first choice's text without its reasoning."""
        return self.text[self.thoughts :]

    @property
    def is_unfinished_thought(self) -> bool:
        """Whether the answer was cut before a word of it was said."""
        return bool(self.thoughts) and not self.answer and self.finish == "length"


class Verdict(NamedTuple):
    """Whether an effect was recognised, and what was seen."""

    result: Result
    words: str


Sign: TypeAlias = Callable[[Sequence[Seen]], Verdict]
"""A rule that judges answers, given in the order in which its probe asks for them."""


def cold_is_fixed(seen: Sequence[Seen]) -> Verdict:
    """Judge temperature: 0 answers alike whatever the seed, 2 does not."""
    *cold, hot, hot_other = [answer.texts for answer in seen]
    if any(texts != cold[0] for texts in cold):
        return _nothing("at 0 the answers differ from request to request")
    if len({cold[0], hot, hot_other}) < 3:  # noqa: PLR2004 - three different answers
        return _nothing("2 gives an answer of 0, or one for two seeds")
    return _honoured(f"0: always {_quoted(seen[0])}; 2: varies, {_quoted(seen[-1])}")


def same_seed_same_text(seen: Sequence[Seen]) -> Verdict:
    """Judge seed: the same one repeats an answer, another one does not."""
    texts = [answer.texts for answer in seen]
    first, again = texts[::2], texts[1::2]
    if first != again:
        return _nothing("the same seed gave different answers")
    if len(set(first)) < len(first):
        return _nothing("different seeds gave the same answer")
    return _honoured("the same seed repeats an answer, another one changes it")


def narrows(seen: Sequence[Seen]) -> Verdict:
    """Judge top_k, top_p, min_p: at temperature 2 only the likeliest token is left."""
    cold, cold_again, hot, hot_other, *narrow = [answer.texts for answer in seen]
    if cold != cold_again or cold in (hot, hot_other):
        return _nothing("the answers do not depend on it or on the temperature")
    if any(texts != cold for texts in narrow):
        return _nothing("at temperature 2 the answers vary as without it")
    return _honoured("at temperature 2 it gives the answer of temperature 0")


def differs(seen: Sequence[Seen]) -> Verdict:
    """Judge what changes an answer: the last four are low, high, low, high."""
    plain, again, *_ = seen
    low, high, low_again, high_again = [
        (answer.texts, answer.prompt_tokens) for answer in seen[-4:]
    ]
    if plain.texts != again.texts or low != low_again or high != high_again:
        return _nothing("the same request gave different answers")
    if low == high:
        return _nothing(f"the same answer with both: {_quoted(seen[-1])}")
    if low[0] == high[0]:
        return _honoured(f"the prompt has {low[1]} and {high[1]} tokens")
    return _honoured(f"{_quoted(seen[-4])} and {_quoted(seen[-3])}")


def repeats_one_token(seen: Sequence[Seen]) -> Verdict:
    """Judge what leaves one token to choose: another one in each of two answers."""
    repeated = [_ONE_PIECE.fullmatch(answer.text) for answer in seen]
    pieces = {match[1] for match in repeated if match}
    if len(pieces) < len(seen):
        return _nothing(f"the answer is not that token: {_quoted(seen[0])}")
    return _honoured("the answer is that token: " + " and ".join(map(_quoted, seen)))


def counts_tokens(seen: Sequence[Seen]) -> Verdict:
    """Judge max_tokens: the first answer may have one token, the second more."""
    one, more = seen
    if one.tokens is None or more.tokens is None:
        return _unknown("the server does not count tokens")
    if one.tokens == 1 < more.tokens:
        return _honoured(f"{_tokens(one)} and {_tokens(more)}")
    return _nothing(f"{_tokens(one)} where 1 is allowed")


def goes_on(seen: Sequence[Seen]) -> Verdict:
    """Judge what keeps an answer from ending: the first one ends by itself."""
    ended, forced = seen
    if ended.finish != "stop":
        return _unknown(f"no answer to try it on: one ended with {ended.finish!r}")
    if forced.finish != "length":
        return _nothing(f"the answer ends as without it, after {_tokens(forced)}")
    return _honoured(f"goes on after {_tokens(ended)} to {_tokens(forced)}")


def cut_at_text(seen: Sequence[Seen]) -> Verdict:
    """Judge stop: an answer ends where the string would begin."""
    whole, again, cut = seen
    if whole.texts != again.texts:
        return _nothing("the same request gave different answers")
    before, found, _ = whole.text.partition(STOP)
    if not found:
        return _unknown(f"no answer to try it on: no {STOP!r} in {_quoted(whole)}")
    if cut.text != before:
        return _nothing(f"{STOP!r} is in the answer {_quoted(cut)}")
    return _honoured(f"{_quoted(whole)} ends as {_quoted(cut)}")


def cut_at_ids(seen: Sequence[Seen]) -> Verdict:
    """Judge stop_token_ids: an answer ends before its length, and begins alike."""
    whole, again, cut = seen
    if whole.texts != again.texts:
        return _nothing("the same request gave different answers")
    begins_alike = whole.text.startswith(cut.text)
    if cut.finish == "stop" and begins_alike and len(cut.text) < len(whole.text):
        return _honoured(f"{_quoted(whole)} ends as {_quoted(cut)}")
    return _nothing(f"the answer is not cut: {_quoted(cut)}")


def banned(seen: Sequence[Seen]) -> Verdict:
    """Judge bad_words: words of the first answer are missing in the last two."""
    whole, again, without, without_again = seen
    if whole.texts != again.texts or without.texts != without_again.texts:
        return _nothing("the same request gave different answers")
    used, left = (set(re.findall(r"\w+", s.text)) & {*BANNED} for s in (whole, without))
    if not used:
        return _unknown(f"no answer to try it on: none of them in {_quoted(whole)}")
    if left:
        return _nothing(f"{min(left)!r} is in the answer {_quoted(without)}")
    return _honoured(f"without {min(used)!r}: {_quoted(without)}")


def choices(seen: Sequence[Seen]) -> Verdict:
    """Judge n: two answers where two are asked for."""
    count = len(seen[0].texts)
    if count == 2:  # noqa: PLR2004 - two are asked for
        return _honoured("2 answers")
    return _nothing(f"{count} where 2 are asked for")


def beams_are_fixed(seen: Sequence[Seen]) -> Verdict:
    """Judge use_beam_search: at temperature 2 the seed no longer counts."""
    hot, hot_other, *beams = [answer.texts for answer in seen]
    if hot == hot_other or any(texts != beams[0] for texts in beams):
        return _nothing("the answers depend on the seed as without it")
    return _honoured("at temperature 2 the same answer for three seeds")


def carries(*names: str) -> Sign:
    """Judge what adds to an answer: one of these comes only when asked for."""

    def sign(seen: Sequence[Seen]) -> Verdict:
        without, with_it = (answer.extras.intersection(names) for answer in seen)
        if not with_it:
            return _nothing(f"no {names[0]} in the answer")
        if without:
            return _nothing(f"{min(without)} is in every answer")
        return _honoured(f"{min(with_it)} came with the answer")

    return sign


def alternatives(count: int) -> Sign:
    """Judge top_logprobs: so many alternatives, and fewer when not asked for."""

    def sign(seen: Sequence[Seen]) -> Verdict:
        without, with_it = (answer.alternatives for answer in seen)
        if without < with_it == count:
            return _honoured(f"{count} alternatives for each token")
        return _nothing(f"{with_it} alternatives for each token")

    return sign


def follows(*wanted: Any) -> Sign:
    """Judge a constraint: each answer, read as JSON where it is JSON, is the wanted."""

    def sign(seen: Sequence[Seen]) -> Verdict:
        if any(answer.is_unfinished_thought for answer in seen):
            return _unknown("the model was still thinking when its tokens ran out")
        if [_read(answer.answer) for answer in seen] == list(wanted):
            return _honoured("as asked: " + " and ".join(map(_quoted, seen)))
        return _nothing(f"free text: {_quoted(seen[0])}")

    return sign


def hides_reasoning(seen: Sequence[Seen]) -> Verdict:
    """Judge include_reasoning: the first answer shows none, the second one does."""
    without, with_it = (answer.thoughts for answer in seen)
    if not with_it:
        return _unknown("the model shows no reasoning")
    if without:
        return _nothing("the reasoning is shown all the same")
    return _honoured("the reasoning is left out and shown")


def tells_usage(seen: Sequence[Seen]) -> Verdict:
    """Judge stream_options: only the second stream counts its tokens."""
    without, with_it = (answer.tokens for answer in seen)
    if with_it is None:
        return _nothing("no usage at the end of the stream")
    if without is not None:
        return _nothing("usage in every stream")
    return _honoured(f"the stream ends with its usage: {_tokens(seen[1])}")


def tools_are_called(seen: Sequence[Seen]) -> Verdict:
    """Judge tool_choice: no tool call with none, one or more with required."""
    if any(answer.is_unfinished_thought for answer in seen):
        return _unknown("the model was still thinking when its tokens ran out")
    none, required = (answer.calls for answer in seen)
    if none or not required:
        return _nothing(f"none: {none} tool calls; required: {required}")
    return _honoured("none: no tool call; required: a tool call")


def prompt_differs(seen: Sequence[Seen]) -> Verdict:
    """Judge what shapes the prompt: the two have different numbers of tokens."""
    first, second = (answer.prompt_tokens for answer in seen)
    if first is None or second is None:
        return _unknown("the server does not count the prompt's tokens")
    if first == second:
        return _nothing(f"the prompt has {first} tokens with both")
    return _honoured(f"the prompt has {first} and {second} tokens")


def prompt_is_cut(to_tokens: int) -> Sign:
    """Judge truncate_prompt_tokens: the second prompt has only so many tokens."""

    def sign(seen: Sequence[Seen]) -> Verdict:
        whole, cut = (answer.prompt_tokens for answer in seen)
        if whole is None or cut is None:
            return _unknown("the server does not count the prompt's tokens")
        if cut == to_tokens < whole:
            return _honoured(f"the prompt has {cut} tokens instead of {whole}")
        return _nothing(f"the prompt has {cut} tokens")

    return sign


def accepted(reason: str, changes: Sign | None = None) -> Sign:
    """Judge what need not show in an answer: only a change can tell.

    Args:
        reason: why an answer without a change tells nothing.
        changes: how a change would be recognised, if it ever shows.
    """

    def sign(seen: Sequence[Seen]) -> Verdict:
        verdict = changes(seen) if changes else None
        if verdict and verdict.result == "honoured":
            return verdict
        return _unknown(f"accepted, but {reason}")

    return sign


def _honoured(words: str) -> Verdict:
    return Verdict("honoured", words)


def _nothing(words: str) -> Verdict:
    return Verdict("no observable effect", words)


def _unknown(words: str) -> Verdict:
    return Verdict("not checkable", words)


def _quoted(seen: Seen) -> str:
    return f'"{one_line(seen.text, 30)}"'


def _tokens(seen: Seen) -> str:
    if seen.tokens is None:
        return "an unknown number of tokens"
    return f"{seen.tokens} {'token' if seen.tokens == 1 else 'tokens'}"


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()

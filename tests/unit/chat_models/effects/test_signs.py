"""How an effect is recognised, and what does not pass for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.chat_models.effects import signs
from ocinb.chat_models.effects.signs import Seen

if TYPE_CHECKING:
    from ocinb.chat_models.effects.signs import Sign

HONOURED, NOTHING, UNKNOWN = "honoured", "no observable effect", "not checkable"


def said(*texts: str) -> list[Seen]:
    return [Seen((text,)) for text in texts]


def carrying(*names: str) -> Seen:
    return Seen(("hi",), extras=frozenset({"finish_reason", *names}))


def long(tokens: int | None, finish: str = "length") -> Seen:
    return Seen(("hi",), finish=finish, tokens=tokens)


def prompted(tokens: int | None) -> Seen:
    return Seen(("hi",), prompt_tokens=tokens)


def thinking(thought: str, answer: str = "", finish: str = "stop") -> Seen:
    return Seen((thought + answer,), finish=finish, thoughts=len(thought))


def calling(calls: int) -> Seen:
    return Seen(("",), calls=calls)


CASES: list[tuple[Sign, list[Seen], str]] = [
    (signs.cold_is_fixed, said("a", "a", "a", "b", "c"), HONOURED),
    (signs.cold_is_fixed, said("a", "a", "a", "a", "a"), NOTHING),
    (signs.cold_is_fixed, said("a", "a", "a", "b", "b"), NOTHING),
    (signs.cold_is_fixed, said("a", "a", "b", "c", "d"), NOTHING),
    (signs.cold_is_fixed, said("a", "b", "a", "c", "d"), NOTHING),
    (signs.same_seed_same_text, said(*"aabbcc"), HONOURED),
    (signs.same_seed_same_text, said(*"aaaaaa"), NOTHING),
    (signs.same_seed_same_text, said(*"aabbaa"), NOTHING),
    (signs.same_seed_same_text, said(*"abccdd"), NOTHING),
    (signs.same_seed_same_text, said(*"aabbcd"), NOTHING),
    (signs.narrows, said("a", "a", "b", "c", "a", "a"), HONOURED),
    (signs.narrows, said("a", "a", "b", "c", "b", "c"), NOTHING),
    (signs.narrows, said("a", "a", "b", "c", "a", "c"), NOTHING),
    (signs.narrows, said("a", "a", "a", "a", "a", "a"), NOTHING),
    (signs.narrows, said("a", "b", "c", "d", "a", "a"), NOTHING),
    (signs.differs, said(*"xxabab"), HONOURED),
    (signs.differs, said(*"xx-abab"), HONOURED),
    (signs.differs, said(*"xxaaaa"), NOTHING),
    (signs.differs, said(*"xxabcd"), NOTHING),
    (signs.differs, said(*"xxabac"), NOTHING),
    (signs.differs, said(*"ababab"), NOTHING),
    (signs.differs, [prompted(9), prompted(7)] * 3, HONOURED),
    (signs.repeats_one_token, said("()()()", " go go go"), HONOURED),
    (signs.repeats_one_token, said("\n\n\n\n", "1111"), HONOURED),
    (signs.repeats_one_token, said("()()()", "()()()"), NOTHING),
    (signs.repeats_one_token, said("The sun had set", "The sun had set"), NOTHING),
    (signs.repeats_one_token, said("", ""), NOTHING),
    (signs.counts_tokens, [long(1), long(12)], HONOURED),
    (signs.counts_tokens, [long(12), long(12)], NOTHING),
    (signs.counts_tokens, [long(1), long(1)], NOTHING),
    (signs.counts_tokens, [long(None), long(None)], UNKNOWN),
    (signs.goes_on, [long(8, "stop"), long(24)], HONOURED),
    (signs.goes_on, [long(8, "stop"), long(8, "stop")], NOTHING),
    (signs.goes_on, [long(24), long(24)], UNKNOWN),
    (signs.cut_at_text, said("The end", "The end", "Th"), HONOURED),
    (signs.cut_at_text, said("The end", "The end", "The end"), NOTHING),
    (signs.cut_at_text, said("The end", "A start", "Th"), NOTHING),
    (signs.cut_at_text, said("No", "No", "No"), UNKNOWN),
    (
        signs.cut_at_ids,
        [*said("The end", "The end"), Seen(("The",), finish="stop")],
        HONOURED,
    ),
    (
        signs.cut_at_ids,
        [*said("The end", "The end"), Seen(("The end",), finish="stop")],
        NOTHING,
    ),
    (
        signs.cut_at_ids,
        [*said("The end", "The end"), Seen(("No",), finish="stop")],
        NOTHING,
    ),
    (
        signs.cut_at_ids,
        [*said("The end", "Then"), Seen(("The",), finish="stop")],
        NOTHING,
    ),
    (signs.banned, said("The sun", "The sun", "Sun", "Sun"), HONOURED),
    (signs.banned, said(*["The sun"] * 4), NOTHING),
    (signs.banned, said("The sun", "A moon", "Sun", "Sun"), NOTHING),
    (signs.banned, said("The sun", "The sun", "Sun", "Night"), NOTHING),
    (signs.banned, said("Sunset", "Sunset", "Sun", "Sun"), UNKNOWN),
    (signs.choices, [Seen(("a", "b"))], HONOURED),
    (signs.choices, [Seen(("a",))], NOTHING),
    (signs.beams_are_fixed, said("a", "b", "c", "c", "c"), HONOURED),
    (signs.beams_are_fixed, said("a", "b", "a", "b", "c"), NOTHING),
    (signs.beams_are_fixed, said("a", "a", "a", "a", "a"), NOTHING),
    (signs.carries("logprobs"), [carrying(), carrying("logprobs")], HONOURED),
    (signs.carries("logprobs"), [carrying(), carrying()], NOTHING),
    (signs.carries("logprobs"), [carrying("logprobs")] * 2, NOTHING),
    (signs.carries("ids", "more"), [carrying(), carrying("more")], HONOURED),
    (signs.alternatives(5), [Seen(("a",)), Seen(("a",), alternatives=5)], HONOURED),
    (signs.alternatives(5), [Seen(("a",), alternatives=1)] * 2, NOTHING),
    (signs.alternatives(5), [Seen(("a",), alternatives=5)] * 2, NOTHING),
    (signs.follows("red", "blue"), said("red", " blue\n"), HONOURED),
    (signs.follows("red", "blue"), said("red", "red"), NOTHING),
    (signs.follows({"a": 1}), said('{"a": 1}'), HONOURED),
    (signs.follows({"a": 1}), said("a is 1"), NOTHING),
    (signs.follows("red"), [thinking("hm", "red")], HONOURED),
    (signs.follows("red"), [thinking("hm", finish="length")], UNKNOWN),
    (signs.hides_reasoning, [*said("a"), thinking("hm", "a")], HONOURED),
    (signs.hides_reasoning, [thinking("hm", "a")] * 2, NOTHING),
    (signs.hides_reasoning, said("a", "a"), UNKNOWN),
    (signs.tells_usage, [long(None), long(12)], HONOURED),
    (signs.tells_usage, [long(12), long(12)], NOTHING),
    (signs.tells_usage, [long(None), long(None)], NOTHING),
    (signs.tools_are_called, [calling(0), calling(1)], HONOURED),
    (signs.tools_are_called, [calling(0), calling(0)], NOTHING),
    (signs.tools_are_called, [calling(1), calling(1)], NOTHING),
    (signs.tools_are_called, [*said("a"), thinking("hm", "", "length")], UNKNOWN),
    (signs.prompt_differs, [prompted(1), prompted(9)], HONOURED),
    (signs.prompt_differs, [prompted(39), prompted(39)], NOTHING),
    (signs.prompt_differs, [prompted(None), prompted(9)], UNKNOWN),
    (signs.prompt_is_cut(5), [prompted(39), prompted(5)], HONOURED),
    (signs.prompt_is_cut(5), [prompted(39), prompted(39)], NOTHING),
    (signs.prompt_is_cut(5), [prompted(5), prompted(5)], NOTHING),
    (signs.prompt_is_cut(5), [prompted(None), prompted(None)], UNKNOWN),
    (signs.accepted("nobody knows"), said("a"), UNKNOWN),
    (signs.accepted("nobody knows", signs.differs), said(*"xxabab"), HONOURED),
    (signs.accepted("nobody knows", signs.differs), said(*"xxaaaa"), UNKNOWN),
]


NAMES = [
    f"{number} {sign.__qualname__.partition('.')[0]}: {result}"
    for number, (sign, _, result) in enumerate(CASES)
]


@pytest.mark.parametrize(("sign", "seen", "result"), CASES, ids=NAMES)
def test_an_effect_is_recognised(sign: Sign, seen: list[Seen], result: str) -> None:
    verdict = sign(seen)
    assert verdict.result == result
    assert verdict.words


def test_what_was_seen_is_quoted_in_one_short_line() -> None:
    verdict = signs.choices([Seen(("a\x1b[2J\n" * 40,))])
    assert verdict.words == "1 where 2 are asked for"
    verdict = signs.differs(said("x", "x", *["a\n\x1b" * 99, "b" * 99] * 2))
    assert verdict.words.isprintable()
    assert len(verdict.words) < 80


def test_a_prompt_that_alone_differs_is_told_by_its_tokens() -> None:
    verdict = signs.differs([prompted(9), prompted(7)] * 3)
    assert verdict.words == "the prompt has 9 and 7 tokens"


def test_one_token_is_not_called_tokens() -> None:
    assert signs.counts_tokens([long(1), long(12)]).words == "1 token and 12 tokens"


def test_why_nothing_can_be_told_is_said() -> None:
    verdict = signs.accepted("nobody knows")(said("a"))
    assert verdict.words == "accepted, but nobody knows"

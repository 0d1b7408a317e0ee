"""By what the effect of a parameter is seen: each asks and says yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.live.asking import MOST_TOKENS, Ask, made, read, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.messages import AIMessage

    Given = dict[str, Any]
    Shows = Callable[[Ask, Given], bool]


def in_the_answer(holds: Callable[[AIMessage], bool]) -> Shows:
    return lambda ask, given: holds(ask(**given))


def is_greedy(ask: Ask, given: Given) -> bool:
    return ask(**given).text == ask().text


def is_another(ask: Ask, given: Given) -> bool:
    return not is_greedy(ask, given)


def is_as_without(name: str) -> Shows:
    """The parameter changes nothing."""

    def shows(ask: Ask, given: Given) -> bool:
        rest = {key: value for key, value in given.items() if key != name}
        return ask(**given).text == ask(**rest).text

    return shows


def changes(name: str, to: Any) -> Shows:
    """The same request with another value is answered otherwise."""

    def shows(ask: Ask, given: Given) -> bool:
        asked = [ask.all(**given), ask.all(**{**given, name: to})]
        one, two = [[message.text for message in messages] for messages in asked]
        return one != two

    return shows


def repeats(ask: Ask, given: Given) -> bool:
    return ask(**given).text == ask(**given).text


def never_repeats(ask: Ask, given: Given) -> bool:
    return not repeats(ask, given)


def says(text: str) -> Shows:
    return in_the_answer(lambda message: message.text == text)


def leaves_out(word: str) -> Shows:
    """The word is in the greedy answer and not in this one."""
    return lambda ask, given: word in ask().text and word not in ask(**given).text


def ends_before(word: str) -> Shows:
    return lambda ask, given: ask(**given).text == ask().text.partition(word)[0]


def has_metadata(name: str) -> Shows:
    return in_the_answer(lambda message: bool(message.response_metadata.get(name)))


def has_made(count: int = MOST_TOKENS) -> Shows:
    return in_the_answer(lambda message: made(message) == count)


def has_read(count: int) -> Shows:
    return in_the_answer(lambda message: read(message) == count)


def reads_less(ask: Ask, given: Given) -> bool:
    return read(ask(**given)) < read(ask())


def has_answers(count: int) -> Shows:
    def shows(ask: Ask, given: Given) -> bool:
        answers = [message.text for message in ask.all(**given)]
        return len(answers) == len(set(answers)) == count

    return shows


def shows_alternatives(count: int) -> Shows:
    return in_the_answer(
        lambda message: {len(t["top_logprobs"]) for t in tokens(message)} == {count}
    )


def streams_usage(ask: Ask, given: Given) -> bool:
    return ask.stream(**given).usage_metadata is not None


def streams_no_usage(ask: Ask, given: Given) -> bool:
    return not streams_usage(ask, given)

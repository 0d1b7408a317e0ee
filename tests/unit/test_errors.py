"""Errors: one line each, nothing lost on the way, nothing in them that acts."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest

from ocinb import errors
from ocinb.errors import (
    SERVER_MESSAGE_LIMIT,
    AnswerError,
    AuthError,
    ConfigurationError,
    ConnectionFailed,
    DeploymentError,
    HostNotFound,
    MissingExtraError,
    NotActive,
    OcinbError,
    ParameterError,
    PayloadTooLarge,
    RateLimited,
    StreamError,
    StreamFailed,
    StreamTruncated,
    TlsError,
    one_line,
)

if TYPE_CHECKING:
    from ocinb.errors import Facts

FACTS: Facts = {
    "endpoint": "https://host/ocid1.x/predict",
    "phase": "stream",
    "status": 503,
    "code": "ServiceUnavailable",
    "request_id": "ABC/DEF",
    "server_message": "out of memory",
    "partial_text": "Grüße 🙂",
    "attempts": 4,
    "hint": "wait a little",
}
"""One value for each thing that may be known of a failure."""


def every_class() -> list[type[OcinbError]]:
    return [
        member
        for member in vars(errors).values()
        if inspect.isclass(member) and issubclass(member, OcinbError)
    ]


def drawn_tree() -> dict[str, str]:
    """Read the tree in the module's docstring: each class with its parent."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]*)([A-Z][A-Za-z]+)(?:\s|$)", line)
        if found is None or found[2] not in vars(errors):
            continue
        depth = len(found[1]) // 4
        del path[depth:]
        parents[found[2]] = path[-1] if path else ""
        path.append(found[2])
    return parents


class TestTree:
    def test_every_error_is_drawn_in_the_docstring_below_its_parent(self):
        real = {c.__name__: c.__bases__[0].__name__ for c in every_class()}

        assert drawn_tree() == real | {"OcinbError": ""}

    def test_every_error_is_public(self):
        names = {c.__name__ for c in every_class()}

        assert names | {"Facts", "Phase"} == set(errors.__all__)

    @pytest.mark.parametrize("kind", every_class())
    def test_every_error_is_caught_as_an_ocinb_error(self, kind: type[OcinbError]):
        error = kind("it went wrong")

        with pytest.raises(OcinbError, match="it went wrong"):
            raise error

    def test_a_missing_extra_is_an_import_error_too(self):
        error = MissingExtraError("matplotlib is not installed")

        with pytest.raises(ImportError, match="matplotlib"):
            raise error

    def test_a_refused_parameter_is_no_value_error_so_that_pydantic_lets_it_through(
        self,
    ):
        assert not issubclass(ParameterError, ValueError)

    @pytest.mark.parametrize(
        ("kind", "parent"),
        [
            (StreamTruncated, StreamError),
            (StreamFailed, StreamError),
            (HostNotFound, ConnectionFailed),
            (TlsError, ConnectionFailed),
            (RateLimited, DeploymentError),
            (errors.PolicyError, AuthError),
            (errors.EndpointError, ConfigurationError),
        ],
    )
    def test_kinds_of_one_trouble_are_caught_together(
        self, kind: type[OcinbError], parent: type[OcinbError]
    ):
        assert issubclass(kind, parent)


class TestFacts:
    def test_an_error_that_knows_nothing_reads_as_empty(self):
        error = OcinbError("it went wrong")

        known = {name: getattr(error, name) for name in FACTS}
        assert known == {
            "endpoint": "",
            "phase": "",
            "status": None,
            "code": "",
            "request_id": "",
            "server_message": "",
            "partial_text": "",
            "attempts": 0,
            "hint": "",
        }

    def test_facts_given_to_the_constructor_are_attributes(self):
        error = OcinbError("it went wrong", **FACTS)

        assert {name: getattr(error, name) for name in FACTS} == FACTS

    def test_an_outer_layer_adds_what_it_knows_to_the_same_error(self):
        error = AnswerError("it went wrong", phase="answer")

        error.add(endpoint="https://host/x/predict", attempts=2)

        assert error.phase == "answer"
        assert error.endpoint == "https://host/x/predict"
        assert error.attempts == 2

    def test_adding_to_one_error_leaves_the_others_alone(self):
        NotActive("first").add(hint="changed")

        assert "ACTIVE" in NotActive("second").hint

    @pytest.mark.parametrize(
        "kind", [NotActive, RateLimited, PayloadTooLarge, TlsError, HostNotFound]
    )
    def test_some_errors_say_what_to_do_without_being_told(
        self, kind: type[OcinbError]
    ):
        assert str(kind("it went wrong")).endswith(f" - {kind.hint}")
        assert kind.hint


class TestOneLine:
    def test_the_line_holds_what_happened_the_servers_words_the_facts_and_the_hint(
        self,
    ):
        error = DeploymentError("the deployment failed", **FACTS)

        assert str(error) == (
            "the deployment failed: out of memory (status 503, ServiceUnavailable, "
            "phase stream, 4 attempts, opc-request-id ABC/DEF) - wait a little"
        )

    def test_the_line_of_a_bare_message_is_the_message(self):
        assert str(OcinbError("it went wrong")) == "it went wrong"

    def test_a_single_attempt_is_not_worth_a_word(self):
        assert "attempt" not in str(OcinbError("it went wrong", attempts=1))

    def test_a_message_made_from_a_librarys_words_is_one_line_too(self):
        error = ConnectionFailed("the connection broke: [Errno 1]\nsee\x1b[0m below")

        assert str(error) == "the connection broke: [Errno 1] see [0m below"

    def test_a_status_of_zero_is_still_shown(self):
        assert "status 0" in str(OcinbError("it went wrong", status=0))

    @pytest.mark.parametrize("name", ["server_message", "code", "request_id"])
    @pytest.mark.parametrize(
        "text",
        [
            "two\nlines",
            "carriage\rreturn",
            "a \x1b[31mred\x1b[0m word",
            "a \x1b]0;title\x07 bell",
            "nul \x00 and backspace \x08",
            "c1 \x9b31m",
            "\u202eesrever\u202c",
            "\u2066isolated\u2069",
            "line\u2028separator",
            "zero\u200bwidth",
            "lone \ud800 surrogate",
            "next\x85line",
        ],
    )
    def test_what_a_server_says_cannot_break_or_steer_the_line(
        self, name: str, text: str
    ):
        facts: Any = {name: text}
        shown = str(OcinbError("it went wrong", **facts))

        assert shown.isprintable()
        assert len(shown.splitlines()) == 1

    def test_a_long_server_message_is_cut_and_the_attribute_keeps_all_of_it(self):
        error = OcinbError("it went wrong", server_message="x" * 10_000)

        assert len(str(error)) == len("it went wrong: ") + SERVER_MESSAGE_LIMIT
        assert str(error).endswith("x…")
        assert len(error.server_message) == 10_000

    def test_a_message_of_just_the_limit_is_not_cut(self):
        text = "x" * SERVER_MESSAGE_LIMIT

        assert one_line(text) == text

    def test_letters_of_every_script_stay_as_they_are(self):
        text = "Grüße, 日本語, العربية, Ελληνικά 🙂"

        assert one_line(text) == text

    def test_white_space_is_folded(self):
        assert one_line("  a\t\tb \n c  ") == "a b c"

    def test_a_gigabyte_of_text_is_not_looked_at_beyond_its_beginning(self):
        looked_at = []

        class Spy(str):
            __slots__ = ()

            def __getitem__(self, key: Any) -> str:
                looked_at.append(key)
                return super().__getitem__(key)

        one_line(Spy("x" * 100_000), 80)

        assert looked_at == [slice(None, 160, None)]

    def test_the_partial_text_is_not_in_the_line(self):
        assert "Grüße" not in str(OcinbError("it went wrong", partial_text="Grüße"))


class TestCopies:
    @pytest.mark.parametrize("kind", every_class())
    def test_pickling_keeps_class_message_and_every_fact(self, kind: type[OcinbError]):
        error = kind("it went wrong", **FACTS)

        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

        assert type(again) is kind
        assert again.message == "it went wrong"
        assert {name: getattr(again, name) for name in FACTS} == FACTS
        assert str(again) == str(error)

    @pytest.mark.parametrize("kind", every_class())
    def test_a_deep_copy_keeps_every_fact(self, kind: type[OcinbError]):
        error = kind("it went wrong", **FACTS)

        assert vars(copy.deepcopy(error)) == vars(error)

    def test_a_pickled_error_needs_no_facts(self):
        again = pickle.loads(pickle.dumps(AnswerError("x")))  # noqa: S301 - our own bytes

        assert (again.status, again.partial_text, str(again)) == (None, "", "x")

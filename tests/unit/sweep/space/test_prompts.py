"""What may be asked: texts, message lists and tables, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate

from ocinb.errors import ParameterError
from ocinb.sweep.space import prompts_of

TABLE = pd.DataFrame(
    {"city": ["Bern", "Rome"], "reference": ["CH", "IT"], "error": [1, 2]}
)


def said(given: Any, **options: Any):
    return [
        [(message.type, message.content) for message in prompt.messages]
        for prompt in prompts_of(given, **options)
    ]


@pytest.mark.parametrize(
    "given",
    [
        ["a", "b"],
        ("a", "b"),
        (text for text in "ab"),
        pd.Series(["a", "b"]),
        np.array(["a", "b"]),
        pd.DataFrame({"prompt": ["a", "b"]}),
        [{"prompt": "a"}, {"prompt": "b"}],
        [HumanMessage("a"), "b"],
        [[HumanMessage("a")], [("human", "b")]],
        [{"role": "user", "content": "a"}, "b"],
    ],
)
def test_several_prompts_may_be_written_in_many_ways(given: Any):
    assert said(given) == [[("human", "a")], [("human", "b")]]


@pytest.mark.parametrize(
    "given",
    [
        "a",
        HumanMessage("a"),
        ("user", "a"),
        {"role": "user", "content": "a"},
        [{"role": "user", "content": "a"}],
        {"prompt": "a"},
    ],
)
def test_one_prompt_needs_no_list(given: Any):
    assert said(given) == [[("human", "a")]]


def test_a_list_of_messages_is_one_prompt_of_a_list():
    talk = [SystemMessage("Be brief."), HumanMessage("Hi")]

    assert said([talk, "b"]) == [
        [("system", "Be brief."), ("human", "Hi")],
        [("human", "b")],
    ]


def test_a_filled_template_of_langchain_is_a_prompt():
    template = ChatPromptTemplate([("system", "Be {how}."), ("human", "Hi")])

    (prompt,) = said([template.invoke({"how": "brief"})])

    assert prompt == [("system", "Be brief."), ("human", "Hi")]


def test_a_template_is_filled_from_each_row_and_scorers_get_the_row():
    first, second = prompts_of(TABLE, template="Where is {city}? {{x}}")

    assert first.messages[0].content == "Where is Bern? {x}"
    assert second.inputs == {"city": "Rome", "reference": "IT", "error": 2}
    assert (first.reference, second.reference) == ("CH", "IT")


def test_the_right_answers_may_be_in_any_column():
    prompts = prompts_of(TABLE, template="{city}", reference="error")

    assert [prompt.reference for prompt in prompts] == [1, 2]


def test_values_of_a_row_are_not_filled_again():
    rows = pd.DataFrame({"a": ["{b}"], "b": ["secret"]})

    assert said(rows, template="{a}") == [[("human", "{b}")]]


def two(a: Any, b: Any):
    return pd.DataFrame({"q": [a, b]})


REFUSED = {
    "nothing": ([], {}, "there is no prompt: nothing to ask"),
    "None": (None, {}, "prompts must be a text, a list or a DataFrame (got None)"),
    "a number": (5, {}, "prompts must be a text, a list or a DataFrame (got 5)"),
    "bytes": (b"x", {}, "prompt 0 is neither text nor a list of messages"),
    "an empty text": ("", {}, "prompt 0 is empty"),
    "white space": (["a", " \n"], {}, "prompt 1 is empty"),
    "an empty message": ([[HumanMessage("")]], {}, "prompt 0 is empty"),
    "no messages": ([[]], {}, "prompt 0 is empty"),
    "None among texts": (["a", None], {}, "prompt 1 is neither text nor a list"),
    "one conversation": (
        [SystemMessage("x"), HumanMessage("y")],
        {},
        "is it one prompt or several? - write [[...]] for one",
    ),
    "pairs": ([("system", "x"), ("user", "y")], {}, "is it one prompt or several?"),
    "an unknown role": ([[("nobody", "x")]], {}, "prompt 0 is neither text nor"),
    "no row": (pd.DataFrame({"q": []}), {"template": "{q}"}, "there is no prompt"),
    "no prompt column": (
        TABLE,
        {},
        "no column prompt (columns: city, reference, error)",
    ),
    "an unknown column": (TABLE, {"template": "{town}"}, "no column town"),
    "an unknown reference": (
        TABLE,
        {"template": "{city}", "reference": "r"},
        "column r",
    ),
    "a missing value": (two("a", None), {"template": "{q}"}, "row 1: column q has no"),
    "NaN": (
        two("a", float("nan")),
        {"template": "{q}"},
        "row 1: column q has no value",
    ),
    "NA": (two("a", pd.NA), {"template": "{q}"}, "row 1: column q has no value"),
    "an open brace": (TABLE, {"template": "{city"}, "write {{ for a brace"),
    "an attribute": (TABLE, {"template": "{city.x}"}, "names of columns only"),
    "no name": (TABLE, {"template": "{}"}, "names of columns only"),
    "a format": (TABLE, {"template": "{city:>9}"}, "names of columns only"),
    "no text as template": (TABLE, {"template": 5}, "template must be a text (got 5)"),
    "a template for texts": ("x", {"template": "{q}"}, "template= is for the rows"),
    "twin columns": (
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        {"template": "{a}"},
        "two columns of the DataFrame have the same name",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_asked_is_one_clear_line(name: Any):
    given, options, line = REFUSED[name]

    with pytest.raises(ParameterError) as caught:
        prompts_of(given, **options)

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)

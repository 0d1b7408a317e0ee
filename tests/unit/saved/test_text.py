"""The text of the file that keeps aliases and presets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.saved import text as saved_text
from ocinb.saved.text import check_auth, dump, parse
from ocinb.saved.values import Alias, Preset, Saved

ENDPOINT = "https://modeldeployment.eu-zurich-1.oci.customer-oci.com/ocid1.datasciencemodeldeployment.oc1..a/predict"

FULL = Saved(
    {
        "plain": Alias(ENDPOINT),
        "prod": Alias(
            ENDPOINT,
            model="odsc-llm",
            auth="resource_principal",
            params={"temperature": 0.2, "stop": ["größe"], "logprobs": True},
            model_kwargs={"echo": True},
        ),
    },
    {
        "careful": Preset(
            {"temperature": 0.0, "seed": None},
            {"echo": {"a": [1, None]}},
            {"system": "Sei kurz. 🦜\n{name}", "format": "text"},
        )
    },
)


def text_of(content: Any = None, **more: Any) -> str:
    return json.dumps({"version": 1, **more} if content is None else content)


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as raised:
        parse(text)
    line = str(raised.value)
    assert "\n" not in line
    return line


def test_what_is_written_is_read_back():
    assert parse(dump(FULL)) == FULL
    assert parse(dump(Saved())) == Saved()


def test_words_stay_readable_for_who_opens_the_file():
    assert "größe" in dump(FULL)
    assert "🦜" in dump(FULL)


def test_what_is_not_set_is_not_written():
    assert json.loads(dump(FULL))["aliases"]["plain"] == {"endpoint": ENDPOINT}


def test_everything_but_the_version_may_be_left_out():
    assert parse('{"version": 1}') == Saved()
    assert parse(text_of(presets={"empty": {}})).presets == {"empty": Preset()}


def test_the_example_in_the_documentation_of_the_format_is_right():
    example = (saved_text.__doc__ or "").split("```json\n")[1].split("```")[0]
    saved = parse(example.replace("<region>", "eu-zurich-1").replace("<ocid>", "o.a"))
    assert saved.aliases["prod"].auth == "resource_principal"
    assert saved.presets["careful"] == Preset(
        {"temperature": 0}, settings={"system": "Be brief."}
    )


def test_a_change_leaves_the_value_it_was_made_from():
    one = FULL.with_alias("plain", None).with_preset("new", Preset({"seed": 1}))
    assert set(one.aliases) == {"prod"}
    assert set(one.presets) == {"careful", "new"}
    assert set(FULL.aliases) == {"plain", "prod"}
    assert one.with_preset("new", None).presets == FULL.presets


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1 column 1: Expecting value"),
        ('{"version": 1,\n}', "column"),
        ('{"version": 1} x', "line 1 column 16: Extra data"),
        ('{"version": 1, "presets": {"a": {"params": {"seed": NaN}}}}', "NaN is no"),
        ("[" * 100_000, "no JSON"),
        ("[]", "the file must be an object in braces"),
        ("{}", "version must be 1 (got None) - a newer ocinb may have written it"),
        ('{"version": 2, "new": 1}', "version must be 1 (got 2)"),
        ('{"version": true}', "version must be 1 (got True)"),
        ('{"version": "1"}', "version must be 1 (got '1')"),
        (text_of(aliasez={}), "unknown key aliasez; did you mean aliases?"),
        (text_of(aliases=[]), "aliases must be an object in braces"),
        (text_of(presets=None), "presets must be an object in braces"),
        (text_of(aliases={"a": ENDPOINT}), "aliases.a: the entry must be an object"),
        (text_of(aliases={"a b": {}}), "aliases.a b: 'a b' is not a valid name"),
        (text_of(aliases={"a": {}}), "aliases.a: endpoint is missing"),
        (text_of(aliases={"a": {"endpoint": 5}}), "aliases.a: endpoint must be a text"),
        (
            text_of(aliases={"a": {"endpiont": ENDPOINT}}),
            "aliases.a: unknown key endpiont; did you mean endpoint?",
        ),
        (
            text_of(aliases={"a": {"endpoint": "http://example.com/predict"}}),
            "aliases.a: endpoint must be https://",
        ),
        (
            text_of(presets={"a": {"params": {"top_p": 2}}}),
            "presets.a: top_p must be a number in (0, 1] (got 2)",
        ),
        (
            text_of(presets={"a": {"params": {"temprature": 2}}}),
            "presets.a: unknown parameter temprature; did you mean temperature?",
        ),
        (text_of(presets={"a": {"params": 5}}), "presets.a: params must be an object"),
        (
            text_of(presets={"a": {"model_kwargs": {"messages": []}}}),
            "presets.a: model_kwargs: messages is set by the request itself",
        ),
        (text_of(presets={"a": {"system": 5}}), "presets.a: system must be a text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, says: str):
    assert says in refusal(text)


def test_a_key_in_the_place_of_a_name_is_not_shown():
    key = "-----BEGIN PRIVATE KEY-----"
    content = {"a": {"endpoint": ENDPOINT, "auth": key}}
    said = refusal(text_of(aliases=content))
    assert "aliases.a: auth must be the name of a way to sign: api_key, " in said
    assert "BEGIN" not in said
    check_auth("")
    check_auth("api_key")


def test_a_value_that_only_some_servers_take_is_read_without_a_word():
    text = text_of(presets={"hot": {"params": {"temperature": 3}}})
    assert parse(text).presets["hot"].params == {"temperature": 3.0}

"""Which chat model a name on the magic line stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.language_models import FakeListChatModel

from ocinb.errors import ConfigurationError, EndpointError
from ocinb.magic.known.models import LOCAL, Models, face_model, looks_like_endpoint
from ocinb.saved.file import SavedFile
from ocinb.saved.values import Alias

if TYPE_CHECKING:
    from pathlib import Path

ENDPOINT = "https://modeldeployment.eu-zurich-1.oci.customer-oci.com/ocid1.datasciencemodeldeployment.oc1..a/predict"


@pytest.fixture
def file(tmp_path: Path) -> SavedFile:
    return SavedFile(tmp_path)


@pytest.fixture
def models(file: SavedFile, monkeypatch: pytest.MonkeyPatch) -> Models:
    monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)
    return Models(file)


@pytest.fixture
def fake() -> FakeListChatModel:
    return FakeListChatModel(responses=["hi"])


def test_a_variable_is_the_chat_model_it_holds(models: Models, fake: Any):
    assert models.find("mine", {"mine": fake}) is fake


def test_an_alias_of_a_variable_is_looked_up_when_it_is_used(models: Models, fake: Any):
    models.add("short", "mine", {"mine": fake})
    other = FakeListChatModel(responses=["other"])
    assert models.find("short", {"mine": other}) is other


def test_an_alias_of_an_endpoint_makes_one_chat_model_and_keeps_it(models: Models):
    models.save("prod", Alias(ENDPOINT))
    model: Any = models.find("prod", {})
    assert model.endpoint == ENDPOINT
    assert models.find("prod", {}) is model


def test_an_alias_that_changes_makes_another_chat_model(
    models: Models, file: SavedFile
):
    models.save("prod", Alias(ENDPOINT))
    first = models.find("prod", {})
    Models(file).save("prod", Alias(ENDPOINT, params={"seed": 1}))  # another kernel
    assert models.find("prod", {}) is not first


def test_an_alias_of_an_endpoint_outlives_the_kernel(models: Models, file: SavedFile):
    alias = Alias(
        ENDPOINT,
        model="llama",
        params={"temperature": 0.1, "max_tokens": 5},
        model_kwargs={"echo": True},
    )
    models.save("prod", alias)
    later = Models(file)
    assert later.known() == ("prod",)
    model: Any = later.find("prod", {})
    assert model.model == "llama"
    assert model.sent_params() == {"temperature": 0.1, "max_tokens": 5, "echo": True}


def test_an_alias_names_a_way_to_sign(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OCI_CONFIG_FILE", str(tmp_path / "none"))
    models.save("prod", Alias(ENDPOINT, auth="api_key"))
    model: Any = models.find("prod", {})
    assert model.auth == "api_key"


def test_a_model_of_the_face_starts_from_the_servers_defaults():
    model: Any = face_model(endpoint=ENDPOINT)
    assert model.sent_params() == {"max_tokens": 1024}


def test_the_environment_names_the_default(
    models: Models, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OCI_LLM_ENDPOINT", ENDPOINT)
    model: Any = models.find("", {})
    assert model.endpoint == ENDPOINT
    assert models.find("", {}) is model


def test_with_nothing_set_up_the_error_says_how(models: Models):
    with pytest.raises(ConfigurationError) as raised:
        models.find("", {})
    line = str(raised.value)
    for way in ("OCI_LLM_ENDPOINT", "alias add", "%%ocichat my_llm", "%ocichat local"):
        assert way in line
    assert "\n" not in line


def test_an_alias_goes_before_a_variable_of_the_same_name(models: Models, fake: Any):
    models.keep(LOCAL, ENDPOINT, fake)
    assert models.find(LOCAL, {LOCAL: 1}) is fake


def test_a_removed_alias_is_unknown(models: Models, fake: Any):
    models.keep("x", ENDPOINT, fake)
    models.save("y", Alias(ENDPOINT))
    models.remove("x")
    models.remove("y")
    for name in ("x", "y"):
        with pytest.raises(ConfigurationError, match="neither an alias nor"):
            models.find(name, {})
        with pytest.raises(ConfigurationError, match="neither an alias nor"):
            models.remove(name)


def test_an_alias_of_this_kernel_hides_the_saved_one_of_its_name(
    models: Models, file: SavedFile, fake: Any
):
    models.save("x", Alias(ENDPOINT))
    models.add("x", "mine", {"mine": fake})
    assert models.find("x", {"mine": fake}) is fake
    models.remove("x")
    found: Any = models.find("x", {})
    assert found.endpoint == ENDPOINT
    models.add("x", "mine", {"mine": fake})
    models.save("x", Alias(ENDPOINT))
    assert models.find("x", {"mine": fake}) is found
    assert set(file.read().aliases) == {"x"}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (FakeListChatModel, "mine is a class, not a chat model - make one first"),
        ("text", "mine is a str, not a LangChain chat model"),
        (None, "mine is a NoneType, not a LangChain chat model"),
        (int, "mine is a type, not a LangChain chat model"),
    ],
)
def test_what_is_no_chat_model_is_named(models: Models, value: Any, says: str):
    with pytest.raises(ConfigurationError) as raised:
        models.find("mine", {"mine": value})
    assert says in str(raised.value)


def test_an_unknown_name_lists_what_is_known_and_the_nearest(models: Models, fake: Any):
    models.keep("prod", ENDPOINT, fake)
    with pytest.raises(ConfigurationError) as raised:
        models.find("my_lm", {"my_llm": fake, "x": 1})
    line = str(raised.value)
    assert "'my_lm' is neither an alias nor a chat model variable" in line
    assert "did you mean my_llm?" in line
    assert "known: prod, my_llm" in line


def test_an_unknown_name_with_nothing_known_says_how_to_begin(models: Models):
    with pytest.raises(ConfigurationError, match="%ocichat local"):
        models.find("x", {})


def test_with_aliases_saved_the_error_names_them(models: Models):
    models.save("prod", Alias(ENDPOINT))
    with pytest.raises(ConfigurationError) as raised:
        models.find("", {})
    assert "known: prod; `%ocichat alias set NAME`" in str(raised.value)


def test_a_broken_file_is_named_where_a_name_is_not_found(
    models: Models, file: SavedFile, fake: Any
):
    file.path.write_text("{")
    for name, names in (("prod", {}), ("prod", {"mine": fake}), ("", {})):
        with pytest.raises(ConfigurationError) as raised:
            models.find(name, names)
        assert f"{file.path} cannot be read: line 1" in str(raised.value)
    assert models.find("mine", {"mine": fake}) is fake


@pytest.mark.parametrize("name", ["", "a b", "-x", "1st", "a/b"])
def test_an_alias_has_a_plain_name(models: Models, fake: Any, name: str):
    with pytest.raises(ConfigurationError, match="not a valid alias"):
        models.save(name, Alias(ENDPOINT))
    with pytest.raises(ConfigurationError, match="not a valid alias"):
        models.add(name, "mine", {"mine": fake})


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/predict",
        "ocid1.datasciencemodeldeployment.oc1..a",
        "https://cloud.oracle.com/data-science/model-deployments/x",
    ],
)
def test_an_endpoint_that_cannot_be_right_is_refused_at_once(
    models: Models, file: SavedFile, target: str
):
    assert looks_like_endpoint(target)
    with pytest.raises(EndpointError):
        models.save("prod", Alias(target))
    assert not file.path.exists()

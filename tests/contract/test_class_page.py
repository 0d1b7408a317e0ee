"""docs/chat-model.md says which test shows each entry of the public class page."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.sampling import PARAMETERS, Parameter

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "chat-model.md").read_text("utf-8")

FIELDS = {
    *("auth", "best_of", "cache", "callback_manager", "callbacks", "chat_template"),
    *("custom_get_token_ids", "default_headers", "disable_streaming"),
    *("early_stopping", "endpoint", "frequency_penalty", "ignore_eos"),
    *("length_penalty", "logit_bias", "max_retries", "max_tokens", "metadata"),
    *("min_p", "min_tokens", "model", "model_kwargs", "n", "presence_penalty"),
    *("rate_limiter", "repetition_penalty", "skip_special_tokens"),
    *("spaces_between_special_tokens", "stop", "stop_token_ids", "streaming", "tags"),
    *("temperature", "tool_choice", "top_k", "top_p", "use_beam_search", "verbose"),
}
METHODS = {
    *("__call__", "abatch", "abatch_as_completed", "acompletion_with_retry"),
    *("ainvoke", "astream", "astream_events", "batch", "batch_as_completed", "bind"),
    *("bind_tools", "completion_with_retry", "configurable_alternatives"),
    *("configurable_fields", "get_num_tokens", "get_num_tokens_from_messages"),
    *("get_token_ids", "invoke", "stream", "with_alisteners", "with_config"),
    *("with_fallbacks", "with_listeners", "with_retry", "with_structured_output"),
    *("with_types", "assign", "get_graph"),
}
TO_OVERRIDE = {
    *("_construct_json_body", "_headers", "_llm_type", "_process_response"),
    "_process_stream_response",
}
EXAMPLES = {
    *("constructor", "smaller class", "invoke", "stream", "async", "json_mode"),
    *("include_raw", "tools", "logprobs", "subclass", "stop word", "chosen field"),
    *("chosen alternative", "fallback", "listeners", "async listeners", "retry"),
    "events",
}
OF_PYDANTIC = {
    *("copy", "json", "model_copy", "model_dump", "model_dump_json"),
    "model_validate",
}
ADDED = {
    *(
        "check_parameters",
        "prepare",
        "sent_params",
        "timeout",
        "model_name",
        "max_completion_tokens",
    ),
    *("stop_sequences", "_repr_html_"),
}


def of_langchain() -> set[str]:
    """Return every public name that LangChain's own classes give a chat model."""
    own = [c for c in ChatOCIModelDeploymentVLLM.__mro__ if "langchain" in c.__module__]
    return {name for c in own for name in vars(c) if not name.startswith("_")} - {
        *("model_config", "model_post_init")
    }


ENTRIES = {
    *(FIELDS | METHODS | TO_OVERRIDE | OF_PYDANTIC | ADDED | set(PARAMETERS)),
    *of_langchain(),
    *(f"example: {name}" for name in EXAMPLES),
}


def rows() -> dict[str, list[str]]:
    """Return the tests that the page names, by entry."""
    section = PAGE.split("## Entry by entry\n")[1].split("\n## ")[0]
    found: dict[str, list[str]] = {}
    for line in section.splitlines():
        if not line.startswith("| "):
            continue
        cell, *_, shown_by = line.strip("| ").split(" | ")
        tests = re.findall(r"`(tests/[^`]+)`", shown_by)
        for entry in re.findall(r"`([^`]+)`", cell):
            found.setdefault(entry, []).extend(tests)
    return found


@cache
def named_in(path: str) -> tuple[set[str], set[str]]:
    """Return the names of a file's tests, and every text that may be a case's id."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    names = set()
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        names |= {prefix + test.name for test in inside if isinstance(test, functions)}
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return names, texts


def is_there(test: str) -> bool:
    path, _, rest = test.partition("::")
    name, _, case = rest.rstrip("]").partition("[")
    if not (ROOT / path).is_file():
        return False
    names, texts = named_in(path)
    return name in names and (not case or case in texts)


class TestEntries:
    def test_every_entry_is_in_the_table(self):
        assert sorted(ENTRIES - set(rows())) == []

    def test_nothing_is_in_the_table_that_a_model_does_not_have(self):
        model = ChatOCIModelDeploymentVLLM(endpoint="https://host/x/predict")
        examples = {f"example: {name}" for name in EXAMPLES}
        others = set(rows()) - examples

        assert {name for name in others if not hasattr(model, name)} == set()
        assert set(rows()) - others == examples

    def test_an_entry_has_one_row(self):
        cells = re.findall(
            r"^\| (`.*?) \| .* \|$", PAGE.split("## Entry by")[1], re.MULTILINE
        )
        entries = Counter(e for cell in cells for e in re.findall(r"`([^`]+)`", cell))

        assert [entry for entry, count in entries.items() if count > 1] == []

    @pytest.mark.parametrize("entry", sorted(ENTRIES))
    def test_the_tests_that_show_it_are_there(self, entry: str):
        tests = rows()[entry]

        assert tests
        assert [test for test in tests if not is_there(test)] == []

    @pytest.mark.parametrize(
        "test",
        [
            "tests/contract/test_class_page.py::TestEntries::test_there_is_none_such",
            "tests/contract/test_class_page.py::test_an_entry_has_one_row",
            "tests/contract/test_nowhere.py::test_the_tests_that_show_it_are_there",
            "tests/contract/test_chat_model_runnable.py::test_every_way[invoke]",
        ],
    )
    def test_a_test_that_is_not_there_would_be_seen(self, test: str):
        assert not is_there(test)


def row_of(parameter: Parameter) -> str:
    """Return the row of a parameter in the page's table."""

    def shown(value: object) -> str:
        return "-" if value is None else f"`{value}`"

    note = " (ignored by current servers)" if parameter.obsolete else ""
    cells = (
        f"`{parameter.name}`",
        parameter.range + note,
        shown(parameter.default),
        "yes" if parameter.sent else "no",
        shown(parameter.server_default),
    )
    return f"| {' | '.join(cells)} |"


def test_the_table_of_parameters_is_that_of_the_code():
    table = PAGE.split("| parameter | range |")[1].split("\n\n")[0]

    assert table.splitlines()[2:] == [row_of(p) for p in PARAMETERS.values()]

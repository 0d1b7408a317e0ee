"""docs/magic.md says what the magic does: its tables and examples are the code's."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.commands.registry import COMMANDS, command_of
from ocinb.magic.ocichat import OciChatMagics
from ocinb.magic.reference import renewed, tables
from ocinb.magic.typed.arguments import parse_cell
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS
from ocinb.saved.text import parse

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "magic.md").read_text("utf-8")
DOCTOR = (DOCS / "doctor.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_tables_are_those_of_the_code():
    """Otherwise: python -m ocinb.magic.reference docs/magic.md docs/doctor.md."""
    assert renewed(PAGE) == PAGE
    assert renewed(DOCTOR) == DOCTOR
    assert set(re.findall(r"<!-- table: (\w+) -->", PAGE + DOCTOR)) == set(tables())


def test_every_flag_is_in_a_table():
    shown = "".join(tables().values())
    for name in FLAGS:
        assert re.search(rf"(`| ){name}(`|,| )", shown), name


def test_every_parameter_subcommand_and_setting_is_in_its_table():
    made = tables()
    for parameter in PARAMETERS.values():
        assert parameter.help in made["parameters"]
    for name in COMMANDS:
        if name.isalpha():
            assert f"`%ocichat {name}" in made["commands"]
    for name in OciChatMagics.class_own_traits(config=True):
        assert f"| `{name}` |" in made["settings"]


def test_a_table_is_renewed_and_nothing_else(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- table: flags -->\nold\n<!-- end -->\nb\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["reference", str(page)])
        patch.delitem(sys.modules, "ocinb.magic.reference")
        runpy.run_module("ocinb.magic.reference", run_name="__main__")
    flags = tables()["flags"]
    assert page.read_text() == f"a\n<!-- table: flags -->\n{flags}<!-- end -->\nb\n"


def test_the_example_of_the_file_can_be_read():
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    text = example.replace("<region>", "eu-zurich-1").replace(
        "<ocid>", "ocid1.x.oc1..a"
    )
    saved = parse(text)
    assert saved.aliases["prod"].params == {"temperature": 0.2}
    assert saved.presets["careful"].model_kwargs == {"include_stop_str_in_output": True}


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.startswith("%%ocichat") and "Error" not in e]
)
def test_the_cells_can_be_run_as_they_stand(example: str):
    line, _, body = example.partition("\n")
    assert parse_cell(line.removeprefix("%%ocichat"), body, {}).prompt


def test_the_lines_are_what_they_seem():
    lines = [x for e in EXAMPLES for x in e.splitlines() if x.startswith("%ocichat")]
    assert lines
    for line in lines:
        words = shlex.split(line)[1:]
        known = command_of(line.removeprefix("%ocichat")) in COMMANDS
        assert known or words[0] in FLAGS, line


def test_the_refusals_are_those_of_the_magic():
    (example,) = [e for e in EXAMPLES if "Error: " in e]
    typed, said = example.splitlines()[::2], example.splitlines()[1::2]
    for line, refusal in zip(typed, said, strict=True):
        with pytest.raises(ConfigurationError) as raised:
            parse_cell(line.removeprefix("%%ocichat"), "hi", {})
        assert refusal == f"# {type(raised.value).__name__}: {raised.value}"


def test_links_lead_to_pages_that_are_there():
    for name, anchor in re.findall(r"\]\(([a-z-]+\.md)?(#[a-z-]+)?\)", PAGE):
        text = (DOCS / name).read_text("utf-8") if name else PAGE
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        slugs = {heading.lower().replace(" ", "-") for heading in headings}
        assert not anchor or anchor[1:] in slugs

"""Which code of an answer goes into the next cell."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.magic.shown.code_blocks import (
    CodeBlock,
    blocks_of,
    code_for_cell,
    only_block,
)

THREE = """\
First:

```python
a = 1
```

Then a longer one:

~~~ python3 title="x"
for i in range(3):
    print(i)
~~~

```py
b = 2
```
"""


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("```python\nx = 1\n```", CodeBlock("python", "x = 1")),
        ("say\n```\nx\n\n\n```\n\nend", CodeBlock("", "x\n\n")),
        ("- item\n\n  ```Python\n  x\n  ```\n", CodeBlock("python", "x")),
        ("> ```\n> x\n> ```\n", CodeBlock("", "x")),
        ("````\n```\nx\n```\n````", CodeBlock("", "```\nx\n```")),
        ("```r\r\nx\r\n```\r\n", CodeBlock("r", "x")),
        ("```python\nx = 1", CodeBlock("python", "x = 1", closed=False)),
        ("```python\nx\n``", CodeBlock("python", "x\n``", closed=False)),
        ("> ```\n> x\n", CodeBlock("", "x", closed=False)),
        ("```", CodeBlock("", "", closed=False)),
        ("```\n```", CodeBlock("", "")),
    ],
)
def test_a_fenced_block_is_found(text: str, block: CodeBlock):
    assert blocks_of(text) == (block,)


def test_what_hides_in_code_is_taken_out():
    (block,) = blocks_of("```python\nok = 'a\u202e\u2066b\x1b[31m\x07'\n```")
    assert block.code == "ok = 'ab'"


@pytest.mark.parametrize("text", ["", "no code", "    indented", "`x = 1`", "```x```"])
def test_other_text_is_no_block(text: str):
    assert blocks_of(text) == ()
    assert only_block(text) is None


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("first", "a = 1"),
        ("longest", "for i in range(3):\n    print(i)"),
        ("all", "a = 1\n\nfor i in range(3):\n    print(i)\n\nb = 2"),
    ],
)
def test_the_first_the_longest_or_all_blocks_are_chosen(which: Any, code: str):
    assert code_for_cell(THREE, which) == code


def test_python_is_chosen_before_other_languages():
    text = "```bash\npip install x\n```\n\n```\nimport x\n```"
    assert code_for_cell(text, "first") == "import x"
    assert code_for_cell(text, "all") == "import x"


def test_another_language_is_better_than_nothing():
    assert code_for_cell("```sql\nselect 1\n```", "first") == "select 1"


def test_a_block_that_was_cut_is_left_out():
    text = "```python\na = 1\n```\n\n```python\nb ="
    assert code_for_cell(text, "all", cut=True) == "a = 1"
    assert code_for_cell(text, "all") == "a = 1\n\nb ="


def test_an_empty_block_is_no_code():
    assert code_for_cell("```python\n\n```", "first") == ""
    assert code_for_cell("```python\n```\n\n```python\nx\n```", "first") == "x"


def test_a_block_with_nothing_around_it_is_told():
    assert only_block("\n```json\n{}\n```\n") == CodeBlock("json", "{}")
    assert only_block("Here:\n```json\n{}\n```") is None
    assert only_block("- ```json\n  {}\n  ```") is None

"""A chat model in the kernel that waits, in the middle of its answer, for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = """\
# One of each

A paragraph with **bold**, *italic* and `code` words that is longer than a line of the
page is wide, so that it goes on in a second line, wherever the page happens to break it.

| data | mean | median |
|---|---:|:---:|
| 1, 2, 3 | 2 | 2 |
| a `code` cell | **bold** | [link](https://example.org) |
| 4 | 5 | 6 |

| a | table | wider | than | the | page | its | columns | are | many | and | some | long |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| first | second_column | third_column | fourth_column | fifth_column | sixth_column \
| seventh_column | eighth_column | ninth_column | tenth | eleventh | twelfth | last |

## Lists

1. Sort the values.
2. Take the middle one, or
   - the mean of the two middle ones,
   - where their number is even.
     1. One, that is, in a
     2. third level.

   A second paragraph of the item.

- loose

- list

### Code

```python
from statistics import mean, median

# A long line, to see how it is handled: it goes on and on, past the edge of most pages.
values = [1, 2, 300]
print(mean(values), median(values))  # 101 2
```

> A quotation with [a link](https://example.org) and `code`.
>
> A second paragraph of it.

---

#### The rest

![an image](http://127.0.0.1:9/x.png) and $x^2$ and \\[ y \\].

The very last words.
"""
LAST = "The very last words."

SET_UP = '''
%load_ext ocinb
import asyncio
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

class Patient(BaseChatModel):
    """Says its text, then next to nothing until it may end."""

    name: str
    text: str

    @property
    def _llm_type(self):
        return "patient"

    def _generate(self, *args, **kwargs):
        raise NotImplementedError("it streams")

    def told(self, word):
        return Path(f"{self.name}.{word}").exists()

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        for start in range(0, len(self.text), 40):
            yield chunk_of(self.text[start : start + 40])
            await asyncio.sleep(0.01)
        while not self.told("end"):
            if not self.told("rest"):
                yield chunk_of("")
            await asyncio.sleep(0.05)

def chunk_of(text):
    return ChatGenerationChunk(message=AIMessageChunk(content=text))
'''


def tell(root: Path, name: str, word: str) -> None:
    """Tell the model of that name to `rest`, saying nothing more, or to `end`."""
    (root / f"{name}.{word}").touch()

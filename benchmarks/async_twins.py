"""Lines of async code that repeat a sync line, which a reader has to keep in step.

    python benchmarks/async_twins.py [ROOM ...]

A line of an `async def` counts if the same module has a sync function with that line
once `async`, `await` and the `a` before a name are taken away. Signatures, docstrings
and lines of a closing bracket alone do not count.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1] / "ocinb"
ROOMS = ("wire", "chat_models", "conversation")
_ASYNC = re.compile(r"\b(?:async|await)\s+")
_TWIN_NAME = re.compile(r"\b(_?)(?:a(?=[a-z])|Async(?=[A-Z]))(\w+)")
_NAMES = {"aiter", "anext", "aclosing"}


def plain(line: str, names: set[str]) -> str:
    """Return an async line as its sync twin would be written."""

    def twin(match: re.Match[str]) -> str:
        shorter = match[1] + match[2]
        return shorter if shorter in names or match[0] in _NAMES else match[0]

    return _TWIN_NAME.sub(twin, _ASYNC.sub("", line.strip()))


def body_lines(function: ast.AST, source: list[str]) -> list[str]:
    body = function.body  # type: ignore[attr-defined]  # of both kinds of function
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        body = body[1:]
    if not body:
        return []
    lines = source[body[0].lineno - 1 : body[-1].end_lineno]
    return [line.strip() for line in lines if re.search(r"\w", line)]


def twins(path: Path) -> list[str]:
    source = path.read_text("utf-8").splitlines()
    tree = ast.parse("\n".join(source))
    sync = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for line in body_lines(node, source)
    }
    names = {
        *re.findall(r"\w+", "\n".join(sync)),
        *(n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef)),
    }
    return [
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
        for line in body_lines(node, source)
        if plain(line, names) in sync
    ]


def main() -> None:
    total = 0
    for room in sys.argv[1:] or ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            found = twins(path)
            total += len(found)
            if found:
                print(f"{len(found):4}  {path.relative_to(ROOT)}")
    print(f"{total:4}  in all")


if __name__ == "__main__":
    main()

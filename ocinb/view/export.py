"""A conversation to take along: as Markdown, as a notebook, as LangChain messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import SystemMessage

from ocinb.chat_models import ChatOCIModelDeployment
from ocinb.conversation import history_for_request
from ocinb.errors import one_line
from ocinb.rendering import inert_markdown
from ocinb.view.code import model_source
from ocinb.view.literals import as_literal
from ocinb.view.message_code import import_line, messages_source
from ocinb.view.transcript import answer_markdown, turns_markdown, unmarked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

    from ocinb.conversation import Turn

__all__ = ["as_markdown", "as_messages", "as_notebook"]

_KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}


def as_markdown(turns: Sequence[Turn], *, title: str = "", system: str = "") -> str:
    """Return a conversation as a Markdown file in which nothing can run or load.

    Args:
        turns: those of the branch that is shown.
        title: what the conversation is called; "" for "Conversation".
        system: the system prompt.
    """
    return "\n\n".join([_heading(title), *turns_markdown(turns, system)]) + "\n"


def as_messages(turns: Sequence[Turn], *, system: str = "") -> str:
    """Return a conversation as Python that makes the messages the next request sends.

    A failed or stale turn is in no request.

    Args:
        turns: those of the branch that is shown.
        system: the system prompt.

    Raises:
        ParameterError: a message of a kind that the chat API has no role for.
    """
    start: list[BaseMessage] = [SystemMessage(system)] if system else []
    messages = [*start, *history_for_request(turns)]
    imports = import_line(messages)
    head = f"{imports}\n\n" if imports else ""
    return f"{head}messages = {messages_source(messages)}\n"


def as_notebook(
    turns: Sequence[Turn],
    model: Runnable[Any, Any],
    *,
    title: str = "",
    system: str = "",
) -> dict[str, Any]:
    """Return a conversation as a notebook (format 4.5) whose cells ask it again.

    One cell makes the chat model, and is followed by another where a turn was asked
    with other parameters. Each prompt is a `%%ocichat` cell, and its answer a Markdown
    cell after it. There are no credentials in it, and none of the tools.

    Args:
        turns: those of the branch that is shown.
        model: what answered.
        title: what the conversation is called; "" for "Conversation".
        system: the system prompt.

    Raises:
        ParameterError: a parameter of a turn could not be sent.
    """
    cells = [_markdown("title", _heading(title))]
    made = ""
    for number, turn in enumerate(turns, 1):
        makes = _model_code(model, turn.params)
        setup = "" if makes == made else makes
        if number == 1 and system:
            setup = f"{setup}system = {as_literal(system)}\n"
        cells += _turn_cells(turn, number, setup, has_system=bool(system))
        made = makes
    return {
        "cells": cells,
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _heading(title: str) -> str:
    return f"# {unmarked(one_line(title, 100) or 'Conversation')}"


def _model_code(model: Runnable[Any, Any], params: Mapping[str, Any]) -> str:
    return model_source(_with(model, params), {}).statements


def _with(model: Runnable[Any, Any], params: Mapping[str, Any]) -> Runnable[Any, Any]:
    """Return a chat model that sends these parameters by itself."""
    if not isinstance(model, ChatOCIModelDeployment):
        return model
    fields = {n: v for n, v in params.items() if n in model.parameter_names}
    others = {**model.model_kwargs, **params}
    extra = {n: v for n, v in others.items() if n not in fields and v is not None}
    return model.model_copy(update={**fields, "model_kwargs": extra})


def _turn_cells(
    turn: Turn, number: int, setup: str, *, has_system: bool
) -> Iterator[dict[str, Any]]:
    images = dict(_images(turn, number))
    pictures = "".join(f"{n} = b64decode({as_literal(v)})\n" for n, v in images.items())
    if pictures:
        setup += f"from base64 import b64decode\n\n{pictures}"
    prompt = turn.prompt
    if not _is_safe(prompt):
        setup += f"prompt_{number} = {as_literal(prompt)}\n"
        prompt = f"{{prompt_{number}}}"
    if number == 1:
        setup = f"%load_ext ocinb\n\n{setup}"
    if setup:
        yield _code(f"turn-{number}-setup", setup.rstrip("\n"))
    flags = [f" --image {name}" for name in images]
    flags += [" --system {system}"] if has_system else []
    yield _code(f"turn-{number}-prompt", f"%%ocichat model{''.join(flags)}\n{prompt}")
    answer = "\n\n".join(answer_markdown(turn))
    yield _markdown(f"turn-{number}-answer", answer or inert_markdown("no answer"))


def _is_safe(prompt: str) -> bool:
    """Tell whether a cell's body sends this prompt as it is written."""
    lines = prompt.split("\n")
    said = any(line.strip() and not line.lstrip().startswith("#") for line in lines)
    plain = prompt.replace("\n", "").replace("\t", "").isprintable()
    return said and plain and "{" not in prompt and prompt == prompt.strip("\n")


def _images(turn: Turn, number: int) -> Iterator[tuple[str, str]]:
    """Yield the pictures of a prompt that stand in it, as base64."""
    for place, part in enumerate(turn.parts, 1):
        if isinstance(part, dict):
            data = part.get("base64") or _of_address(part.get("image_url"))
            if isinstance(data, str) and data and part.get("type") != "text":
                yield f"image_{number}_{place}", data


def _of_address(address: Any) -> str:
    url = address.get("url") if isinstance(address, dict) else address
    head, comma, data = str(url or "").partition(";base64,")
    return data if comma and head.startswith("data:image/") else ""


def _code(name: str, source: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source, **kept}


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}

"""What a request would be: as it goes out, as Python that sends it, and as curl."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from dataclasses import dataclass
from itertools import groupby
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

from ocinb.chat_models.headers import without_values
from ocinb.rendering import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from ocinb.chat_models.prepared import PreparedRequest

__all__ = [
    "ModelCode",
    "as_curl",
    "as_python",
    "as_text",
    "messages_as_text",
    "request_as_text",
    "shell_word",
]

LONG_STRING: Final = 2_000
"""Characters of one string that the readable form of a body shows."""

LONG_BODY: Final = 100_000
"""Bytes of a body from which on it is written out once, in the Python."""

_LOOP: Final = """\
for event in model.completion_with_retry(data=body, stream={stream}):
    for choice in event["choices"]:
        part = choice.get("delta") or choice.get("message") or {{}}
        print(part.get("content") or "", end="")
"""

_HIDDEN: Final = "[not shown: it may be a key]"
_BY_HTTP: Final = ("accept-encoding", "connection", "user-agent")


@dataclass(frozen=True)
class ModelCode:
    """Python that has the chat model at hand, without its credentials.

    Attributes:
        expression: evaluates to the chat model.
        imports: lines before it.
    """

    expression: str
    imports: str = ""


def as_text(prepared: PreparedRequest, model: ModelCode) -> str:
    """Return everything that is known of a request before it is sent; inert.

    Args:
        prepared: the request.
        model: the chat model that would send it.
    """
    return f"dry run: nothing was sent\n\n{request_as_text(prepared, model)}"


def request_as_text(prepared: PreparedRequest, model: ModelCode) -> str:
    """Return a request as it goes out, as Python and as curl; inert.

    Args:
        prepared: the request.
        model: the chat model that sends it.
    """
    sections = (
        "\n".join(
            (
                f"POST {plain_text(prepared.url)}",
                *(f"{name}: {value}" for name, value in _headers(prepared)),
            )
        ),
        f"body, to be read:\n{_readable(prepared.body)}",
        f"body, {len(prepared.body):,} bytes exactly:\n{_exact(prepared.body)}",
        as_python(prepared, model).rstrip(),
        as_curl(prepared),
    )
    return "\n\n".join(sections)


def as_python(prepared: PreparedRequest, model: ModelCode) -> str:
    """Return a program that sends the same bytes; it holds no credentials.

    Args:
        prepared: the request.
        model: the chat model that would send it.
    """
    # repr writes out what a terminal or a reader would not show
    body = repr(prepared.body.decode())
    imports = f"{model.imports}\n\n" if model.imports else ""
    return (
        "# Python that signs the request anew and sends the same bytes\n"
        f"{imports}body = {body}.encode()\n"
        f"model = {model.expression}\n"
        f"{_LOOP.format(stream=prepared.stream)}"
    )


def as_curl(prepared: PreparedRequest) -> str:
    """Return a shell command with the same body and no signature."""
    if len(prepared.body) > LONG_BODY:
        return (
            f"# the body is too long for a command line: {len(prepared.body):,} bytes"
        )
    headers = (
        f"-H {shell_word(f'{name}: {value}')}"
        for name, value in _own_headers(prepared).items()
    )
    lines = (
        f"curl -sS -N -X POST {shell_word(prepared.url)}",
        *headers,
        f"--data-binary {shell_word(prepared.body.decode())}",
    )
    unsigned = "# curl, unsigned: OCI refuses it without a signature\n"
    return unsigned + " \\\n  ".join(lines)


def shell_word(text: str) -> str:
    """Quote text for a POSIX shell, with nothing in it that a terminal would act on."""
    pieces = ["".join(piece) for _, piece in groupby(text, _is_harmless)]
    quoted = [
        shlex.quote(piece) if _is_harmless(piece[0]) else _octal(piece)
        for piece in pieces
    ]
    return "".join(quoted) or "''"


def messages_as_text(
    name: str, messages: Sequence[BaseMessage], params: Mapping[str, Any]
) -> str:
    """Return what a chat model would be given that does not tell what it sends.

    Args:
        name: of its class.
        messages: what it is asked.
        params: sampling parameters of the call.
    """
    told = "\n\n".join(f"{m.type}:\n{indent(_said(m), '  ')}" for m in messages)
    given = json.dumps(dict(params), default=str, ensure_ascii=False)
    return plain_text(
        f"dry run: nothing was sent\n\n{name} does not tell what it sends; "
        f"it would be given\n\n{told}\n\nparameters: {given}"
    )


def _said(message: BaseMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return _readable(json.dumps(message.content, default=str).encode())


def _own_headers(prepared: PreparedRequest) -> dict[str, str]:
    """Return what is sent beside what HTTP and signing add, without possible keys."""
    shown = without_values(prepared.headers).items()
    return {name: _HIDDEN if value is None else str(value) for name, value in shown}


def _headers(prepared: PreparedRequest) -> Iterator[tuple[str, str]]:
    yield from _own_headers(prepared).items()
    digest = base64.b64encode(hashlib.sha256(prepared.body).digest()).decode()
    yield "content-length", str(len(prepared.body))
    yield "host", prepared.url.partition("://")[2].partition("/")[0]
    yield "x-content-sha256", digest
    yield "date", "[set when it is signed]"
    yield "authorization", "[redacted: a signature, made anew for every request]"
    yield from ((name, "[set by HTTP]") for name in _BY_HTTP)


def _readable(body: bytes) -> str:
    shown = json.dumps(_shortened(json.loads(body)), indent=2, ensure_ascii=False)
    return plain_text(shown)


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONG_STRING:
        return f"{value[:LONG_STRING]}… ({len(value):,} characters)"
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in value.items()}
    return value


def _exact(body: bytes) -> str:
    if len(body) > LONG_BODY:
        return "[long: the Python holds it]"
    text = body.decode()
    return text if text.isprintable() else repr(body)


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character == "\n"


def _octal(text: str) -> str:
    """Write characters that must not be printed so that a shell makes them."""
    octal = "".join(f"\\{byte:03o}" for byte in text.encode())
    return f"\"$(printf '{octal}')\""

"""A scripted model that reads its request: it calls the tools and fills the schemas.

It answers the parts of LangChain's standard suites that a model of 135 million
parameters cannot: arguments are taken from the words of the prompt.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ocinb.local import Script

if TYPE_CHECKING:
    from ocinb.local import ReceivedRequest


def answer(request: ReceivedRequest) -> Script:
    """Return what the model says to one request."""
    body = request.json
    last = body["messages"][-1]
    prompt = _text(last["content"])
    tools = {tool["function"]["name"]: tool for tool in body.get("tools", ())}
    if tools and last["role"] == "user":
        name = _chosen(body.get("tool_choice"), tools, prompt)
        schema = tools[name]["function"]["parameters"]
        return Script.tool_calls([(name, _filled(schema, prompt))])
    wanted = body.get("response_format", {})
    if wanted.get("type") == "json_schema":
        return Script.answer(
            json.dumps(_filled(wanted["json_schema"]["schema"], prompt))
        )
    if wanted.get("type") == "json_object":
        named = dict.fromkeys(re.findall(r"'(\w+)'", prompt), "Why not?")
        return Script.answer(json.dumps(named))
    return Script.answer("Hello, how can I help you today?")


def _text(content: str | list[dict[str, Any]]) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content)


def _chosen(choice: Any, tools: dict[str, Any], prompt: str) -> str:
    if isinstance(choice, dict):
        return str(choice["function"]["name"])
    named = [name for name in tools if name in prompt]
    return (named or list(tools))[0]


def _filled(schema: dict[str, Any], prompt: str) -> dict[str, Any]:
    return {
        name: _value(kind, prompt)
        for name, kind in schema.get("properties", {}).items()
        if name in schema.get("required", ())
    }


def _value(kind: dict[str, Any], prompt: str) -> Any:
    if kind.get("type") == "integer":
        return int((re.findall(r"\d+", prompt) or ["1"])[0])
    quoted = re.findall(r"'([^']+)'", prompt)
    return (quoted or re.findall(r"[A-Z]\w+(?:, [A-Z]+)?", prompt) or ["nothing"])[-1]

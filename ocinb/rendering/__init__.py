"""Untrusted text of models, tools and servers, made safe to show."""

from ocinb.rendering.blocks import Blocks, Update
from ocinb.rendering.foreign import clean_html, has_tags
from ocinb.rendering.inert import fenced, inert_markdown
from ocinb.rendering.markdown import to_html
from ocinb.rendering.plain import escape, plain_text
from ocinb.rendering.style import stylesheet

__all__ = [
    "Blocks",
    "Update",
    "clean_html",
    "escape",
    "fenced",
    "has_tags",
    "inert_markdown",
    "plain_text",
    "stylesheet",
    "to_html",
]

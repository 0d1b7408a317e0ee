"""What looks like a key in a text that is about to leave the notebook."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_keys"]

_HIDDEN: Final = "[hidden]"

_PATTERNS: Final = (
    # a private key in PEM, also one that was cut off
    re.compile(
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]*-----|\Z)"
    ),
    re.compile(r"\b(?:[0-9a-fA-F]{2}:){15}[0-9a-fA-F]{2}\b"),  # a key's fingerprint
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),  # a JSON web token
)
_NAMED: Final = re.compile(
    # name = "value", "name": "value", name='value': literals, and no other code
    r"""(?ix)
    (\b (?:\w*_)? (?:pass_?phrase | password | passwd | secret | token | api_?key
        | fingerprint | key_?file | private_?key | security_token_file) (?:_content)?
     ["']? \s* [:=] \s* [rbf]? )
    ("[^"\n]*" | '[^'\n]*')"""
)
_IN_HEADERS: Final = re.compile(
    r"""(?ix)
    ( \b (?: signature | keyId) \s* = \s* " | \b Bearer \s+
      | \b (?: opc-obo-token | authorization | x-api-key ) \s* : \s* )
    ( (?! Signature\b | Bearer\b ) [^\s",]+ )"""
)


def without_keys(text: str) -> str:
    """Return a text in which what looks like a key, token or signature is hidden."""
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    text = _NAMED.sub(rf'\1"{_HIDDEN}"', text)
    return _IN_HEADERS.sub(rf"\1{_HIDDEN}", text)

"""What a security token says of itself: when it expires.

A security token is a JSON Web Token (RFC 7519); in a key id it follows `ST$`.
"""

from __future__ import annotations

import base64
import json
from typing import Final

__all__ = ["TOKEN_PREFIX", "expiry_of"]

TOKEN_PREFIX: Final = "ST$"  # noqa: S105 - no secret, what stands before one
_PARTS: Final = 3


def expiry_of(key_id: str) -> float | None:
    """Return when the token of a key id expires, in seconds since 1970.

    Args:
        key_id: as signers name it; None comes back for those without a token, or
            with one of another form.
    """
    parts = key_id.removeprefix(TOKEN_PREFIX).split(".")
    if not key_id.startswith(TOKEN_PREFIX) or len(parts) != _PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        return float(claims["exp"])
    except (ValueError, TypeError, KeyError):
        return None

"""How a signer was made, so that another process can make its own."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Origin"]


@dataclass(frozen=True)
class Origin:
    """A description of a signer without any secret.

    It may leave the process where the signer must not. Its repr names the kind alone,
    for paths and profiles tell how an account is set up.

    Attributes:
        kind: `api_key`, `security_token`, `resource_principal` or
            `instance_principal`.
        profile: section of the config file; empty where there is none.
        path: of the config file; empty where there is none.
    """

    kind: str
    profile: str = field(default="", repr=False)
    path: str = field(default="", repr=False)

"""What the child process of a local deployment is told, as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Everything the child needs; nothing of it is secret.

    Attributes:
        ocid: the deployment's own OCID.
        key_id: the key that signs requests to it.
        public_key: its public half, as PEM.
        folder: private folder of this start, removed with the child.
        model: path of the GGUF file to serve; empty with an upstream.
        upstream: address of the server to hand requests on to.
        model_name: the name that requests may call the model by.
        threads: threads that compute.
        context_length: tokens of prompt and answer that one request may have.
        port: where to listen; 0 takes any free port.
        request_limit_s: seconds that an answer on `/predict` may take.
    """

    ocid: str
    key_id: str
    public_key: str
    folder: str
    model: str = ""
    upstream: str = ""
    model_name: str = "odsc-llm"
    threads: int = 1
    context_length: int = 4096
    port: int = 0
    request_limit_s: float = 60.0

    def to_line(self) -> bytes:
        """Return the settings as one line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Settings:
        """Read what `to_line` wrote."""
        return cls(**json.loads(line))

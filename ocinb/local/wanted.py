"""What a local deployment was asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from ocinb.local.scripts.server import Answers
    from ocinb.local.weights import Progress

__all__ = ["DEFAULT_CONTEXT_LENGTH", "OCID", "Wanted"]

DEFAULT_CONTEXT_LENGTH: Final = 4096

OCID: Final = "ocid1.datasciencemodeldeployment.oc1.local.ocinb"
"""The deployment's own OCID: each port has one."""

COMPARTMENT: Final = "ocid1.compartment.oc1..local"
"""Where it is listed, by itself."""


@dataclass(frozen=True)
class Wanted:
    """The arguments of `LocalDeployment`, which documents them.

    Attributes:
        threads: threads that compute.
        context_length: tokens that one request may have.
        request_limit_s: seconds that an answer on `/predict` may take.
        model: path of a GGUF file; None serves the small model.
        upstream: address of a server to hand requests on to.
        script: what to answer instead of a model.
        model_name: the name that requests may call the model by.
        port: where to listen; 0 takes any free port.
        progress: called while weights download.
    """

    threads: int
    context_length: int = DEFAULT_CONTEXT_LENGTH
    request_limit_s: float = 60.0
    model: Path | None = None
    upstream: str | None = None
    script: Answers | None = None
    model_name: str = "odsc-llm"
    port: int = 0
    progress: Progress | None = None

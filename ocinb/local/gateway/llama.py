"""llama.cpp's own server, started inside this process."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

from ocinb.errors import OcinbError

__all__ = ["LlamaServer", "start_llama"]

_AT_ONCE: Final = 4
"""Answers generated at the same time; more requests wait."""

_ERRORS_ONLY: Final = 1


@dataclass(frozen=True)
class LlamaServer:
    """A running server.

    Attributes:
        url: where it listens on loopback.
        key: its API key, known to this process alone.
        version: of the package it comes from.
        tokens: how many its memory holds, of all answers in progress together.
        server: keeps it running.
    """

    url: str
    key: str
    version: str
    tokens: int
    server: Any


def start_llama(model: str, *, threads: int, context_length: int) -> LlamaServer:
    """Load a model and serve it; returns when it is ready.

    Args:
        model: path of a GGUF file.
        threads: threads that compute.
        context_length: tokens of prompt and answer that one request may have.

    Raises:
        OcinbError: the model cannot be loaded; the log on stderr says why.
    """
    try:
        import xllamacpp  # noqa: PLC0415 - loads llama.cpp's shared library
    except ImportError as error:
        msg = f"llama.cpp cannot be loaded: {error}"
        hint = "it needs the OpenMP runtime; on Debian: apt-get install libgomp1"
        raise OcinbError(msg, hint=hint) from error
    key = token_hex(16)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_parallel = _AT_ONCE
    # One memory of two full contexts for all answers: a quarter of it for each would
    # hold neither long prompts nor much less.
    parameters.kv_unified = True
    parameters.n_ctx = 2 * context_length
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.cache_ram_mib = 0
    parameters.prefill_assistant = False  # vLLM goes on only where it is asked to
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = _ERRORS_ONLY
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError as error:
        msg = f"the model cannot be loaded: {model}"
        raise OcinbError(msg) from error
    version, tokens = xllamacpp.__version__, parameters.n_ctx
    return LlamaServer(server.listening_address, key, version, tokens, server)

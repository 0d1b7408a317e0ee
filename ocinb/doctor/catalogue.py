"""The checks, each once, in the order in which they run."""

from __future__ import annotations

from typing import Final

from ocinb.doctor.check import Check
from ocinb.doctor.checks import abilities, gate, installed, stream, way

__all__ = ["CHECKS"]

CHECKS: Final = (
    Check(
        "packages",
        "versions, and the extras that are not installed",
        installed.packages,
    ),
    Check("endpoint", "the address can be that of a deployment", way.endpoint),
    Check("auth", "a signer is found; its kind and where it comes from", way.auth),
    Check("dns", "the host name is known", way.dns, ("endpoint",)),
    Check(
        "connection",
        "TCP and TLS, up to the head of an answer without a signature",
        way.connection,
        ("dns",),
    ),
    Check(
        "clock",
        "this machine's clock is no more than 300 s off the server's",
        way.clock,
        ("connection",),
    ),
    Check(
        "signature",
        "the signature is accepted",
        gate.signature,
        ("auth", "clock"),
    ),
    Check("policy", "you may call the deployment", gate.policy, ("signature",)),
    Check("active", "the deployment is ACTIVE", gate.active, ("policy",)),
    Check("predict", "`/predict` answers", gate.predict, ("active",)),
    Check(
        "route", "the request reaches the model's chat API", gate.route, ("predict",)
    ),
    Check("model", "the server knows the model's name", gate.model, ("route",)),
    Check("stream", "`/predictWithResponseStream` answers", stream.stream, ("model",)),
    Check(
        "incremental",
        "the events of a stream are spread in time: the first against the last",
        stream.incremental,
        ("stream",),
    ),
    Check(
        "tools",
        "a request with `tool_choice` auto is taken: the tool parser is on",
        abilities.tools,
        ("model",),
    ),
    Check(
        "logprobs",
        "tokens come with their log probabilities",
        abilities.logprobs,
        ("model",),
    ),
    Check(
        "context",
        "how many tokens prompt and answer may have together",
        abilities.context,
        ("stream",),
    ),
)

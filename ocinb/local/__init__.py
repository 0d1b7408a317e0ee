"""A model deployment on this machine that speaks Oracle's wire: real, or scripted."""

from ocinb.local.deployment import LocalDeployment
from ocinb.local.scripts.received import ReceivedRequest
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import (
    Await,
    Body,
    Close,
    Delta,
    Done,
    End,
    Endless,
    Event,
    Finish,
    Headers,
    Json,
    Logprob,
    Raw,
    Reasoning,
    Reset,
    Status,
    Step,
    ToolCallDelta,
    Trailers,
    Usage,
    Wait,
)
from ocinb.local.weights import fetch_weights

__all__ = [
    "Await",
    "Body",
    "Close",
    "Delta",
    "Done",
    "End",
    "Endless",
    "Event",
    "Finish",
    "Headers",
    "Json",
    "LocalDeployment",
    "Logprob",
    "Raw",
    "Reasoning",
    "ReceivedRequest",
    "Reset",
    "Script",
    "Status",
    "Step",
    "ToolCallDelta",
    "Trailers",
    "Usage",
    "Wait",
    "fetch_weights",
]

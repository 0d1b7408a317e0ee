"""A model deployment on loopback: a real small model, or a script, on Oracle's wire."""

from ocinb.local.deployment import LocalDeployment
from ocinb.local.faults import FAULTS, Fault, fault
from ocinb.local.received import ReceivedRequest
from ocinb.local.script import Script
from ocinb.local.steps import (
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

__all__ = [
    "FAULTS",
    "Await",
    "Body",
    "Close",
    "Delta",
    "Done",
    "End",
    "Endless",
    "Event",
    "Fault",
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
    "fault",
]

"""HTTP over kept-alive connections; the only folder that knows httpx and httpcore."""

from ocinb.wire.request import Request, Timeouts
from ocinb.wire.transport.http import Http, SignsRequests
from ocinb.wire.transport.pool import named_proxy
from ocinb.wire.transport.response import AsyncResponse, Response

__all__ = [
    "AsyncResponse",
    "Http",
    "Request",
    "Response",
    "SignsRequests",
    "Timeouts",
    "named_proxy",
]

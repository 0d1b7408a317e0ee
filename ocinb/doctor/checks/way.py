"""The way to the deployment: address, credentials, name, connection and clock."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from typing import Final
from urllib.parse import urlsplit

from ocinb.doctor.outcome import Outcome, broken, failed, passed, said, skipped
from ocinb.doctor.visit import Greeting, Visit
from ocinb.errors import (
    EndpointError,
    HostNotFound,
    MissingExtraError,
    OcinbError,
    TimedOut,
)
from ocinb.wire.clock import CLOCK_SKEW_S, skew_s
from ocinb.wire.transport import named_proxy

__all__ = [
    "auth",
    "clock",
    "connection",
    "dns",
    "endpoint",
    "judge_clock",
    "judge_greeting",
]

HTTPS_PORT: Final = 443
_LOOKED_UP_WITHIN_S: Final = 10.0
_DATE_S: Final = 2
"""Seconds that a date and the way of an answer can be out by themselves."""

_NO_ENDPOINT: Final = (
    "set OCI_LLM_ENDPOINT to the predict URL of the deployment (console: Model "
    "Deployment > Invoking your model), or run: ocinb doctor --endpoint URL"
)
_AUTH_OPTION: Final = (
    "auth= is --auth NAME behind `ocinb doctor` and `%ocichat alias add`"
)
_WAY_OUT: Final = (
    "see that the deployment is ACTIVE, that host and port in the endpoint are right, "
    "and that the subnet's security list lets traffic out to that port; a private "
    "endpoint answers only inside its network"
)


def endpoint(visit: Visit) -> Outcome:
    """Look at the form of the address."""
    try:
        _ = visit.endpoint
    except EndpointError as error:
        return broken(error, _NO_ENDPOINT)
    source = f", from {visit.target.source}" if visit.target.source else ""
    return passed(f"{visit.target.place}{source}")


def auth(visit: Visit) -> Outcome:
    """Look for a signer, and say where it comes from."""
    try:
        return passed(visit.client.credentials.described())
    except MissingExtraError as error:
        return failed(said(error), f"{error.hint}; {_AUTH_OPTION}")
    except OcinbError as error:
        return broken(error, "run: oci setup config, or: oci session authenticate")


def dns(visit: Visit) -> Outcome:
    """Look the host name up."""
    url = urlsplit(visit.endpoint.predict_url)
    proxy = named_proxy(visit.endpoint.predict_url)
    host, port = url.hostname or "", url.port or HTTPS_PORT
    if proxy:
        return skipped(f"the proxy {proxy} looks the name up")
    if _is_address(host):
        return passed(f"{host} is an address, no name")
    found = _looked_up(host, port, min(_LOOKED_UP_WITHIN_S, visit.timeout_s))
    if isinstance(found, str):
        return passed(f"{host} is {found}")
    msg = f"host name {host} not found"
    if found is None:
        return failed(f"{msg} in time", f"{HostNotFound.hint}, or the name server")
    return failed(f"{msg} ({found})", HostNotFound.hint)


def connection(visit: Visit) -> Outcome:
    """Connect, by TLS where the address says so."""
    url = urlsplit(visit.endpoint.predict_url)
    proxy = named_proxy(visit.endpoint.predict_url)
    through = f" through the proxy {proxy}" if proxy else ""
    how = "TCP and TLS, the certificate is trusted" if url.scheme == "https" else "TCP"
    return judge_greeting(visit.greeting, f"{how}{through}")


def judge_greeting(came: Greeting | OcinbError, how: str) -> Outcome:
    """Judge the connection by what came of a request without a signature.

    Args:
        came: of the request.
        how: what a connection is made of, in words.
    """
    if isinstance(came, Greeting):
        return passed(f"{how}; status {came.status} after {came.seconds:.3f} s")
    if isinstance(came, TimedOut) and came.phase != "connect":
        return passed(f"{how}; no answer to a request without a signature")
    return broken(came, _WAY_OUT)


def clock(visit: Visit) -> Outcome:
    """Compare this machine's clock with the server's."""
    came = visit.greeting
    if not isinstance(came, Greeting):
        return skipped("the server has not answered yet")
    return judge_clock(skew_s(came.headers, came.at_s))


def judge_clock(skew: float | None) -> Outcome:
    """Judge how far two clocks are apart.

    Args:
        skew: by how many seconds the server's is ahead; None if that is not known.
    """
    if skew is None:
        return skipped("the server's answer has no date")
    side = "behind" if skew > 0 else "ahead of"
    apart = f"{abs(skew):.0f} s {side} the server"
    if abs(skew) <= CLOCK_SKEW_S:
        told = apart if abs(skew) > _DATE_S else f"less than {_DATE_S} s off"
        return passed(f"{told} ({CLOCK_SKEW_S} s are allowed)")
    fix = "set this machine's clock right, for example: sudo timedatectl set-ntp true"
    return failed(f"your clock is {apart}; {CLOCK_SKEW_S} s are allowed", fix)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _looked_up(host: str, port: int, within_s: float) -> str | OSError | None:
    """Return an address, the error, or None where the name server is silent.

    The look-up cannot be cut short, so it is left to end on a thread of its own.
    """
    answers: queue.Queue[str | OSError] = queue.Queue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(str(found[0][4][0]))
        except OSError as error:
            answers.put(error)
        except UnicodeError as error:  # a part of the name is too long
            answers.put(OSError(str(error)))

    threading.Thread(target=look_up, name="ocinb-doctor-dns", daemon=True).start()
    try:
        return answers.get(timeout=within_s)
    except queue.Empty:
        return None

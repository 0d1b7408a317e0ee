"""The OCI Data Science API on loopback: lists model deployments, in pages.

It takes only what is signed, answers in the API's own JSON, and plays faults on request.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from ocinb.wire.signing import verify
from tests.contract.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    FaultOf: TypeAlias = Callable[[str, str, tuple[tuple[str, str], ...], bytes], str]

COMPARTMENT = "ocid1.compartment.oc1..team"
LISTED = "/20190101/modelDeployments"
NOT_FOUND = "NotAuthorizedOrNotFound"
FILTERS = {"id", "projectId", "displayName", "lifecycleState", "createdBy"}
LONGEST_PAGE = 100


def entry(
    name: str,
    url: str = "",
    *,
    ocid: str = "",
    state: str = "ACTIVE",
    cmd: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a deployment as the API describes it."""
    slug = re.sub(r"[^a-z0-9]", "", name.lower())
    ocid = ocid or f"ocid1.datasciencemodeldeployment.oc1.iad.{slug}"
    host = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com"
    environment = {
        "environmentConfigurationType": "OCIR_CONTAINER",
        "image": "dsmc://odsc-vllm-serving:1.0",
        "cmd": list(cmd),
        "environmentVariables": dict(variables or {}),
    }
    return {
        "id": ocid,
        "timeCreated": "2025-03-01T10:20:30.123Z",
        "displayName": name,
        "projectId": "ocid1.datascienceproject.oc1.iad.p",
        "createdBy": "ocid1.user.oc1..u",
        "compartmentId": COMPARTMENT,
        "modelDeploymentConfigurationDetails": {
            "deploymentType": "SINGLE_MODEL",
            "modelConfigurationDetails": {
                "modelId": "ocid1.datasciencemodel.oc1.iad.m"
            },
            "environmentConfigurationDetails": environment,
        },
        "modelDeploymentUrl": url or f"{host}/{ocid}",
        "lifecycleState": state,
    }


@dataclass(frozen=True)
class Fault:
    """What is answered instead, to a request whose signature is good."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0

    @property
    def raw(self) -> bytes:
        """Bytes as they are; anything else as JSON."""
        return (
            self.body
            if isinstance(self.body, bytes)
            else json.dumps(self.body).encode()
        )


def refused(status: int, code: str, message: str = "no") -> Fault:
    return Fault(status, {"code": code, "message": message})


def signed_by(public_key: bytes, key_id: str) -> FaultOf:
    """Accept the signatures of one key, as strictly as the API does."""

    def fault_of(
        method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> str:
        now = time.time()
        refusal = verify(method, target, headers, body, public_key, key_id, now)
        return refusal.reason if refusal else ""

    return fault_of


class DataScienceApi(Loopback):
    """The API of one region; `deployments` are those of each compartment it knows."""

    def __init__(self, fault_of: FaultOf, *deployments: dict[str, Any]) -> None:
        super().__init__(_Handler)
        self.fault_of = fault_of
        self.deployments = list(deployments)
        self.faults: list[Fault | None] = []  # for one request each; None is none
        self.asked: list[dict[str, str]] = []  # the queries of accepted requests
        self.refusals: list[str] = []
        self.page_size = LONGEST_PAGE
        self.compartments = {COMPARTMENT}

    def answer(self, path: str, query: dict[str, str]) -> Fault:
        """Answer a request whose signature is good."""
        self.asked.append(query)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            return fault
        if path == LISTED:
            return self._page(query)
        ocid = path.removeprefix(f"{LISTED}/")
        found = [d for d in self.deployments if d["id"] == ocid]
        return Fault(200, found[0]) if found else refused(404, NOT_FOUND)

    def _page(self, query: dict[str, str]) -> Fault:
        """Return one page of what a query asks for, as strictly as the API does."""
        if "compartmentId" not in query or len(FILTERS & query.keys()) > 1:
            return refused(400, "InvalidParameter")
        if query["compartmentId"] not in self.compartments:
            return refused(404, NOT_FOUND)
        limit = int(query.get("limit", "10"))
        if not 1 <= limit <= LONGEST_PAGE:
            return refused(400, "InvalidParameter", "limit")
        state = query.get("lifecycleState")
        found = [d for d in self.deployments if state in {None, d["lifecycleState"]}]
        first = int(query.get("page", "p+0=").strip("p+="))
        after = first + min(limit, self.page_size)
        more = {"opc-next-page": f"p+{after}="} if after < len(found) else {}
        return Fault(200, found[first:after], more)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one packet
    service: DataScienceApi

    def do_GET(self) -> None:
        headers = tuple(self.headers.items())
        refusal = self.service.fault_of(self.command, self.path, headers, b"")
        if refusal:
            self.service.refusals.append(refusal)
            self._send(refused(401, "NotAuthenticated", refusal))
            return
        url = urlsplit(self.path)
        answer = self.service.answer(url.path, dict(parse_qsl(url.query)))
        if not self.service.stopping.wait(answer.wait_s):
            with suppress(ConnectionError):  # nobody waits any longer
                self._send(answer)

    def _send(self, answer: Fault) -> None:
        usual = {"content-type": "application/json", "opc-request-id": "A/B/C"}
        self.send_response(answer.status)
        for name, value in {**usual, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.raw)))
        self.end_headers()
        self.wfile.write(answer.raw)

    def log_message(self, *_: object) -> None:
        """Write nothing."""

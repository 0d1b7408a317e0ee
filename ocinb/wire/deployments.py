"""The model deployments that the OCI Data Science API lists.

The operations are ListModelDeployments and GetModelDeployment of its version 20190101.
"""

from __future__ import annotations

import asyncio
import os
from math import ceil
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from ocinb.errors import (
    AnswerError,
    HostNotFound,
    NotFound,
    OcinbError,
    PolicyError,
    RateLimited,
    ServerError,
    TimedOut,
    one_line,
)
from ocinb.wire.client import Client
from ocinb.wire.endpoint import Endpoint
from ocinb.wire.exchange import Call
from ocinb.wire.listing import ACTIVE, deployment_of, deployments_in
from ocinb.wire.notices import Waiting
from ocinb.wire.ocid import DEPLOYMENT, parse_ocid
from ocinb.wire.refusals import READ, policy
from ocinb.wire.region import API_VARIABLE, api_url, compartment_of
from ocinb.wire.request import Timeouts
from ocinb.wire.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ocinb.wire.exchange import Answer
    from ocinb.wire.listing import Deployment
    from ocinb.wire.notices import Notice
    from ocinb.wire.ocid import Ocid

__all__ = ["DataScience"]

PAGE_SIZE: Final = 100
"""The most that the API gives at once."""

PAGES_LIMIT: Final = 100

_PATIENCE: Final = Timeouts(connect_s=10, idle_s=20, total_s=60)

_LATER: Final = "try again in a minute"
_WORDS: Final = (
    (NotFound, "there is no Data Science API", f"check the region and {API_VARIABLE}"),
    (HostNotFound, "", f"check the region, or set {API_VARIABLE}"),
    (ServerError, "the Data Science API failed", _LATER),
    (RateLimited, "", _LATER),
    (TimedOut, "", _LATER),
)
"""What errors that speak of models say instead: kind, message, hint."""


def _silent(_text: str) -> None:
    """Say nothing."""


class DataScience:
    """Asks the API, signed as chat requests are.

    Args:
        auth: as a chat model takes it: an ADS dict, an oci signer, the name of a way to
            sign, or nothing for ADS's default signer.
        timeouts: how long to wait for one page.
        retries: how often to ask for it.

    Raises:
        ConfigurationError: `auth` is none of these.
    """

    def __init__(
        self,
        auth: Any = None,
        *,
        timeouts: Timeouts = _PATIENCE,
        retries: RetryPolicy | None = None,
    ) -> None:
        self._client = Client(auth)
        self._timeouts = timeouts
        self._retries = retries or RetryPolicy()

    def active(
        self, compartment: str = "", say: Callable[[str], None] = _silent
    ) -> tuple[Deployment, ...]:
        """Return the ACTIVE deployments of a compartment.

        Args:
            compartment: its OCID; by default that of the notebook session or project.
            say: is told what is being waited for.

        Raises:
            ConfigurationError: no compartment or no region is known.
            PolicyError: they are not shown to who asks; says which policy is missing.
            OcinbError: the API did not answer as it should.
        """
        where = compartment_of(compartment, os.environ)
        pages = self._pages(where, self._api(where), say)
        try:
            call = next(pages)
            while True:
                call = pages.send(self._fetched(call, where))
        except StopIteration as end:
            found: tuple[Deployment, ...] = end.value
            return found

    async def aactive(
        self, compartment: str = "", say: Callable[[str], None] = _silent
    ) -> tuple[Deployment, ...]:
        """Return the ACTIVE deployments; the async twin of `active`.

        Credentials, which may take seconds to be found, are looked for in a thread.
        """
        where = compartment_of(compartment, os.environ)
        say("looking for credentials")
        pages = self._pages(where, await asyncio.to_thread(self._api, where), say)
        try:
            call = next(pages)
            while True:
                call = pages.send(await self._afetched(call, where))
        except StopIteration as end:
            found: tuple[Deployment, ...] = end.value
            return found
        finally:
            await self._client.aclose()

    def find(self, ocid: str, say: Callable[[str], None] = _silent) -> Deployment:
        """Return the deployment of an OCID, in whatever state it is.

        Args:
            ocid: of a model deployment; it names the region to ask.
            say: is told what is being waited for.

        Raises:
            ConfigurationError: it is no OCID of a model deployment.
            PolicyError: there is none, or it is not shown to who asks.
            OcinbError: the API did not answer as it should.
        """
        where = parse_ocid(ocid, DEPLOYMENT, "the deployment")
        url = f"{self._api(where)}/modelDeployments/{where}"
        call = self._call(url, deployment_of, where, say)
        found: Deployment = self._fetched(call, where).payload
        return found

    def _pages(
        self, where: Ocid, api: str, say: Callable[[str], None]
    ) -> Generator[Call, Answer, tuple[Deployment, ...]]:
        """Yield the call for each page, take its answer, and return what they hold."""
        query = {
            "compartmentId": str(where),
            "lifecycleState": ACTIVE,
            "limit": PAGE_SIZE,
        }
        found: dict[str, Deployment] = {}
        seen: set[str] = set()
        for _ in range(PAGES_LIMIT):
            url = f"{api}/modelDeployments?{urlencode(query)}"
            answer = yield self._call(url, deployments_in, where, say)
            found.update((deployment.ocid, deployment) for deployment in answer.payload)
            say(f"{len(found)} model deployments so far")
            page = answer.headers.get("opc-next-page", "")
            if not page:
                return tuple(found.values())
            if page in seen:
                msg = "the list of model deployments does not end: a page came twice"
                raise AnswerError(msg, endpoint=url, phase="answer")
            seen.add(page)
            query["page"] = page
        msg = f"the list of model deployments does not end after {PAGES_LIMIT} pages"
        raise AnswerError(msg, endpoint=url, phase="answer")

    def _api(self, where: Ocid) -> str:
        return api_url(where, self._client.credentials.region(), os.environ)

    def _call(
        self,
        url: str,
        check: Callable[[Any], Any],
        where: Ocid,
        say: Callable[[str], None],
    ) -> Call:
        host = urlsplit(url).netloc

        def hear(notice: Notice) -> None:
            if isinstance(notice, Waiting):
                self._explain(notice.error, where)
                why = one_line(notice.error.message, 200)
                say(f"asking {host} again in {ceil(notice.seconds)} s: {why}")

        say(f"asking {host} for model deployments")
        return Call(
            Endpoint(url, url, stream_is_derived=False, route=""),
            headers={"accept": "application/json"},
            body=b"",
            stream=False,
            timeouts=self._timeouts,
            policy=self._retries,
            tell=hear,
            method="GET",
            check=check,
        )

    def _fetched(self, call: Call, where: Ocid) -> Answer:
        try:
            return self._client.fetch(call)
        except OcinbError as error:
            self._explain(error, where)
            raise

    async def _afetched(self, call: Call, where: Ocid) -> Answer:
        try:
            return await self._client.afetch(call)
        except OcinbError as error:
            self._explain(error, where)
            raise

    def _explain(self, error: OcinbError, where: Ocid) -> None:
        _explain(error, where, self._client.credentials.group)


def _explain(error: OcinbError, where: Ocid, group: str) -> None:
    """Say in an error of the wire what it means for a list of deployments."""
    if isinstance(error, PolicyError):
        is_one = where.kind in DEPLOYMENT
        place = (
            "compartment <compartment-name>" if is_one else f"compartment id {where}"
        )
        place = "tenancy" if where.kind == "tenancy" else place
        what = "the model deployment is" if is_one else "the model deployments are"
        error.message = f"{what} not found, or not shown to you"
        statement = policy(READ, group, place)
        hint = f"check OCID and region; if they are right add the policy: {statement}"
        error.add(hint=hint)
    elif isinstance(error, AnswerError):  # an HTML page is "not a model answer"
        error.message = error.message.replace("a model answer", "an answer of the API")
    for kind, message, hint in _WORDS:
        if isinstance(error, kind):
            error.message = message or error.message
            error.add(hint=hint)

"""The OpenAPI documents of the member's own services, fetched from where services.toml says each time they are asked.

A document is parsed only if its bytes are new, in a thread. For lists of endpoints a reading up to a minute old will
do, and where the document cannot be had the last good one, so that no list waits on each service every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.spool import EMPTY_BODY
from lienthong.exchange.gateway.upstream import ServiceRequest

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.exchange.gateway.aside import Aside
    from lienthong.exchange.gateway.upstream import Upstream
    from lienthong.exchange.openapi import Description
    from lienthong.exchange.services import DocumentPlace, Endpoint, Service

FETCH_TIMEOUT_S = 5.0
"""A document that comes slower is not there: a list of services waits for each of them."""
FRESH_S = 60.0
"""How long endpoints, and the failure to read them, are remembered."""
MAX_FETCHED = 2 * 1024 * 1024
"""More is not taken in; the parser's own limit is below, so that its message is heard."""
FOUND = 200
_HEADERS = b"Accept: application/json, application/yaml;q=0.9, */*;q=0.5\r\nConnection: keep-alive\r\n"


@dataclass(frozen=True, slots=True)
class _Known:
    digest: bytes
    description: Description
    address: str


class Descriptions:
    """All documents of one gateway's services."""

    def __init__(self, upstream: Upstream, home: Path, loop: asyncio.AbstractEventLoop, aside: Aside) -> None:
        self._upstream = upstream
        self._home = home
        self._loop = loop
        self._aside = aside
        self._known: dict[DocumentPlace, _Known] = {}
        self._looked_at: dict[DocumentPlace, float] = {}

    async def read(self, place: DocumentPlace, address: str) -> Description:
        """Fetch and read a document; `address` is the one server that it may show.

        Raises `service_unreachable`, `service_failed`, `service_timeout` or `malformed_description`.
        """
        raw = await self._fetch(place)
        digest = sha256(raw).digest()
        known = self._known.get(place)
        if known is None or known.digest != digest or known.address != address:
            known = _Known(digest, await self._aside.run(lambda: _read(raw, place.text, address)), address)
            self._known[place] = known
        return known.description

    async def endpoints(
        self, service: Service, address: str, report: Callable[[str, ExchangeError], None]
    ) -> tuple[Endpoint, ...]:
        """Give the endpoints that a service's document names; none without a document or a good reading of it."""
        place = service.document
        if place is None:
            return ()
        now = self._loop.time()
        if now - self._looked_at.get(place, -FRESH_S) >= FRESH_S:
            self._looked_at[place] = now
            try:
                description = await self.read(place, address)
            except ExchangeError as error:
                report(service.name, error)
            else:
                if description.problem:
                    report(service.name, ExchangeError(ExchangeErrorKind.MALFORMED_DESCRIPTION, description.problem))
        known = self._known.get(place)
        return known.description.endpoints if known is not None else ()

    async def _fetch(self, place: DocumentPlace) -> bytes:
        if place.address is None:
            return await self._aside.run(lambda: _read_file(self._home / place.text))
        answer = await self._upstream.call(
            ServiceRequest(place.address, b"GET", place.target, _HEADERS, EMPTY_BODY, FETCH_TIMEOUT_S, MAX_FETCHED)
        )
        try:
            if answer.status != FOUND:
                message = f"{place.text} answered {answer.status}: expected {FOUND} and an OpenAPI document"
                raise ExchangeError(ExchangeErrorKind.SERVICE_FAILED, message)
            return b"".join(answer.body.chunks())
        finally:
            answer.body.close()


def _read(raw: bytes, place: str, address: str) -> Description:
    # Few gateways have such documents; the others need no YAML in memory.
    from lienthong.exchange.openapi import read_description  # noqa: PLC0415 - as said above

    return read_description(raw, place, address)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FETCHED)
    except OSError as error:
        message = f"{path.name}: {error.strerror or error}"
        raise ExchangeError(ExchangeErrorKind.MALFORMED_DESCRIPTION, message) from error

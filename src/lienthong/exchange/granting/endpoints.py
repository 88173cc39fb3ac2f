"""Operations of a service's OpenAPI document, named in a grant by their operationId."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.openapi import parse_document, read_endpoints
from lienthong.exchange.services import require_service_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lienthong.exchange.services import DocumentPlace, Endpoint, Services

FETCH_TIMEOUT_S = 10.0


def find_operations(services: Services, service: str, home: Path, names: Sequence[str]) -> list[Endpoint]:
    """Give the endpoints that operationIds name; MALFORMED_DESCRIPTION if there is none, with the nearest."""
    found = services.by_name.get(require_service_name(service, "the service"))
    if found is None or found.document is None:
        raise _no_document(f"{service}: services.toml has no such service with an `openapi` document")
    place = found.document
    document, _ = parse_document(_load(place, home), place.text)
    by_name = {endpoint.operation: endpoint for endpoint in read_endpoints(document, place.text) if endpoint.operation}
    for name in names:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=1, cutoff=0.0)
            raise _no_document(
                f"{place.text} has no operation {name!r}" + (f": did you mean {near[0]!r}?" if near else "")
            )
    return [by_name[name] for name in names]


def _load(place: DocumentPlace, home: Path) -> bytes:
    try:
        if place.address is None:
            return (home / place.text).read_bytes()
        with SyncClientBuilder().timeout(timedelta(seconds=FETCH_TIMEOUT_S)).error_for_status(True).build() as client:  # noqa: FBT003 - the library's own form
            return bytes(client.get(place.text).build().send().bytes())
    except (OSError, PyreqwestError) as error:
        raise _no_document(f"{place.text}: {error}") from error


def _no_document(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.MALFORMED_DESCRIPTION, why)

"""A request and its answer as two gateways see them, for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.exchange.message import IncomingRequest, OutgoingRequest, prepare_request, read_request

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUEST_ID = "0a1b2c3d-0000-4000-8000-000000000001"
TARGET = b"/r1/DEMO/GOV/Z99.02/REGISTRY/areas"
CLIENT = (b"X-Road-Client", b"DEMO/GOV/Z99.01/PORTAL")
ID = (b"X-Road-Id", b"DEMO-1")


def send(
    method: bytes = b"GET",
    target: bytes = TARGET + b"/units/06652",
    headers: Sequence[tuple[bytes, bytes]] = (CLIENT, ID),
) -> OutgoingRequest:
    """Prepare a request at the consumer's gateway."""
    return prepare_request(method, target, headers, REQUEST_ID, "DEMO")


def receive(
    method: bytes = b"GET",
    target: bytes = TARGET + b"/units/06652",
    headers: Sequence[tuple[bytes, bytes]] = (CLIENT, ID),
) -> IncomingRequest:
    """The same request at the provider's gateway."""
    return read_request(send(method, target, headers).header_part)

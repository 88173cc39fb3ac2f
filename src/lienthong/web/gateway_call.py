"""What the member's gateway says about a call: which agency's system asks, under which message id, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class GatewayCall:
    """A call that came through the gateway; empty text where a header is absent.

    `client` is the asking subsystem (`INSTANCE/CLASS/CODE/SUBSYSTEM`), `message_id` stays the same when a call is sent
    again, `purpose` is `PROCEDURE#CASE` or a legal basis.
    """

    client: str
    message_id: str
    purpose: str


def read_gateway_call(request: HttpRequest) -> GatewayCall:
    """Read the headers; only a view that is open to the gateway alone can trust them."""
    headers = request.headers
    return GatewayCall(
        headers.get("X-Road-Client", ""), headers.get("X-Road-Id", ""), headers.get("X-Road-Purpose", "")
    )

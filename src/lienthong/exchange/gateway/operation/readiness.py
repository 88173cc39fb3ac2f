"""Whether a gateway should be sent requests, and if not, why (`/ready`; docs/operate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lienthong.exchange.gateway.assembly import Assembly

SPOOL_SHARE: Final = 0.95
"""Beyond this share of the spool's budget the next body finds no room."""


def find_unready(parts: Assembly) -> list[str]:
    """Give the reasons not to send requests to this gateway; none: it is ready.

    The page is served only once the head check is over (rule 6), so a gateway that starts refuses the connection.
    """
    gateway, reasons = parts.gateway, []
    if parts.peers.is_leaving:
        reasons.append("draining: it stops when the requests under way have ended")
    if not parts.evidence.log.is_open:
        reasons.append("log: closed or failed; nothing can be recorded")
    if parts.directory().is_expired(gateway.clock.now_ms()):
        reasons.append("directory: its lifetime is over; a new one must be fetched")
    if parts.budget.used > SPOOL_SHARE * parts.budget.total:
        reasons.append("spool: bodies under way take all the room (limits.spool_bytes)")
    reasons += [
        f"{door}: as many requests are under way as [limits] allows"
        for door, places in (("own systems", gateway.caller_places), ("members", gateway.peer_places))
        if places.used >= places.limit
    ]
    return reasons

"""Requests without a recorded outcome: at a start, and when their time is over (rules 4.7, 5.2 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.refusals import note_unknown, record_unknown
from lienthong.exchange.gateway.retention import MS_PER_DAY
from lienthong.exchange.identifiers import parse_service_id
from lienthong.kernel.canonical import decode_base64url

if TYPE_CHECKING:
    from lienthong.evidence.statement import Request
    from lienthong.exchange.gateway.startup import LogTail, Unsettled
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.services import Service


def settle(gateway: GatewayState, tail: LogTail) -> None:
    """Requests that were received before a crash and have no outcome: their effect is unknown, and says so.

    But a reliable message stays open if its service deduplicates, or was not reached before an orderly end: it comes
    again, and the service is called then.
    """
    gateway.recall.note_restart()
    for leaf, asked in tail.unresolved.items():
        names = _name(asked)
        if not (asked.is_reliable and names is not None and _may_come_again(gateway, leaf, names)):
            _settle(gateway, leaf, asked.exchange, names)
    for leaf, asked in tail.unknown.items():
        # The list of doubts lies in another file than the log: a crash may have come between.
        names = _name(asked)
        if names is not None:
            note_unknown(gateway, leaf, asked.exchange, names.client, names.service)


def settle_overdue(gateway: GatewayState, keep_days: int) -> None:
    """Messages whose deadline has passed are not asked again: what may have been called is unknown for good."""
    now = gateway.clock.now_ms()
    for each in gateway.recall.find_overdue(now):
        run_story(record_unknown(gateway, each.leaf, each.exchange, each.client, each.service))
    gateway.recall.forget_expired(now)
    gateway.recall.set_mark(gateway.own_origin, gateway.journal.log.size)
    gateway.outbox.forget_finished(now - keep_days * MS_PER_DAY)


def _settle(gateway: GatewayState, leaf: str, exchange: str, names: Request | None) -> None:
    client, service = (names.client, names.service) if names is not None else ("", "")
    run_story(record_unknown(gateway, decode_base64url(leaf), exchange, client, service))


def _name(asked: Unsettled) -> Request | None:
    try:
        return asked.read_statement()
    except EvidenceError:
        # Damage is `log check`'s to report; the outcome is unknown all the same.
        return None


def _may_come_again(gateway: GatewayState, leaf: str, names: Request) -> bool:
    known = gateway.recall.find(decode_base64url(leaf))
    return (known is not None and not known.is_called) or _is_idempotent(gateway, names)


def _is_idempotent(gateway: GatewayState, names: Request) -> bool:
    try:
        service: Service = gateway.policy.services.get_service(parse_service_id(names.service))
    except ExchangeError:
        return False
    return service.idempotent

"""How a provider says no: a `refused` or `unknown` statement in its own log, and its proof to the consumer.

A request whose proof holds gets a logged refusal (rule 2), so that "you never asked" and "you were refused" can be
told apart by a third party. A flood of refused requests must not fill the log: beyond a rate the refusal is told
without an entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.statement import Refused, Unknown
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.frames import RefusalKind, RefuseFrame
from lienthong.exchange.gateway.recall import Outcome
from lienthong.exchange.gateway.unresolved import Doubt, DoubtKind, DoubtSide
from lienthong.exchange.headers import find_trace
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from lienthong.evidence.batch import Committed
    from lienthong.evidence.statement import RequestNames
    from lienthong.exchange.gateway.journal import PeerEntry
    from lienthong.exchange.gateway.serving import RequestArrival
    from lienthong.exchange.gateway.state import GatewayState

PER_SECOND = 20
"""Refusals logged for one peer in a second; more are answered without an entry."""
NOT_CALLED = frozenset({ExchangeErrorKind.SERVICE_UNREACHABLE, ExchangeErrorKind.OVERLOADED})
"""No byte of the request reached the service: refused, not unknown."""


class RefusalLimit:
    """A count per peer, started again every second."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def is_within(self, peer: str) -> bool:
        """Count one refusal; False if this one must not be logged."""
        count = self._counts.get(peer, 0) + 1
        self._counts[peer] = count
        return count <= PER_SECOND

    def start_second(self) -> None:
        """Start counting again."""
        self._counts.clear()


async def refuse(
    gateway: GatewayState, arrival: RequestArrival, peer: PeerEntry, exchange: str, error: ExchangeError
) -> Committed | None:
    """Log that a proven request is refused, wait, and send the proof of it; over the rate, only say so.

    Gives the entry, None if there is none.
    """
    gateway.report(exchange, error, find_trace(arrival.frame.header_part))
    if error.kind is ExchangeErrorKind.RATE_EXCEEDED or not gateway.refusals.is_within(arrival.link.peer):
        arrival.serving.error(arrival.frame.stream, error.kind, error.message)
        return None
    statement = Refused(answers=encode_base64url(peer.leaf), code=error.kind, to=peer.head.origin)
    return await _tell(gateway, arrival, RefusalKind.REFUSED, (statement, exchange, error))


async def report_no_answer(
    gateway: GatewayState, arrival: RequestArrival, peer: PeerEntry, names: RequestNames, error: ExchangeError
) -> Committed | None:
    """The service gave no whole answer: refused if it was never reached, else its effect is unknown.

    Gives the entry, None if there is none.
    """
    exchange = names.exchange
    if error.kind in NOT_CALLED:
        return await refuse(gateway, arrival, peer, exchange, error)
    gateway.report(exchange, error, find_trace(arrival.frame.header_part))
    statement = Unknown(answers=encode_base64url(peer.leaf))
    committed = await _tell(gateway, arrival, RefusalKind.UNKNOWN, (statement, exchange, error))
    note_unknown(gateway, statement.answers, exchange, names.client, names.service)
    return committed


async def _tell(
    gateway: GatewayState,
    arrival: RequestArrival,
    kind: RefusalKind,
    what: tuple[Refused | Unknown, str, ExchangeError],
) -> Committed:
    statement, exchange, error = what
    committed = await gateway.journal.append_outcome(statement, exchange)
    path = committed.head.path(committed.index)
    frame = RefuseFrame(arrival.frame.stream, kind, committed.index, path, error.kind, error.message)
    arrival.serving.refuse(committed, frame)
    return committed


async def record_unknown(gateway: GatewayState, leaf: bytes, exchange: str, client: str, service: str) -> None:
    """Log that the outcome of a request received before is unknown; nobody waits for it any more.

    Held until that is noted: a copy that comes meanwhile must not find it open and record a second outcome (rule 5).
    """
    if not gateway.recall.hold(leaf):
        return
    answers = encode_base64url(leaf)
    try:
        committed = await gateway.journal.append_outcome(Unknown(answers=answers), exchange)
        gateway.recall.note_outcome(leaf, Outcome.UNKNOWN, committed.index, "")
        note_unknown(gateway, answers, exchange, client, service)
    except ExchangeError as error:
        gateway.report(exchange, error)
    finally:
        gateway.recall.release(leaf)


def note_unknown(gateway: GatewayState, leaf: str, exchange: str, client: str, service: str) -> None:
    """Put a call on the list of those that a person must find out about; nobody waits for that."""
    now = gateway.clock.now_ms()
    gateway.unresolved.note(Doubt(leaf, DoubtSide.PROVIDER, exchange, client, service, DoubtKind.UNKNOWN, now))

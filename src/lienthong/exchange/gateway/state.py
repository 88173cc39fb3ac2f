"""Everything that a story needs of its gateway, made once in process.py and passed along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.directory.members import Directory
    from lienthong.exchange.errors import ExchangeError, Spelling
    from lienthong.exchange.gateway.callbacks import Callbacks
    from lienthong.exchange.gateway.callers import Callers
    from lienthong.exchange.gateway.case_check import CaseCheck
    from lienthong.exchange.gateway.content import ReliableContent
    from lienthong.exchange.gateway.courier import Courier
    from lienthong.exchange.gateway.delays import Delays
    from lienthong.exchange.gateway.descriptions import Descriptions
    from lienthong.exchange.gateway.journal import Journal
    from lienthong.exchange.gateway.outbox import Outbox
    from lienthong.exchange.gateway.peers import Peers
    from lienthong.exchange.gateway.places import Places
    from lienthong.exchange.gateway.policy import Policy
    from lienthong.exchange.gateway.recall import Recall
    from lienthong.exchange.gateway.refusals import RefusalLimit
    from lienthong.exchange.gateway.replay import ReplayMemory
    from lienthong.exchange.gateway.tracker import Tracker
    from lienthong.exchange.gateway.unresolved import Unresolved
    from lienthong.exchange.gateway.upstream import Upstream
    from lienthong.exchange.gateway.usages import Usages
    from lienthong.exchange.identifiers import MemberId
    from lienthong.exchange.rates import RateMeter
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.randomness import Randomness


class ReportExchange(Protocol):
    """Who is told of a refused or failed exchange."""

    def __call__(self, exchange: str, error: ExchangeError, trace: str = "") -> None:
        """Tell of an error by exchange id, and by the caller's trace (see `headers.find_trace`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """The parts of one running gateway."""

    member: MemberId
    own_origin: str
    clock: Clock
    random: Randomness
    """What the stories draw salts from, all in the loop's thread."""
    directory: Callable[[], Directory]
    journal: Journal
    peers: Peers
    upstream: Upstream
    descriptions: Descriptions
    policy: Policy
    meter: RateMeter
    callers: Callers
    caller_places: Places
    peer_places: Places
    replay: ReplayMemory
    recall: Recall
    tracker: Tracker
    usages: Usages
    delays: Delays
    case_check: CaseCheck | None
    """Asks the member's case system about purposes; None: they are all asserted."""
    refusals: RefusalLimit
    outbox: Outbox
    courier: Courier
    callbacks: Callbacks
    content: ReliableContent
    unresolved: Unresolved
    usual_life_ms: int
    """For how long a reliable message is delivered where its caller names no deadline."""
    longest_life_ms: int
    """For how long the store keeps what is resent: no message is promised for longer."""
    spelling: Spelling
    answer_s: float
    report: ReportExchange
    """Tell the operator of an error, by exchange id; never with personal data."""
    at_step: Callable[[str], None]
    """Told before each numbered step of a reliable message; a fault test ends the process there."""

"""The other members' gateways: who they are by the directory, the links to them, and our own log toward them.

Owns dialling, the accepting end, pinned keys (rule 4.2: revocation is a new directory, never OCSP), and what a link
asks of its gateway. Bytes are link.py's, messages are consume.py's and provide.py's.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, TypeVar

from lienthong.directory.authority import spki_fingerprint
from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.calls import MAX_STREAMS, Calls
from lienthong.exchange.gateway.frames import HeadFrame
from lienthong.exchange.gateway.home import split_address
from lienthong.exchange.gateway.incoming import IncomingShare
from lienthong.exchange.gateway.link import VIEW_SIZE, Link, LinkLimits, Role
from lienthong.exchange.gateway.pending import Pending, run_story
from lienthong.exchange.gateway.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from lienthong.directory.members import Directory, Gateway, LogKey
    from lienthong.evidence.batch import Head
    from lienthong.evidence.log import Log
    from lienthong.exchange.gateway.peer_heads import PeerHeads
    from lienthong.exchange.gateway.peer_watch import PeerWatch
    from lienthong.exchange.gateway.serving import RequestTaker
    from lienthong.exchange.gateway.spool import SpoolBudget
    from lienthong.exchange.identifiers import GatewayId, ServiceId
    from lienthong.kernel.clock import Clock

T = TypeVar("T")

DIAL_TIMEOUT_S = 10.0
REDIAL_PAUSE_S = 0.2
"""After a failed dial, callers are told at once for this long, instead of each dialling again."""
CLOSE_TIMEOUT_S = 1.0
"""How long a stopping gateway waits for its last frames to leave."""
MAX_LINKS = 1024
"""Links that stand at once; more than a province has gateways."""
MAX_PEER_LINKS = 4
"""Links that one gateway may dial to us: one, a new one while the old is left, and some that it has lost and we not."""


class _Dial:
    """One peer's link, or the dialling of it, or its last failure."""

    __slots__ = ("calls", "error", "failed_at", "link", "waiting")

    def __init__(self) -> None:
        self.link: Link | None = None
        self.calls: Calls | None = None
        self.waiting: list[Pending[Calls]] = []
        self.error: ExchangeError | None = None
        self.failed_at = 0.0


class Peers:
    """All links of this gateway; see `link.LinkOwner` for what each link asks."""

    def __init__(
        self,
        *,
        directory: Callable[[], Directory],
        log: Log,
        heads: PeerHeads,
        budget: SpoolBudget,
        limits: LinkLimits,
        clock: Clock,
    ) -> None:
        self.own_origin = log.origin
        self.heads = heads
        self.budget = budget
        self.limits = limits
        self.view = memoryview(bytearray(VIEW_SIZE))
        self.log = log
        self.take_request: RequestTaker | None = None
        self.watch: PeerWatch | None = None
        self.report: Callable[[str, ExchangeError], None] = lambda _peer, _error: None
        self.is_checking_head = False
        self.is_leaving = False
        self._clock = clock
        self._shares: dict[str, IncomingShare] = {}
        self._directory = directory
        self._is_outdated = directory().is_expired(clock.now_ms())
        self._dials: dict[str, _Dial] = {}
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client_tls: ssl.SSLContext | None = None
        self._loop = asyncio.get_running_loop()

    # Links.

    def use_tls(self, client: ssl.SSLContext) -> None:
        """Take the context to dial with; links that stand keep theirs."""
        self._client_tls = client

    def find_gateways(self, service: ServiceId, wanted: GatewayId | None) -> Sequence[Gateway]:
        """Give the gateways that may serve `service`, linked ones first.

        Raises `unknown_member` where the directory knows no such subsystem or gateway, and `global_conf_outdated`
        where its lifetime is over.
        """
        self._require_current()
        directory = self._directory()
        if directory.find_subsystem(service.provider.text) is None:
            raise ExchangeError(
                ExchangeErrorKind.UNKNOWN_MEMBER, f"the directory knows no subsystem {service.provider.text}"
            )
        gateways = directory.open_gateways_of(service.member.text)
        if wanted is not None:
            gateways = tuple(gateway for gateway in gateways if gateway.id == wanted.text)
        if not gateways:
            asked = wanted.text if wanted is not None else service.member.text
            raise ExchangeError(ExchangeErrorKind.UNKNOWN_MEMBER, f"the directory lists no open gateway for {asked}")
        if len(gateways) > 1:
            return sorted(gateways, key=lambda gateway: self.find_calls(gateway.id) is None)
        return gateways

    def spread(self, gateways: Sequence[Gateway]) -> Sequence[Gateway]:
        """Order a member's gateways so that the one with the fewest requests of ours under way comes first.

        Those without a link come last, and are dialled beside: the next requests find them. Not for reliable messages,
        which are told apart by the one gateway that they are sent to.
        """
        if len(gateways) == 1:
            return gateways
        for gateway in gateways:
            self._dial_beside(gateway)
        return sorted(gateways, key=self._count_under_way)

    def _count_under_way(self, gateway: Gateway) -> int:
        calls = self.find_calls(gateway.id)
        return MAX_STREAMS if calls is None else calls.count

    def _dial_beside(self, gateway: Gateway) -> None:
        """Dial a gateway that nobody waits for, unless it is linked, being dialled, or failed a moment ago."""
        if self.find_calls(gateway.id) is None:
            dial = self._dials.get(gateway.id)
            is_hopeless = dial is not None and (
                dial.waiting or (dial.error and self._loop.time() - dial.failed_at < self.limits.beside_s)
            )
            if not is_hopeless:
                self.reach(gateway)

    def find_calls(self, gateway: str) -> Calls | None:
        """Give the calls of a link that is ready for one more request."""
        dial = self._dials.get(gateway)
        link = dial.link if dial is not None else None
        if dial is None or link is None or not link.is_ready or link.is_leaving:
            return None
        return dial.calls

    def reach(self, gateway: Gateway) -> Pending[Calls]:
        """Dial a gateway if it is not linked; fails with `network_error`."""
        waiting: Pending[Calls] = Pending()
        calls = self.find_calls(gateway.id)
        if calls is not None:
            waiting.resolve(calls)
            return waiting
        dial = self._dials.setdefault(gateway.id, _Dial())
        if dial.error is not None and self._loop.time() - dial.failed_at < REDIAL_PAUSE_S:
            waiting.fail(dial.error)
            return waiting
        dial.waiting.append(waiting)
        if len(dial.waiting) == 1:
            # A link that is being left ends in its own time, which says nothing about the new one.
            dial.link = dial.calls = None
            self._spawn(self._dial(gateway, dial))
        return waiting

    async def _dial(self, gateway: Gateway, dial: _Dial) -> None:
        error: Exception | None = None
        for address in gateway.addresses:
            try:
                async with asyncio.timeout(DIAL_TIMEOUT_S):
                    host, port = split_address(address)
                    await self._loop.create_connection(
                        lambda: Link(self, Role.DIALLER, gateway.id),
                        host,
                        port,
                        ssl=self._client_tls,
                        server_hostname="",
                    )
            except (OSError, TimeoutError, ExchangeError) as failure:
                error = failure
            else:
                # The HELLOs come next: on_ready or on_closed tells those who wait.
                return
        why = f"no gateway of {gateway.id} answers at {', '.join(gateway.addresses)}: {str(error) or 'time is up'}"
        self._fail_dial(dial, ExchangeError(ExchangeErrorKind.NETWORK_ERROR, why))

    def forget_failures(self) -> None:
        """Let the next caller dial at once."""
        for dial in self._dials.values():
            dial.error = None

    async def wait_for(self, pending: Pending[T]) -> T:
        """Wait for a Pending in a Task, for what happens seldom."""
        future: asyncio.Future[T] = self._loop.create_future()

        async def tell() -> None:
            try:
                value = await pending
            except ExchangeError as error:
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(value)

        run_story(tell())
        return await future

    def accept(self) -> Link:
        """Make the protocol of a connection that a peer dialled."""
        return Link(self, Role.ACCEPTOR)

    def tick(self, now: float) -> None:
        """Once a second, for each link, and for the directory's lifetime: with it, what stands on it ends."""
        self._is_outdated = self._directory().is_expired(self._clock.now_ms())
        for link in list(self._links):
            link.tick(now)
            if self.watch is not None:
                self.watch.look(link, now)
            if self._is_outdated:
                link.end(_outdated())

    def drop_revoked(self) -> None:
        """A new directory came: end links whose TLS key or log it no longer lists, and forget such logs' heads."""
        self.heads.forget_revoked(self._directory())
        self._is_outdated = self._directory().is_expired(self._clock.now_ms())
        for link in list(self._links):
            try:
                self._require_listed(link)
            except ExchangeError as error:
                link.end(error)

    def _require_current(self) -> None:
        if self._is_outdated:
            raise _outdated()

    def _require_listed(self, link: Link) -> None:
        """Require that the directory still lists what a link was made on."""
        self.identify(link.certificate, link.peer)
        log = link.peer_log
        if log is not None and self.open_log_of(link.peer, log.origin).key != log.key:
            raise ExchangeError(
                ExchangeErrorKind.PEER_UNAUTHENTICATED, f"the directory lists another key for {log.origin}"
            )

    def leave(self) -> None:
        """Say goodbye on every link: requests under way end, no new one comes."""
        self.is_leaving = True
        for link in self._links:
            link.leave()

    async def close(self) -> None:
        """Close every link when what is queued on it has left; cut off a peer that does not take it soon."""
        error = ExchangeError(ExchangeErrorKind.NETWORK_ERROR, "this gateway stops")
        for link in list(self._links):
            link.close(error)
        until = self._loop.time() + CLOSE_TIMEOUT_S
        while self._links and self._loop.time() < until:  # noqa: ASYNC110 - seldom, and many links
            await asyncio.sleep(0.005)
        for link in list(self._links):
            link.end(error)

    @property
    def is_busy(self) -> bool:
        """True while any link has requests under way."""
        return any(link.stream_count for link in self._links)

    @property
    def links(self) -> frozenset[Link]:
        """The links that stand, for the admin page and the tests."""
        return frozenset(self._links)

    # What a link asks (link.LinkOwner).

    def identify(self, certificate: bytes, expected: str | None) -> str:
        """Give the gateway whose pinned key a certificate holds (rule 4.2)."""
        self._require_current()
        gateway = self._directory().find_gateway_by_tls(spki_fingerprint(certificate))
        if gateway is None or (expected is not None and gateway.id != expected):
            whose = gateway.id if gateway is not None else "no gateway of the directory"
            raise ExchangeError(
                ExchangeErrorKind.PEER_UNAUTHENTICATED,
                f"the TLS key is that of {whose}, expected {expected or 'a peer'}",
            )
        return gateway.id

    def open_log_of(self, gateway: str, origin: str) -> LogKey:
        """Give a gateway's open log."""
        listed = self._directory().find_gateway(gateway)
        for log in listed.logs if listed is not None else ():
            if log.origin == origin and log.closed is None:
                return log
        raise ExchangeError(
            ExchangeErrorKind.PEER_UNAUTHENTICATED,
            f"the directory lists no open log {origin} of gateway {gateway}",
        )

    def expected_origin(self, gateway: str) -> str | None:
        """Give the origin of a gateway's open log."""
        listed = self._directory().find_gateway(gateway)
        log = listed.find_open_log() if listed is not None else None
        return log.origin if log is not None else None

    def prove_own_head(self, head: Head, previous: int) -> HeadFrame:
        """Give a batch's head with consistency from the size that the link has seen (rule 3.4)."""
        consistency: tuple[bytes, ...] = ()
        if previous:
            try:
                consistency = self.log.prove_consistency(previous, head.size)
            except EvidenceError as error:
                raise ExchangeError(ExchangeErrorKind.LOGGING_FAILED, error.message) from error
        return HeadFrame(head.first, head.size, previous, head.checkpoint, head.suffix, consistency)

    def verify_seen(self, peer: str, seen: int) -> None:
        """Require that a peer has not seen more of our log than we have."""
        if not self.is_checking_head and seen > self.log.size:
            raise ExchangeError(
                ExchangeErrorKind.LOGGING_FAILED,
                f"{peer} has seen {seen} entries of our log, which has {self.log.size}: was it restored from a copy?",
            )

    def find_known_head(self, origin: str) -> bytes:
        """Give the highest signed note known of a log."""
        known = self.heads.find(origin)
        return known.note if known is not None else b""

    def take_cosigned(self, link: Link, payload: bytes) -> None:
        """Link what a peer has shown to its cosigned head."""
        if self.watch is not None:
            self.watch.take(link, payload)

    def share_of(self, gateway: str) -> IncomingShare:
        """Give what a peer's bodies may take while they come in, on all its links."""
        share = self._shares.get(gateway)
        if share is None:
            share = self._shares[gateway] = IncomingShare(self.budget)
        return share

    def make_side(self, link: Link) -> Calls | Serving:
        """Give the streams for this end of a new link."""
        if link.role is Role.ACCEPTOR and self.take_request is not None:
            return Serving(link, self.take_request)
        calls = Calls(link)
        dial = self._dials.get(link.peer)
        if dial is not None:
            dial.link, dial.calls = link, calls
        return calls

    def on_connected(self, link: Link) -> None:
        """A link's peer was identified by its key."""
        if link.role is Role.ACCEPTOR:
            same = sum(each.role is Role.ACCEPTOR and each.peer == link.peer for each in self._links)
            if same >= MAX_PEER_LINKS:
                raise ExchangeError(ExchangeErrorKind.OVERLOADED, f"more than {MAX_PEER_LINKS} links of {link.peer}")
            if len(self._links) >= MAX_LINKS:
                raise ExchangeError(ExchangeErrorKind.OVERLOADED, f"more than {MAX_LINKS} links")
        self._links.add(link)

    def on_ready(self, link: Link) -> None:
        """Both HELLOs have passed: those who waited for the link may call."""
        if self.watch is not None:
            self.watch.begin(link, self._loop.time())
        dial = self._dials.get(link.peer)
        if link.role is Role.ACCEPTOR or dial is None or dial.calls is None:
            return
        dial.error = None
        waiting, dial.waiting = dial.waiting, []
        for pending in waiting:
            pending.resolve(dial.calls)

    def on_closed(self, link: Link, error: ExchangeError) -> None:
        """A link is gone."""
        self._links.discard(link)
        if self.watch is not None:
            self.watch.end(link)
        self.report(link.peer, error)
        dial = self._dials.get(link.peer)
        if dial is not None and dial.link is link:
            dial.link = dial.calls = None
            self._fail_dial(dial, error)

    def _fail_dial(self, dial: _Dial, error: ExchangeError) -> None:
        if dial.waiting:
            dial.error = ExchangeError(ExchangeErrorKind.NETWORK_ERROR, error.message, Side.CONSUMER)
            dial.failed_at = self._loop.time()
        waiting, dial.waiting = dial.waiting, []
        for pending in waiting:
            pending.fail(dial.error or error)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _outdated() -> ExchangeError:
    return ExchangeError(
        ExchangeErrorKind.GLOBAL_CONF_OUTDATED, "the directory's lifetime is over; a new one must be fetched"
    )


def make_tls_contexts(authority_pem: str, certificate: Path, key: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give the contexts to dial with and to accept with: TLS 1.3, both ends certified by the directory's authority.

    Which gateway a certificate speaks for is decided by its pinned key alone, so host names are not compared.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for context in (client, server):
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority_pem)
        context.load_cert_chain(certificate, key)
    return client, server

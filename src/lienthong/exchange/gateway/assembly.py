"""The parts of one gateway, made from its home folder and put together; nothing is listening yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lienthong.directory.errors import DirectoryError
from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.index import Index
from lienthong.evidence.log import Log, LogPorts, LogSettings, open_log
from lienthong.evidence.reindex import catch_up
from lienthong.evidence.store import check_record, load_store_key
from lienthong.exchange.gateway.alarms import (
    report_delays,
    report_directory,
    report_exchange,
    report_failure,
    report_given_up,
    report_link,
    report_upkeep,
)
from lienthong.exchange.gateway.aside import Aside
from lienthong.exchange.gateway.callbacks import Callbacks, read_targets
from lienthong.exchange.gateway.callers import Callers
from lienthong.exchange.gateway.case_check import CaseCheck
from lienthong.exchange.gateway.content import ReliableContent
from lienthong.exchange.gateway.courier import Courier
from lienthong.exchange.gateway.delays import Delays
from lienthong.exchange.gateway.descriptions import Descriptions
from lienthong.exchange.gateway.directory_watch import OwnKeys, open_directory, renew_certificate
from lienthong.exchange.gateway.erasing import erase_older_messages
from lienthong.exchange.gateway.head_check import PATIENCE_S
from lienthong.exchange.gateway.home import MS_PER_HOUR, naming
from lienthong.exchange.gateway.journal import Journal
from lienthong.exchange.gateway.link import LinkLimits
from lienthong.exchange.gateway.listener import ListenerLimits
from lienthong.exchange.gateway.outbox import Outbox
from lienthong.exchange.gateway.own_key import require_listed
from lienthong.exchange.gateway.own_logs import open_own_logs
from lienthong.exchange.gateway.own_witness import OwnWitness, open_own_witness
from lienthong.exchange.gateway.peer_heads import PeerHeads
from lienthong.exchange.gateway.peer_watch import LIMIT_S, PeerWatch
from lienthong.exchange.gateway.peers import Peers
from lienthong.exchange.gateway.places import Places
from lienthong.exchange.gateway.policy import Policy
from lienthong.exchange.gateway.recall import Recall
from lienthong.exchange.gateway.recalls import Recalls
from lienthong.exchange.gateway.refusals import RefusalLimit
from lienthong.exchange.gateway.replay import ReplayMemory
from lienthong.exchange.gateway.retention import MS_PER_DAY, Retention
from lienthong.exchange.gateway.spool import SpoolBudget
from lienthong.exchange.gateway.startup import LogTail
from lienthong.exchange.gateway.state import GatewayState
from lienthong.exchange.gateway.succession import require_settled
from lienthong.exchange.gateway.tracker import LogReading, open_tracker
from lienthong.exchange.gateway.unresolved import Unresolved
from lienthong.exchange.gateway.upstream import Upstream
from lienthong.exchange.gateway.usages import Usages
from lienthong.exchange.gateway.witnessing import Witnessing
from lienthong.exchange.rates import RateMeter
from lienthong.exchange.usage_token import UsageTrust
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_secret, load_signing_key
from lienthong.kernel.randomness import Randomness

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from lienthong.directory.client import DirectoryClient
    from lienthong.directory.members import Directory, DirectoryFile
    from lienthong.evidence.files import Files
    from lienthong.evidence.store import StoreKey
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import SigningKey

TICK_S = 1.0
"""How often deadlines are looked at."""
THREADS = 6
"""Syncs, publication, large bodies and the flush of store and index: few, and none of them computes."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a gateway has of its machine and tests replace.

    The clock, the disk under its log (None: the real), how long its head check waits for an answer, how long callers
    and peers may take, how often it looks at that, who is told of each step of a reliable message, how often witnesses
    are asked (None: as the settings say), and how long a peer's heads may stay without a cosigned one.
    """

    clock: Clock = field(default_factory=SystemClock)
    files: Files | None = None
    head_patience_s: float = PATIENCE_S
    caller_limits: ListenerLimits = field(default_factory=ListenerLimits)
    link_limits: LinkLimits = field(default_factory=LinkLimits)
    tick_s: float = TICK_S
    at_step: Callable[[str], None] = lambda _step: None
    witness_s: float | None = None
    witness_limit_s: float = LIMIT_S


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    """What this gateway writes to: its log, the store of bodies and the index, with their keys and threads.

    `fail` tells the operator and ends the process, for an error of the disk that nobody can go on from.
    """

    log: Log
    log_key: SigningKey
    store_key: StoreKey
    index: Index
    bodies: BodyStore
    threads: ThreadPoolExecutor
    fail: Callable[[Exception], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What process.py opens, ticks and closes."""

    home: GatewayHome
    surroundings: Surroundings
    gateway: GatewayState
    evidence: EvidenceParts
    tail: LogTail
    peers: Peers
    heads: PeerHeads
    budget: SpoolBudget
    retention: Retention
    witnessing: Witnessing
    watch: PeerWatch
    own_witness: OwnWitness | None
    directory_file: DirectoryFile | DirectoryClient
    own_keys: OwnKeys

    def directory(self) -> Directory:
        """Give the directory as it stands."""
        return self.directory_file.current()

    def refresh_directory(self) -> None:
        """Take a new directory if there is a good one; a bad one is reported and the last good kept."""
        try:
            if self.directory_file.refresh():
                self.peers.drop_revoked()
                self.own_keys.look(self.directory())
        except DirectoryError as error:
            report_directory(error)

    def ask_directory(self) -> bool:
        """Fetch the directory from its server, and the certificate if it is over soon: runs in a thread.

        Tells whether there is a new certificate. What cannot be fetched is reported, and the last good stays.
        """
        try:
            self.directory_file.fetch()
            return renew_certificate(self.home, self.surroundings.clock)
        except DirectoryError as error:
            report_directory(error)
        except OSError as error:
            report_upkeep("directory", error)
        return False

    def flush_index(self) -> None:
        """Make index rows and peers' heads durable; runs in a thread, once a second. Both can be made again."""
        size = self.evidence.log.size
        self.evidence.index.flush()
        self.gateway.tracker.flush(size)
        self.heads.save(self.home.peer_heads)

    def erase_expired(self) -> None:
        """Erase what is older than the kept days, in log, store and outbox; runs in a thread, once an hour."""
        kept_ms = self.home.settings.store.keep_days * MS_PER_DAY
        erase_older_messages(self.home.outbox, self.surroundings.clock.now_ms() - kept_ms)
        self.retention.erase_expired()

    def close(self) -> None:
        """Close the log and the stores, as far as they are whole."""
        self.gateway.courier.stop()
        self.gateway.outbox.stop()
        self.evidence.threads.shutdown(wait=True)
        self.gateway.outbox.close()
        self.gateway.recall.close()
        self.gateway.usages.close()
        self.gateway.tracker.close()
        self.evidence.bodies.close()
        self.evidence.index.close()
        if self.own_witness is not None:
            self.own_witness.close()
        self.heads.save(self.home.peer_heads)
        if self.evidence.log.is_idle:
            self.evidence.log.close()


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the parts of a gateway stand on."""

    home: GatewayHome
    loop: asyncio.AbstractEventLoop
    surroundings: Surroundings
    directory_file: DirectoryFile | DirectoryClient
    evidence: EvidenceParts
    budget: SpoolBudget


def assemble(
    home: GatewayHome,
    loop: asyncio.AbstractEventLoop,
    on_log_failure: Callable[[], object],
    surroundings: Surroundings,
) -> Assembly:
    """Make the parts: read settings, keys and directory, open the log as it was left.

    Raises the error of the house whose part cannot be made: what, where, and what to do.
    """
    clock = surroundings.clock
    require_settled(home)
    directory_file = open_directory(home)
    policy = Policy(home.services, home.grants)
    policy.load()
    parts = _open_evidence(home, loop, on_log_failure, surroundings)
    require_listed(directory_file.current(), home.settings.log, parts.log_key.verify_key)
    own_keys = OwnKeys(home)
    own_keys.look(directory_file.current())
    replay, heads = ReplayMemory(), PeerHeads()
    heads.load(home.peer_heads, directory_file.current())
    recall = Recall(home.recall, load_secret(home.keys / "index.key"))
    tail = LogTail(replay, heads, Recalls(recall, parts.store_key, home.settings.log))
    tail.read(home.log, parts.index, clock.now_ms(), parts.log.size)
    budget = SpoolBudget(home.settings.limits.spool_bytes, home.settings.limits.body_bytes, home.spool)
    ground = _Ground(home, loop, surroundings, directory_file, parts, budget)
    peers, watch, witnessing = _make_peers(ground, heads)
    gateway = _make_gateway(ground, peers, policy, replay, recall)
    return Assembly(
        home=home,
        surroundings=surroundings,
        gateway=gateway,
        evidence=parts,
        tail=tail,
        peers=peers,
        heads=heads,
        budget=budget,
        retention=Retention(home.log, parts.bodies, home.settings.store.keep_days, clock, home.retention_mark),
        witnessing=witnessing,
        watch=watch,
        own_witness=open_own_witness(home, directory_file.current, clock),
        directory_file=directory_file,
        own_keys=own_keys,
    )


def _make_peers(ground: _Ground, heads: PeerHeads) -> tuple[Peers, PeerWatch, Witnessing]:
    """Make the links to other gateways, and what watches and cosigns the heads that come over them."""
    parts, directory, clock = ground.evidence, ground.directory_file.current, ground.surroundings.clock
    peers = Peers(
        directory=directory,
        log=parts.log,
        heads=heads,
        budget=ground.budget,
        limits=ground.surroundings.link_limits,
        clock=clock,
    )
    peers.report = report_link
    witnessing = Witnessing(parts.log, parts.log_key.verify_key, directory, ground.home.cosigned)
    watch = PeerWatch(
        directory=directory,
        log=parts.log,
        heads=heads,
        witnessing=witnessing,
        clock=clock,
        limit_s=ground.surroundings.witness_limit_s,
    )
    peers.watch = watch
    return peers, watch, witnessing


def _make_gateway(ground: _Ground, peers: Peers, policy: Policy, replay: ReplayMemory, recall: Recall) -> GatewayState:
    """Put together what a story needs."""
    home, loop, parts, budget = ground.home, ground.loop, ground.evidence, ground.budget
    clock = ground.surroundings.clock
    upstream = Upstream(loop, budget, None, home.settings.limits.service_requests)
    outbox = Outbox(home.outbox, lambda call, then: _run_in_thread(loop, parts.threads, call, then), parts.fail)
    kept_bodies = parts.bodies if home.settings.store.keep_bodies else None
    tracker = open_tracker(home.tracker, home.keys, _read_log(home, parts, policy), parts.log.size)
    usages = Usages(open_own_logs(home, tracker), parts.store_key, Aside(loop, parts.threads), _read_trust(home))
    delays = _open_delays(home)
    usages.is_delayed, usages.count_delays = delays.is_delayed, delays.count
    return GatewayState(
        member=home.member,
        own_origin=home.settings.log,
        clock=clock,
        random=Randomness(),
        directory=ground.directory_file.current,
        journal=Journal(parts.log, parts.store_key, kept_bodies, parts.index, clock, loop),
        peers=peers,
        upstream=upstream,
        descriptions=Descriptions(upstream, home.folder, loop, Aside(loop, parts.threads)),
        policy=policy,
        meter=RateMeter(),
        callers=_read_callers(home),
        caller_places=Places(home.settings.limits.own_requests),
        peer_places=Places(home.settings.limits.peer_requests),
        replay=replay,
        recall=recall,
        tracker=tracker,
        usages=usages,
        delays=delays,
        case_check=_read_case_check(home, upstream),
        outbox=outbox,
        courier=Courier(loop, home.settings.outbox, report_given_up),
        callbacks=Callbacks(read_targets(home), outbox, upstream, clock, report_upkeep),
        content=ReliableContent(home.log, parts.store_key, parts.bodies, budget, Aside(loop, parts.threads)),
        unresolved=Unresolved(outbox, clock),
        usual_life_ms=int(home.settings.outbox.deadline_hours * MS_PER_HOUR),
        longest_life_ms=home.settings.store.keep_days * MS_PER_DAY,
        refusals=RefusalLimit(),
        spelling=home.settings.error_codes,
        answer_s=home.settings.limits.answer_s,
        report=report_exchange,
        at_step=ground.surroundings.at_step,
    )


def _read_log(home: GatewayHome, parts: EvidenceParts, policy: Policy) -> LogReading:
    return LogReading(home.log, parts.store_key, parts.bodies, policy.services)


def _read_trust(home: GatewayHome) -> UsageTrust | None:
    """Give whose tokens open a person's look-ups, None where the settings name nobody."""
    settings = home.settings.tracker
    return UsageTrust(settings.issuer, home.path(settings.keys), home.member.text) if settings.issuer else None


def _open_delays(home: GatewayHome) -> Delays:
    """Give the delays of disclosure; a damaged file is told, and keeps no gateway from starting."""
    delays = Delays(home.delays, home.delay_rules)
    if (error := delays.refresh()) is not None:
        report_delays(error)
    return delays


def _read_case_check(home: GatewayHome, upstream: Upstream) -> CaseCheck | None:
    settings = home.settings.case_check
    return CaseCheck(settings, load_secret(home.path(settings.secret_file)), upstream) if settings.url else None


def _read_callers(home: GatewayHome) -> Callers:
    with naming("gateway.toml: the certificates of subsystems"):
        return Callers(home.member, home.settings.subsystems, home.folder)


def _open_evidence(
    home: GatewayHome,
    loop: asyncio.AbstractEventLoop,
    on_log_failure: Callable[[], object],
    surroundings: Surroundings,
) -> EvidenceParts:
    log_key = load_signing_key(home.keys / "log.key")
    store_key = load_store_key(home.keys / "store.key")
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")

    def fail(error: Exception) -> None:
        report_failure(error)
        on_log_failure()

    ports = LogPorts(
        schedule=loop.call_soon,
        on_failure=fail,
        run_in_thread=lambda call, then: _run_in_thread(loop, threads, call, then),
        check_record=lambda leaf, record: check_record(store_key, leaf, record),
        files=surroundings.files or SystemFiles(home.settings.bench.sync_delay_ms / 1000),
    )
    settings = LogSettings(segment_bytes=home.settings.limits.segment_bytes)
    log = open_log(home.log, home.settings.log, log_key, ports, settings)
    index = Index(home.index, load_secret(home.keys / "index.key"))
    catch_up(index, home.log, store_key, log.size)
    bodies = BodyStore(home.store, surroundings.clock)
    return EvidenceParts(log, log_key, store_key, index, bodies, threads, fail)


def _run_in_thread(
    loop: asyncio.AbstractEventLoop,
    threads: ThreadPoolExecutor,
    call: Callable[[], None],
    then: Callable[[Exception | None], None],
) -> None:
    def run() -> None:
        failure: Exception | None = None
        try:
            call()
        except Exception as error:  # noqa: BLE001 - handed on to the loop's thread
            failure = error
        loop.call_soon_threadsafe(then, failure)

    threads.submit(run)

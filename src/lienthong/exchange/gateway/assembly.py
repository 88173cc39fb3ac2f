"""The parts of one gateway, made from its home folder and put together; nothing is listening yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from lienthong.directory.errors import DirectoryError
from lienthong.directory.members import DirectoryFile
from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.index import Index
from lienthong.evidence.log import Log, LogPorts, LogSettings, open_log
from lienthong.evidence.reindex import catch_up
from lienthong.evidence.store import check_record, load_store_key
from lienthong.exchange.gateway.callers import Callers
from lienthong.exchange.gateway.head_check import PATIENCE_S
from lienthong.exchange.gateway.journal import Journal
from lienthong.exchange.gateway.peer_heads import PeerHeads
from lienthong.exchange.gateway.peers import Peers
from lienthong.exchange.gateway.policy import Policy
from lienthong.exchange.gateway.refusals import RefusalLimit
from lienthong.exchange.gateway.replay import ReplayMemory
from lienthong.exchange.gateway.retention import Retention
from lienthong.exchange.gateway.spool import SpoolBudget
from lienthong.exchange.gateway.startup import LogTail
from lienthong.exchange.gateway.state import GatewayState
from lienthong.exchange.gateway.upstream import Upstream
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_secret, load_signing_key

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from lienthong.directory.members import Directory
    from lienthong.evidence.files import Files
    from lienthong.exchange.errors import ExchangeError
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import SigningKey

THREADS = 6
"""Syncs, publication, large bodies and the flush of store and index: few, and none of them computes."""

journal_of_operation = structlog.get_logger("lienthong.gateway")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a gateway has of its machine and tests replace.

    The clock, the disk under its log (None: the real), and how long its head check waits for an answer.
    """

    clock: Clock = field(default_factory=SystemClock)
    files: Files | None = None
    head_patience_s: float = PATIENCE_S


@dataclass(slots=True, kw_only=True)
class Assembly:
    """What process.py opens, ticks and closes."""

    home: GatewayHome
    surroundings: Surroundings
    gateway: GatewayState
    log: Log
    log_key: SigningKey
    tail: LogTail
    peers: Peers
    heads: PeerHeads
    budget: SpoolBudget
    bodies: BodyStore
    retention: Retention
    index: Index
    threads: ThreadPoolExecutor
    directory_file: DirectoryFile
    head_patience_s: float
    on_log_failure: Callable[[Exception], None]

    def directory(self) -> Directory:
        """Give the directory as it stands."""
        return self.directory_file.current()

    def refresh_directory(self) -> None:
        """Take a new directory if there is a good one; a bad one is reported and the last good kept."""
        try:
            if self.directory_file.refresh():
                self.peers.drop_revoked()
        except DirectoryError as error:
            journal_of_operation.error("directory refused", kind=error.kind, why=error.message)

    def flush(self) -> None:
        """Make bodies and index rows durable; runs in a thread, once a second."""
        self.bodies.flush()
        self.index.flush()
        self.heads.save(self.home.peer_heads)

    def close(self) -> None:
        """Close the log and the stores, as far as they are whole."""
        self.threads.shutdown(wait=True)
        self.bodies.close()
        self.index.close()
        self.heads.save(self.home.peer_heads)
        if self.log.is_idle:
            self.log.close()


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
    directory_file = DirectoryFile(home.directory_file, home.root_key)
    policy = Policy(home.services, home.grants)
    policy.load()
    log_key = load_signing_key(home.keys / "log.key")
    store_key = load_store_key(home.keys / "store.key")
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")

    def fail(error: Exception) -> None:
        journal_of_operation.critical("log failed", why=str(error))
        on_log_failure()

    log = open_log(
        home.log,
        home.settings.log,
        log_key,
        LogPorts(
            schedule=loop.call_soon,
            on_failure=fail,
            run_in_thread=lambda call, then: _run_in_thread(loop, threads, call, then),
            check_record=lambda leaf, record: check_record(store_key, leaf, record),
            files=surroundings.files or SystemFiles(home.settings.bench.sync_delay_ms / 1000),
        ),
        LogSettings(segment_bytes=home.settings.limits.segment_bytes),
    )
    index = Index(home.index, load_secret(home.keys / "index.key"))
    catch_up(index, home.log, store_key)
    replay, heads = ReplayMemory(), PeerHeads()
    heads.load(home.peer_heads, directory_file.current())
    tail = LogTail(replay, heads)
    tail.read(home.log, index, clock.now_ms())
    budget = SpoolBudget(home.settings.limits.spool_bytes, home.settings.limits.body_bytes, home.spool)
    bodies = BodyStore(home.store, clock)
    peers = Peers(own_origin=home.settings.log, directory=directory_file.current, log=log, heads=heads, budget=budget)
    peers.report = report_link
    gateway = GatewayState(
        member=home.member,
        own_origin=home.settings.log,
        clock=clock,
        directory=directory_file.current,
        journal=Journal(log, store_key, bodies if home.settings.store.keep_bodies else None, index, clock, loop),
        peers=peers,
        upstream=Upstream(loop, budget, None),
        policy=policy,
        callers=Callers(home.member, home.settings.subsystems, home.folder),
        replay=replay,
        refusals=RefusalLimit(),
        spelling=home.settings.error_codes,
        answer_s=home.settings.limits.answer_s,
        report=report_exchange,
    )
    return Assembly(
        home=home,
        surroundings=surroundings,
        gateway=gateway,
        log=log,
        log_key=log_key,
        tail=tail,
        peers=peers,
        heads=heads,
        budget=budget,
        bodies=bodies,
        retention=Retention(home.log, bodies, home.settings.store.keep_days, clock, home.retention_mark),
        index=index,
        threads=threads,
        directory_file=directory_file,
        head_patience_s=surroundings.head_patience_s,
        on_log_failure=fail,
    )


def report_exchange(exchange: str, error: ExchangeError) -> None:
    """Tell the operator of a refusal or failure. Kind and exchange only: a message may quote what a caller sent."""
    if error.__cause__ is not None and error.kind == "internal_error":
        journal_of_operation.error("exchange failed", exchange=exchange, exc_info=error.__cause__)
    else:
        journal_of_operation.warning("exchange refused", exchange=exchange, kind=error.kind, side=error.side)


def report_start(what: str) -> None:
    """Tell the operator what was found at a start and needs a look."""
    journal_of_operation.warning("start", why=what)


def report_link(peer: str, error: ExchangeError) -> None:
    """Tell the operator that a link ended; its reasons name gateways and frames, never people."""
    journal_of_operation.info("link ended", peer=peer, kind=error.kind, why=error.message)


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

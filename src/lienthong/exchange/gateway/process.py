"""The gateway as a process: its parts put together, opened in order, ticking, and closed (docs/operate.md).

The order of opening is the security: heads are served first (a peer may be waiting for ours), then our own head is
checked, then the log goes on, and only then callers and requests are let in.
"""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.admin import serve_admin
from lienthong.exchange.gateway.alarms import report_delays, report_overload, report_policy, report_start, report_upkeep
from lienthong.exchange.gateway.assembly import Assembly, Surroundings, assemble
from lienthong.exchange.gateway.consume import ConsumerDoor
from lienthong.exchange.gateway.entrance import Entrance, allow_callers
from lienthong.exchange.gateway.head_check import find_highest_head, is_start_allowed, peers_to_ask
from lienthong.exchange.gateway.home import naming, split_address
from lienthong.exchange.gateway.listener import MAX_CALLERS, Listener, ListenerLimits
from lienthong.exchange.gateway.memory import limit_heap, settle_memory
from lienthong.exchange.gateway.operation.monitoring_file import write_monitoring
from lienthong.exchange.gateway.peers import make_tls_contexts
from lienthong.exchange.gateway.policy import LOOK_EVERY_S
from lienthong.exchange.gateway.provide import ProviderDoor
from lienthong.exchange.gateway.retention import EVERY_S as RETENTION_EVERY_S
from lienthong.exchange.gateway.settling import settle, settle_overdue
from lienthong.kernel.keys import load_private

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.exchange.gateway.home import GatewayHome

KEEP_EVERY_S = 1.0
DIRECTORY_EVERY_S = 5.0
"""How often the directory's file is looked at; a revocation acts within this time."""
SETTLE_EVERY_S = 60.0
"""How often finished and overdue reliable messages are looked at."""
DRAIN_S = 10.0
"""How long a stopping gateway waits for requests under way."""
QUIET_S = 0.2
"""How long nothing must be under way before a stopping gateway ends its links: the last answers leave, and requests
that a peer sent before it heard our goodbye are in."""
LAST_SYNC_S = 5.0
"""How long a closing gateway waits at most for what is still being logged or published, in a thread on a slow disk."""
LOOK_AGAIN_S = 0.001
LAST_ANSWERS_S = 0.2
"""After a failure of the log: time for the answers that say so to leave."""
EXIT_LOG_FAILED = 70
"""The exit code after a failed write or sync (EX_SOFTWARE): a supervisor restarts, and opening finds out."""


async def serve_gateway(home: GatewayHome) -> int:
    """Run a gateway until SIGTERM or SIGINT, or until its log fails; gives the exit code."""
    limit_heap()
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stopped, 0)
    callers = ListenerLimits(callers=allow_callers(MAX_CALLERS))
    return await run_gateway(home, stopped, Surroundings(caller_limits=callers))


async def run_gateway(home: GatewayHome, stopped: asyncio.Future[int], surroundings: Surroundings | None = None) -> int:
    """Run a gateway until `stopped` has an exit code, which a failed log sets too; gives that code.

    Raises the error of the house whose part cannot be opened; nothing is left open then.
    """
    loop = asyncio.get_running_loop()
    parts = assemble(
        home,
        loop,
        lambda: loop.call_later(LAST_ANSWERS_S, _stop, stopped, EXIT_LOG_FAILED),
        surroundings or Surroundings(),
    )
    process = _Process(parts)
    try:
        opening = asyncio.ensure_future(process.open())
        await asyncio.wait((opening, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            opening.cancel()
            await asyncio.wait((opening,))
            return await stopped
        await opening
        settle_memory()
        return await stopped
    finally:
        await process.close(drain=stopped.done() and stopped.result() == 0)


def _stop(stopped: asyncio.Future[int], code: int) -> None:
    if not stopped.done():
        stopped.set_result(code)


class _Process:
    """The servers, the ticks and the closing of one gateway."""

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self._loop = asyncio.get_running_loop()
        self._provider = ProviderDoor(parts.gateway)
        self._listener = Listener(
            self._loop,
            ConsumerDoor(parts.gateway),
            parts.budget,
            parts.gateway.clock,
            parts.surroundings.caller_limits,
        )
        self._servers: list[asyncio.Server | Entrance] = []
        self._tls: tuple[ssl.SSLContext, ...] = ()
        self._authority = ""
        self._tasks: list[asyncio.Task[None]] = []
        self._ticks = 0

    async def open(self) -> None:
        """Open in the order that the module states."""
        parts, listen = self._parts, self._parts.home.settings.listen
        # What an earlier process left behind would point to addresses where nobody listens yet.
        parts.home.run_file.unlink(missing_ok=True)
        parts.peers.take_request = self._provider
        tls_key = parts.home.keys / "tls.key"
        load_private(tls_key)  # refuses a key that others may read
        self._authority = parts.directory().authority
        with naming("keys/tls.pem and keys/tls.key"):
            client, server = self._tls = make_tls_contexts(self._authority, parts.home.keys / "tls.pem", tls_key)
        parts.peers.use_tls(client)
        host, port = split_address(listen.peers)
        with naming(f"gateway.toml: listen.peers {listen.peers}"):
            peers = await self._loop.create_server(
                parts.peers.accept, host, port, ssl=server, ssl_handshake_timeout=10.0, backlog=512
            )
        self._servers.append(peers)
        await self._check_head()
        settle(parts.gateway, parts.tail)
        self._provider.is_open = True
        host, port = split_address(listen.consumers)
        with naming(f"gateway.toml: listen.consumers {listen.consumers}"):
            consumers = Entrance(self._loop, (host, port), self._listener.connect, _caller_tls(parts))
        self._listener.refused_newcomer = consumers.refused
        self._servers.append(consumers)
        with naming(f"gateway.toml: listen.admin {listen.admin}"):
            admin, address = await serve_admin(parts)
        self._tasks += [
            admin,
            self._loop.create_task(write_monitoring(parts)),
            *map(self._loop.create_task, (self._tick(), self._watch(), self._poll(), self._keep(), self._witness())),
        ]
        parts.gateway.courier.start(parts.gateway, parts.evidence.index)
        _write_run_file(parts.home, {"consumers": consumers.address, "peers": _address(peers), "admin": address})

    async def _check_head(self) -> None:
        """Ask what is known of our log; a torn one waits for an answer. Raises EvidenceError if it may not go on."""
        parts, log = self._parts, self._parts.evidence.log
        is_new, torn = log.size == 0, log.tail.torn
        asked = peers_to_ask(parts.directory().gateways, parts.home.settings.gateway, parts.heads.origins)
        while True:
            (known, answers), (told, witnesses) = await asyncio.gather(
                find_highest_head(
                    parts.peers,
                    asked,
                    parts.evidence.log_key.verify_key,
                    parts.surroundings.head_patience_s,
                    is_new=is_new,
                ),
                parts.witnessing.ask_latest(),
            )
            known = max([*told, *([known] if known else [])], key=lambda head: head.size, default=None)
            answers += witnesses
            if is_start_allowed(answers=answers, is_new=is_new, is_torn=torn > 0):
                break
            report_start(
                f"the log's last batch is torn ({log.tail.segment}, offset {log.tail.offset}) and no peer answers what "
                "it knows of this log; waiting for one"
            )
        if answers == 0 and not is_new and asked:
            report_start("no peer answered what it knows of this log; it starts unchecked")
        log.resume(known)
        if torn:
            report_start(f"dropped {torn} torn bytes that nobody has seen")

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._parts.surroundings.tick_s)
            now = self._loop.time()
            for part in (self._listener, self._parts.peers, self._parts.gateway.upstream):
                part.tick(now)
            self._parts.gateway.replay.forget_expired(self._parts.gateway.clock.now_ms())
            self._parts.gateway.refusals.start_second()
            self._parts.gateway.caller_places.tell(partial(report_overload, "own systems"))
            self._parts.gateway.peer_places.tell(partial(report_overload, "members"))
            self._parts.gateway.callbacks.look()
            self._keep_reliable()
            self._parts.evidence.log.publish()

    def _keep_reliable(self) -> None:
        """Once a minute: forget what is over, and settle what can't be asked again."""
        self._ticks += 1
        if self._ticks * self._parts.surroundings.tick_s >= SETTLE_EVERY_S:
            self._ticks = 0
            settle_overdue(self._parts.gateway, self._parts.home.settings.outbox.keep_days)

    async def _watch(self) -> None:
        """Take edits of services, grants and delays, and a new directory."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for error in self._parts.gateway.policy.refresh():
                report_policy(error)
            if (damage := self._parts.gateway.delays.refresh()) is not None:
                report_delays(damage)
            looks += 1
            if looks * LOOK_EVERY_S >= DIRECTORY_EVERY_S:
                looks = 0
                self._take_directory()

    async def _poll(self) -> None:
        """Ask the directory's server, if there is one, for a newer directory and for our next certificate."""
        parts, settings = self._parts, self._parts.home.settings.directory
        while settings.url:
            await asyncio.sleep(settings.poll_s)
            if await self._loop.run_in_executor(parts.evidence.threads, parts.ask_directory):
                for context in self._tls:
                    context.load_cert_chain(parts.home.keys / "tls.pem", parts.home.keys / "tls.key")
            self._take_directory()

    def _take_directory(self) -> None:
        """Take a new directory. A new authority counts from the next handshake on, beside the one before.

        The old one goes at the next start: until then the pinned keys alone say who may link, as they always do.
        """
        self._parts.refresh_directory()
        authority = self._parts.directory().authority
        if authority != self._authority:
            for context in self._tls:
                context.load_verify_locations(cadata=authority)
            self._authority = authority

    async def _witness(self) -> None:
        """Have our head cosigned in rounds, and tell the peers."""
        parts = self._parts
        pause = parts.surroundings.witness_s or parts.home.settings.directory.cosign_s
        while True:
            try:
                if await parts.witnessing.submit():
                    parts.watch.tell_all(parts.peers.links)
            except (EvidenceError, OSError) as error:
                report_upkeep("witnesses", error)
            await asyncio.sleep(pause)

    async def _keep(self) -> None:
        """Make bodies, index rows and peers' heads durable, and erase what is too old, in a thread.

        A store that fails ends the process, as a log does.
        """
        erase_at = self._loop.time()
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            try:
                await self._loop.run_in_executor(self._parts.evidence.threads, self._parts.evidence.bodies.flush)
            except EvidenceError as error:
                self._parts.evidence.fail(error)
                return
            await self._try_in_thread("index and heads", self._parts.flush_index)
            if self._loop.time() >= erase_at:
                erase_at = self._loop.time() + RETENTION_EVERY_S
                await self._try_in_thread("retention", self._parts.erase_expired)

    async def _try_in_thread(self, what: str, call: Callable[[], None]) -> None:
        """Do what can be done again later: an error is told, and the next turn tries once more."""
        try:
            await self._loop.run_in_executor(self._parts.evidence.threads, call)
        except (EvidenceError, ExchangeError, OSError) as error:
            report_upkeep(what, error)

    async def close(self, *, drain: bool) -> None:
        """Let no new request in, let those under way end, and close the log."""
        self._parts.gateway.courier.stop()
        for server in self._servers:
            server.close()
        if drain:
            self._listener.leave()
            self._parts.peers.leave()
            await self._drain()
        for task in self._tasks:
            task.cancel()
        await self._parts.peers.close()
        self._parts.gateway.upstream.close()
        self._listener.close()
        self._parts.home.run_file.unlink(missing_ok=True)
        given_up_at = self._loop.time() + LAST_SYNC_S
        while True:
            # Calls that were cut off leave their outcome in the log.
            await asyncio.sleep(LOOK_AGAIN_S)
            if self._parts.evidence.log.is_idle or self._loop.time() > given_up_at:
                break
        self._parts.close()

    async def _drain(self) -> None:
        """Wait until nothing has been under way for QUIET_S, at most DRAIN_S."""
        busy_at = start = self._loop.time()
        while (now := self._loop.time()) - busy_at < QUIET_S and now - start < DRAIN_S:
            if self._is_busy():
                busy_at = now
            await asyncio.sleep(0.02)

    def _is_busy(self) -> bool:
        return bool(self._listener.connections) or not self._parts.evidence.log.is_idle or self._parts.peers.is_busy


def _caller_tls(parts: Assembly) -> ssl.SSLContext | None:
    """Give the context of the listener for own systems; None: plain HTTP."""
    listen = parts.home.settings.listen
    if not listen.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(parts.home.path(listen.certificate), parts.home.path(listen.key))
    trusted = parts.gateway.callers.trusted_certificates
    if trusted:
        # The clients' own certificates are the anchors, self-signed or not; which subsystem each is, callers.py says.
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        for pem in trusted:
            context.load_verify_locations(cadata=pem.decode("ascii"))
    return context


def _address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _write_run_file(home: GatewayHome, addresses: dict[str, str]) -> None:
    unfinished = home.run_file.with_suffix(".new")
    unfinished.write_bytes(msgspec.json.encode({"pid": os.getpid(), **addresses}))
    unfinished.replace(home.run_file)

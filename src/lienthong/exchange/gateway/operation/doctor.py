"""`lienthong doctor`: what may stop a gateway, found before it does, each with what to do (docs/operate.md).

Reads a home folder; works with the gateway running or not, and changes nothing but a file of its own that it removes.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import statistics
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.directory.authority import days_left, spki_fingerprint
from lienthong.directory.client import DirectoryClient
from lienthong.directory.fetching import HttpFetcher
from lienthong.directory.members import DirectoryFile
from lienthong.directory.tls_files import public_fingerprint
from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosignature import cosigners_for, find_cosignatures
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.opening import is_locked
from lienthong.evidence.reader import read_batches, segment_names
from lienthong.evidence.segment import first_of_segment
from lienthong.exchange.access import read_grants
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.home import split_address
from lienthong.exchange.gateway.peers import make_tls_contexts
from lienthong.exchange.granting.grant_file import read_settings
from lienthong.exchange.services import read_services
from lienthong.kernel.errors import LienthongError
from lienthong.kernel.keys import load_private, load_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lienthong.directory.members import Directory, Gateway
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock

CONNECT_S: Final = 3.0
SLOW_SYNC_MS: Final = 25.0
"""A message waits for a sync on each side: slower ones are felt."""
WORST_SYNC_MS: Final = 250.0
LITTLE_ROOM: Final = 2 * 1024**3
NO_ROOM: Final = 256 * 1024**2
CLOCK_WARN_S: Final = 5.0
CLOCK_BAD_S: Final = 120.0
"""Peers refuse a message whose time is more than 5 minutes off (rule 4.4)."""
CERTIFICATE_WARN_DAYS: Final = 14.0
LITTLE_LIFE: Final = 0.25
"""Of the directory's lifetime: a server that is away should be found before all stops."""
COSIGNED_WARN_MINUTES: Final = 5.0
"""So long peers wait for a cosigned head (rule 7.1)."""
MS_PER_MINUTE: Final = 60_000


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, what was seen, and what to do about it."""

    check: str
    level: Level
    text: str
    do: str = ""


def examine(home: GatewayHome, clock: Clock) -> list[Finding]:
    """Look at everything; a check that can't be made is a finding of its own."""
    findings: list[Finding] = []
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("settings", lambda: _look_at_settings(home)),
        ("keys", lambda: _look_at_keys(home)),
        ("certificate", lambda: _look_at_certificate(home, clock)),
        ("directory", lambda: _look_at_directory(home, clock)),
        ("clock", lambda: _look_at_clock(home, clock)),
        ("disk", lambda: _look_at_disk(home)),
        ("log", lambda: _look_at_log(home)),
        ("witnesses", lambda: _look_at_witnesses(home, clock)),
        ("peers", lambda: _look_at_peers(home)),
    )
    for name, look in checks:
        try:
            findings += look()
        except (LienthongError, OSError, ValueError) as error:
            findings.append(Finding(name, Level.BAD, str(getattr(error, "message", error)), "as the message says"))
    return findings


def _look_at_settings(home: GatewayHome) -> Iterator[Finding]:
    for path, read in ((home.services, read_services), (home.grants, read_grants)):
        try:
            read(read_settings(path), path.name)
        except ExchangeError as error:
            do = "correct the file; until then the last good one holds, and a start is refused"
            yield Finding("settings", Level.BAD, error.message, do)
        else:
            yield Finding("settings", Level.OK, f"{path.name} is valid")
    host, _ = split_address(home.settings.listen.admin)
    if host not in {"127.0.0.1", "::1", "localhost"}:
        do = "listen on loopback, or put TLS before it and a firewall around it"
        yield Finding("settings", Level.WARNING, f"listen.admin is open to the network ({host})", do)
    for code, subsystem in home.settings.subsystems.items():
        if subsystem.open_on_loopback:
            do = "give it tokens or certificates"
            yield Finding(
                "settings", Level.WARNING, f"subsystems.{code}: any process of this machine speaks for it", do
            )
    running = "runs" if is_locked(SystemFiles(), home.log) else "does not run"
    yield Finding("settings", Level.OK, f"{home.settings.gateway} {running}")


def _look_at_keys(home: GatewayHome) -> Iterator[Finding]:
    for path in sorted(home.keys.glob("*.key")):
        load_private(path)
        yield Finding("keys", Level.OK, f"{path.name}: only its owner may read it")
    missing = [name for name in ("log", "tls", "store", "index") if not (home.keys / f"{name}.key").exists()]
    for name in missing:
        yield Finding("keys", Level.BAD, f"keys/{name}.key is missing", "restore it from the backup")


def _look_at_certificate(home: GatewayHome, clock: Clock) -> Iterator[Finding]:
    pem = (home.keys / "tls.pem").read_bytes()
    days = days_left(pem, clock.now_ms())
    level = Level.BAD if days <= 0 else Level.WARNING if days < CERTIFICATE_WARN_DAYS else Level.OK
    do = "" if level is Level.OK else "see that the directory's server is reachable: it renews; else ask its operator"
    yield Finding("certificate", level, f"keys/tls.pem is valid for {days:.0f} days", do)
    own = public_fingerprint(load_private(home.keys / "tls.key"))
    if spki_fingerprint(ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))) != own:
        yield Finding("certificate", Level.BAD, "keys/tls.pem is of another key", "restore the pair, or ask for one")
    gateway = _load_directory(home).find_gateway(home.settings.gateway)
    if gateway is None or own not in gateway.tls:
        do = "ask the directory's operator to admit this gateway's key"
        yield Finding("certificate", Level.BAD, "the directory does not list this gateway's TLS key", do)


def _look_at_directory(home: GatewayHome, clock: Clock) -> Iterator[Finding]:
    directory, now = _load_directory(home), clock.now_ms()
    age, left = (now - directory.issued) / MS_PER_MINUTE, (directory.expires - now) / MS_PER_MINUTE
    text = f"version {directory.version}, issued {age:.0f} minutes ago, {left:.0f} minutes left"
    part = left / max(1.0, age + left)
    level = Level.BAD if left <= 0 else Level.WARNING if part < LITTLE_LIFE else Level.OK
    do = (
        ""
        if level is Level.OK
        else "see to the way to the directory's server, or fetch a new file; after its end all stops"
    )
    yield Finding("directory", level, text, do)
    log = directory.find_log(home.settings.log)
    if log is None or log.closed is not None:
        do = "after `succeed`: wait until the directory lists the new log; else call its operator"
        yield Finding("directory", Level.BAD, f"the directory has no open log {home.settings.log}", do)


def _look_at_clock(home: GatewayHome, clock: Clock) -> Iterator[Finding]:
    directory, now = _load_directory(home), clock.now_ms()
    if now < directory.issued - CLOCK_WARN_S * 1000:
        text = f"the clock is {(directory.issued - now) / 1000:.0f} s before the directory was issued"
        yield Finding("clock", Level.BAD, text, "set the clock; run chrony or systemd-timesyncd")
        return
    url = home.settings.directory.url
    if not url:
        yield Finding("clock", Level.OK, "not before the directory was issued; there is no server to compare with")
        return
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=CONNECT_S) as answer:  # noqa: S310 - as set
            told = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (OSError, TypeError, ValueError) as error:
        yield Finding("clock", Level.WARNING, f"{url} told no time: {error}", "see that it is reachable")
        return
    off = abs(clock.now_ms() / 1000 - told)
    level = Level.BAD if off > CLOCK_BAD_S else Level.WARNING if off > CLOCK_WARN_S else Level.OK
    do = "" if level is Level.OK else "run chrony or systemd-timesyncd; over 5 minutes peers refuse our messages"
    yield Finding("clock", level, f"{off:.0f} s from the directory server's", do)


def _look_at_disk(home: GatewayHome) -> Iterator[Finding]:
    free = shutil.disk_usage(home.folder).free
    level = Level.BAD if free < NO_ROOM else Level.WARNING if free < LITTLE_ROOM else Level.OK
    do = "" if level is Level.OK else "make room or shorten store.keep_days: on a full disk the gateway ends with 70"
    yield Finding("disk", level, f"{free / 1024**3:.1f} GiB free", do)
    took = statistics.median(_time_syncs(home))
    level = Level.BAD if took > WORST_SYNC_MS else Level.WARNING if took > SLOW_SYNC_MS else Level.OK
    do = "" if level is Level.OK else "a quicker disk: each message waits for a sync on both sides"
    yield Finding("disk", level, f"a sync takes {took:.1f} ms", do)


def _time_syncs(home: GatewayHome, times: int = 5) -> list[float]:
    path = home.folder / "doctor.tmp"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    took = []
    try:
        for _ in range(times):
            os.pwrite(descriptor, b"\0" * 4096, 0)
            start = time.perf_counter()
            os.fdatasync(descriptor)
            took.append((time.perf_counter() - start) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    return took


def _look_at_log(home: GatewayHome) -> Iterator[Finding]:
    last = first_of_segment(segment_names(SystemFiles(), home.log)[-1])
    key, origin = load_signing_key(home.keys / "log.key").verify_key, home.settings.log
    size = last
    for batch in read_batches(home.log, last):
        size = batch.size
        if batch.signed:
            verify_checkpoint(batch.checkpoint, origin, key)
    published = home.log / "checkpoint"
    shown = verify_checkpoint(published.read_bytes(), origin, key).size if published.exists() else 0
    if shown > size:
        text = f"{shown} entries are published, the log has {size}: its end is lost"
        yield Finding("log", Level.BAD, text, "do not start it; keep the files, and see Backup and restore")
        return
    yield Finding("log", Level.OK, f"{size} entries; the last file is whole (all: `lienthong log check`)")


def _look_at_witnesses(home: GatewayHome, clock: Clock) -> Iterator[Finding]:
    origin = home.settings.log
    cosigners = cosigners_for(_load_directory(home), origin)
    if not cosigners:
        yield Finding("witnesses", Level.OK, "the directory lists none for this log: packages say `not witnessed`")
        return
    note = home.cosigned.read_bytes() if home.cosigned.exists() else b""
    found = find_cosignatures(note, cosigners) if note else ()
    if not found:
        do = "start it, and wait a minute; then see the event `not cosigned` in its messages"
        yield Finding("witnesses", Level.WARNING, "no head of this log is cosigned yet", do)
        return
    size = verify_checkpoint(note, origin, load_signing_key(home.keys / "log.key").verify_key).size
    newest = max(found, key=lambda each: each.time)
    age = (clock.now_ms() - newest.time) / MS_PER_MINUTE
    is_late = age > COSIGNED_WARN_MINUTES and is_locked(SystemFiles(), home.log)
    do = "see that the witness's address answers from here: peers refuse heads that nobody has cosigned"
    text = f"{newest.name} cosigned {size} entries {age:.0f} minutes ago"
    yield Finding("witnesses", Level.WARNING if is_late else Level.OK, text, do if is_late else "")


def _look_at_peers(home: GatewayHome) -> Iterator[Finding]:
    directory = _load_directory(home)
    tls, _ = make_tls_contexts(directory.authority, home.keys / "tls.pem", home.keys / "tls.key")
    for gateway in directory.gateways:
        if gateway.id != home.settings.gateway and gateway.find_open_log() is not None:
            yield _try_peer(gateway, tls)


def _try_peer(gateway: Gateway, tls: ssl.SSLContext) -> Finding:
    reached = ""
    for address in gateway.addresses:
        try:
            with socket.create_connection(split_address(address), CONNECT_S) as plain:
                reached = address
                with tls.wrap_socket(plain) as secured:
                    certificate = secured.getpeercert(binary_form=True) or b""
        except OSError as error:
            why = f"{address}: {error.strerror or error}"
            continue
        if spki_fingerprint(certificate) in gateway.tls:
            return Finding("peers", Level.OK, f"{gateway.id} answers at {address} with its key")
        do = "somebody else is there, or the directory is old: call that member's operator"
        return Finding("peers", Level.BAD, f"{gateway.id} at {address} has another key", do)
    do = (
        "the port answers, TLS fails: compare clocks, certificates and the directory's version"
        if reached
        else "it is down, or a firewall is between: call that member's operator"
    )
    return Finding(
        "peers", Level.WARNING, f"{gateway.id} is not reached: {why if gateway.addresses else 'no address'}", do
    )


def _load_directory(home: GatewayHome) -> Directory:
    settings = home.settings.directory
    if settings.url:
        # The last good copy, as the gateway keeps it; fetched only where there is none.
        return DirectoryClient(home.folder / "directory", settings.url, home.root_key, HttpFetcher()).current()
    return DirectoryFile(home.directory_file, home.root_key).current()

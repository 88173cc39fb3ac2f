"""Renewed certificates and unknown own keys, against a served directory."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Self

import pytest
import structlog
import uvicorn
from msgspec.structs import replace

from lienthong.directory.authority import days_left, make_tls_key
from lienthong.directory.members import LogKey
from lienthong.directory.office import CERTIFICATE_DAYS, Office
from lienthong.directory.server import make_directory_app
from lienthong.directory.tls_files import public_fingerprint
from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.directory_watch import (
    OwnKeys,
    fetch_certificate,
    open_directory,
    renew_certificate,
    wait_for_admission,
)
from lienthong.exchange.gateway.home import GatewayHome, open_home
from lienthong.exchange.gateway.joining import Plan, make_home
from lienthong.exchange.gateway.operation.doctor import Level, examine
from lienthong.exchange.keeping.backup import Keys, back_up
from lienthong.exchange.keeping.restoring import restore_home
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_private, make_signing_key, store_signing_key
from lienthong.sandbox.ports import find_free_ports
from tests.clocks import SetClock
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.files import QuickFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GATEWAY = "DEMO/GOV/Z99.01/GW1"
DAY_MS = 24 * 3600 * 1000


class Server:
    """A directory's server in a thread."""

    def __init__(self, office: Office, port: int) -> None:
        config = uvicorn.Config(make_directory_app(office), port=port, log_level="warning")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join()


class Joined:
    """A directory and one gateway's home that asked it for admission."""

    def __init__(self, folder: Path) -> None:
        (self.port,) = find_free_ports(1)
        self.clock = SetClock(SystemClock().now_ms())
        self.office = Office(folder / "directory", self.clock)
        root = self.office.create("DEMO", 3, 2)
        plan = Plan(
            gateway=GATEWAY,
            name="Commune",
            subsystems=("PORTAL",),
            directory=f"http://127.0.0.1:{self.port}",
            root=root,
            peers="127.0.0.1:5500",
            consumers="127.0.0.1:0",
            admin="127.0.0.1:0",
            is_open=False,
        )
        self.admission = make_home(folder / "home", plan)
        self.raw = (folder / "home" / "request.json").read_bytes()
        self.home: GatewayHome = open_home(folder / "home", {})
        assert make_home(folder / "home", plan) == self.admission

    def admit(self) -> None:
        self.office.receive(self.raw)
        (waiting,) = self.office.waiting()
        self.office.admit(waiting)


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Joined]:
    made = Joined(tmp_path)
    with Server(made.office, made.port):
        yield made


def test_before_admission_there_is_no_certificate_and_after_it_one_for_the_own_key(joined: Joined) -> None:
    assert not fetch_certificate(joined.home)
    joined.admit()
    wait_for_admission(joined.home)
    pem = (joined.home.keys / "tls.pem").read_bytes()

    assert CERTIFICATE_DAYS - 1 < days_left(pem, joined.clock.now_ms()) <= CERTIFICATE_DAYS
    assert open_directory(joined.home).current().find_gateway(GATEWAY) is not None


def test_a_certificate_that_is_over_soon_is_renewed_and_its_key_stays(joined: Joined) -> None:
    joined.admit()
    wait_for_admission(joined.home)
    before = (joined.home.keys / "tls.pem").read_bytes()
    fingerprint = public_fingerprint(load_private(joined.home.keys / "tls.key"))
    joined.clock.advance(10 * DAY_MS)
    assert not renew_certificate(joined.home, joined.clock)
    joined.clock.advance(55 * DAY_MS)

    assert renew_certificate(joined.home, joined.clock)
    after = (joined.home.keys / "tls.pem").read_bytes()
    assert after != before
    assert days_left(after, joined.clock.now_ms()) > 80
    (gateway,) = joined.office.repository.directory_content().gateways
    assert gateway.tls == (fingerprint,)


def shown_certificate(address: str) -> bytes:
    """Give the certificate that a gateway shows to whoever dials, in PEM."""
    host, _, port = address.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, int(port)), 10) as plain, context.wrap_socket(plain) as link:
        der = link.getpeercert(binary_form=True)
    assert der is not None
    return ssl.DER_cert_to_PEM_cert(der).encode()


def test_a_running_gateway_shows_its_renewed_certificate_without_a_restart(joined: Joined) -> None:
    joined.admit()
    wait_for_admission(joined.home)
    file = joined.home.folder / "gateway.toml"
    text = file.read_text().replace("[directory]", "[directory]\npoll_s = 0.2").replace("127.0.0.1:5500", "127.0.0.1:0")
    file.write_text(text)
    before = (joined.home.keys / "tls.pem").read_bytes()
    surroundings = Surroundings(clock=joined.clock, files=QuickFiles(), head_patience_s=0.1, tick_s=0.2)
    with RunningGateway(joined.home.folder, surroundings) as gateway:
        assert shown_certificate(gateway.peers).split() == before.split()
        joined.clock.advance(65 * DAY_MS)
        until = time.monotonic() + 20
        while (shown := shown_certificate(gateway.peers)).split() == before.split():
            assert time.monotonic() < until
            time.sleep(0.1)
        assert shown.split() == (joined.home.keys / "tls.pem").read_bytes().split()


def test_the_doctor_tells_when_a_served_directory_was_away_for_too_long(tmp_path: Path) -> None:
    joined = Joined(tmp_path)
    with Server(joined.office, joined.port):
        joined.admit()
        wait_for_admission(joined.home)
        open_directory(joined.home)
        assert [each for each in examine(joined.home, joined.clock) if each.level is Level.BAD] == []
    # Its server is away now: the last good copy counts for its lifetime, and the doctor says when that is nearly over.
    levels = []
    for days in (0, 6, 2):
        joined.clock.advance(days * DAY_MS)
        (told,) = [each for each in examine(joined.home, joined.clock) if each.check == "directory"]
        levels.append(told.level)
    assert levels == [Level.OK, Level.WARNING, Level.BAD]


def test_a_home_with_a_served_directory_is_restored_from_its_backup(joined: Joined, tmp_path: Path) -> None:
    joined.admit()
    wait_for_admission(joined.home)
    open_directory(joined.home)
    home = joined.home.folder
    back_up(home, tmp_path / "backup.tar", Keys.SEALED, b"correct horse battery")
    home.rename(tmp_path / "lost")
    plan = restore_home(tmp_path / "backup.tar", home, b"correct horse battery", None, b"")
    assert (plan.closes, plan.origin) == (f"{GATEWAY}/1", f"{GATEWAY}/2")
    restored = open_home(home, {})
    # It asks the same server, under the same root, and knows what it knew.
    assert restored.settings.directory == joined.home.settings.directory
    assert open_directory(restored).current().find_gateway(GATEWAY) is not None


def test_a_revoked_gateway_gets_no_certificate(joined: Joined) -> None:
    joined.admit()
    joined.office.revoke((GATEWAY,), "lost")
    assert not fetch_certificate(joined.home)


def test_a_key_for_the_own_member_that_it_does_not_know_is_told_once(joined: Joined) -> None:
    joined.admit()
    directory = joined.office.repository.directory_content()
    (gateway,) = directory.gateways
    keys = OwnKeys(joined.home)
    with structlog.testing.capture_logs() as told:
        keys.look(directory)
    assert told == []
    # A log's successor knows the key before it, until the directory has closed that.
    (joined.home.keys / "log.key").rename(joined.home.keys / "log-1.key")
    store_signing_key(joined.home.keys / "log.key", make_signing_key())
    with structlog.testing.capture_logs() as told:
        OwnKeys(joined.home).look(directory)
    assert told == []

    log = LogKey("DEMO/GOV/Z99.01/GW2/1", make_signing_key().verify_key, 1)
    tls = make_tls_key().fingerprint
    other = replace(gateway, id="DEMO/GOV/Z99.01/GW2", tls=(tls,), logs=(log,))
    grown = replace(directory, gateways=(gateway, other))
    with structlog.testing.capture_logs() as told:
        keys.look(grown)
        keys.look(grown)
    assert [line["event"] for line in told] == ["unknown own key", "unknown own key"]
    assert told[1]["key"] == tls

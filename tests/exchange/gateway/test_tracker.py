"""Who looked: each proven request about a person is found by that person's keyed hash, and by nothing else."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.store import load_store_key
from lienthong.exchange.gateway.tracker import LogReading, Tracker, load_tracker_key, rebuild_tracker
from lienthong.exchange.services import read_services
from lienthong.kernel.clock import SystemClock
from tests.exchange.gateway.canaries import files_under, search
from tests.exchange.gateway.province import CLIENT, PERSONS, SERVICE, TOKEN
from tests.exchange.gateway.running import RunningGateway, call

if TYPE_CHECKING:
    from lienthong.sandbox.gateway_home import GatewayHome
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend

NUMBER = "001095000001"
OTHER = "001095000002"
PURPOSE = "1.001193#H49.19-0001"


def look(address: str, path: str, **headers: str) -> int:
    """Ask the service of persons and give the status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(address, "GET", f"/r1/{path}", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN, **named}).status


def open_tracker_of(home: GatewayHome) -> Tracker:
    return Tracker(home.folder / "tracker.sqlite", load_tracker_key(home.keys))


def reading_of(home: GatewayHome) -> LogReading:
    services = read_services((home.folder / "services.toml").read_text(), "services.toml")
    bodies = BodyStore(home.folder / "store", SystemClock())
    return LogReading(home.folder / "log", load_store_key(home.keys / "store.key"), bodies, services)


@pytest.fixture
def looked(province: Province, service: Backend) -> Province:
    """Two look-ups of one person, one of another, one without a subject, one without a purpose."""
    del service
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:
        address = consumer.consumers
        assert look(address, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE) == 200
        assert look(address, f"{PERSONS}/{NUMBER}/facts", X_Road_Purpose=PURPOSE) == 200
        assert look(address, f"{PERSONS}/{OTHER}", X_Road_Purpose=PURPOSE) == 200
        assert look(address, f"{PERSONS}/all", X_Road_Purpose=PURPOSE) == 500
        assert look(address, f"{PERSONS}/{NUMBER}") == 500
        assert look(address, f"{SERVICE}/granted/{NUMBER}") == 200
        consumer.stop()
    return province


def test_look_ups_are_found_by_their_subject(looked: Province) -> None:
    tracker = open_tracker_of(looked.agency)
    assert [len(tracker.find(number, 1 << 62, 10)) for number in (NUMBER, OTHER, "001095000003")] == [2, 1, 0]
    first, second = tracker.find(NUMBER, 1 << 62, 10)
    assert first.entry > second.entry
    assert tracker.find(NUMBER, first.entry, 10) == (second,)


def test_the_tracker_holds_no_number_and_its_key_is_its_own(looked: Province) -> None:
    found = search(files_under(looked.agency.folder, looked.commune.folder), (NUMBER, OTHER))
    assert not found
    keys = [(looked.agency.keys / name).read_bytes() for name in ("tracker.key", "index.key", "store.key")]
    assert len(set(keys)) == len(keys)
    path = looked.agency.folder / "tracker.sqlite"
    with pytest.raises(EvidenceError, match="restore that key"):
        Tracker(path, b"k" * 32)


def test_lost_rows_are_read_from_the_log_again_at_the_next_start(looked: Province) -> None:
    path = looked.agency.folder / "tracker.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM lookup")
    with RunningGateway(looked.agency.folder):
        pass
    assert len(open_tracker_of(looked.agency).list_all()) == 3


def test_it_can_be_made_from_the_log_alone(looked: Province) -> None:
    before = open_tracker_of(looked.agency).list_all()
    path = looked.agency.folder / "tracker.sqlite"
    path.write_bytes(b"no database")
    with pytest.raises(EvidenceError, match="reindex"):
        open_tracker_of(looked.agency)
    assert rebuild_tracker(path, looked.agency.keys, reading_of(looked.agency)) == 3
    assert open_tracker_of(looked.agency).list_all() == before

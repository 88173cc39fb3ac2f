"""A thinned tracker, and an answer that one log denies, are found."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.gateway.reconciling import reconcile
from lienthong.exchange.gateway.tracker import load_tracker_key
from tests.exchange.gateway.province import PERSONS
from tests.exchange.gateway.running import RunningGateway
from tests.exchange.gateway.test_tracker import NUMBER, PURPOSE, look, reading_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend


@pytest.fixture
def looked(province: Province, service: Backend, tmp_path: Path) -> Province:
    """Two look-ups; a copy of the provider's log between them lies in `earlier`."""
    del service
    with RunningGateway(province.agency.folder) as provider, RunningGateway(province.commune.folder) as consumer:
        assert look(consumer.consumers, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE) == 200
        shutil.copytree(province.agency.folder / "log", tmp_path / "earlier")
        assert look(consumer.consumers, f"{PERSONS}/{NUMBER}", X_Road_Purpose=PURPOSE) == 200
        consumer.stop()
        provider.stop()
    return province


def test_a_whole_tracker_and_two_logs_agree_and_a_deleted_row_is_found(looked: Province) -> None:
    home, other = looked.agency, looked.commune.folder / "log"
    path, key = home.folder / "tracker.sqlite", load_tracker_key(home.keys)
    assert reconcile(path, key, reading_of(home), other) == (2, 2, ())
    with sqlite3.connect(path) as database:
        ((entry,),) = database.execute(
            "DELETE FROM lookup WHERE entry = (SELECT max(entry) FROM lookup) RETURNING entry"
        )
    database.close()
    found = reconcile(path, key, reading_of(home), other)
    assert found.findings == (f"entry {entry} is a look-up, and the tracker has no row of it",)
    asked = ["evidence", "reconcile", "--home", str(home.folder), "--other", str(other)]
    told = CliRunner().invoke(make_app(), asked)
    assert (told.exit_code, f"entry {entry} is a look-up" in told.output) == (1, True)
    told = CliRunner().invoke(make_app(), ["gateway", "reindex", "--home", str(home.folder)])
    assert (told.exit_code, "2 look-ups" in told.output) == (0, True), told.output
    assert CliRunner().invoke(make_app(), asked).exit_code == 0


def test_a_row_under_another_person_is_found(looked: Province) -> None:
    path = looked.agency.folder / "tracker.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE lookup SET subject = x'00' WHERE entry = (SELECT min(entry) FROM lookup)")
    database.close()
    findings = reconcile(path, load_tracker_key(looked.agency.keys), reading_of(looked.agency)).findings
    assert [("no row" in finding, "another person" in finding) for finding in findings] == [
        (True, False),
        (False, True),
    ]


def test_an_answer_that_the_providers_log_denies_is_found(looked: Province, tmp_path: Path) -> None:
    home = looked.agency
    reading = reading_of(home)._replace(log=tmp_path / "earlier")
    path = home.folder / "tracker.sqlite"
    found = reconcile(path, load_tracker_key(home.keys), reading, looked.commune.folder / "log")
    assert len(found.findings) == 1
    assert "the other member has an answer that is not here" in found.findings[0]


def test_without_a_tracker_nothing_is_said_to_agree(looked: Province, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="reindex"):
        reconcile(tmp_path / "none", b"k" * 32, reading_of(looked.agency))

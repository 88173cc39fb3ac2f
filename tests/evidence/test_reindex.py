from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.batch import Entry
from lienthong.evidence.erase import erase_exchange
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.index import Index
from lienthong.evidence.peer import PeerEvidence, PeerHead, encode_peer
from lienthong.evidence.reader import get_entry
from lienthong.evidence.reindex import catch_up, rebuild_index
from lienthong.evidence.statement import Received, Refused, Request, Succeeds, Unknown, encode_statement
from lienthong.evidence.store import MessageRecord
from lienthong.evidence.subject import find_subject
from lienthong.evidence.tree import leaf_hash
from lienthong.kernel.canonical import encode_base64url
from tests.evidence.members import Home, Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def members(tmp_path: Path) -> Iterator[Members]:
    members = Members(tmp_path)
    yield members
    members.close()


def rows(path: Path) -> list[tuple[object, ...]]:
    """Give all of an index but its times, which a gateway takes from its clock and a rebuild from the statements."""
    database = sqlite3.connect(path)
    found = database.execute("SELECT entry, kind, exchange, id FROM entry ORDER BY entry").fetchall()
    database.close()
    return found


def rebuild(home: Home, read: list[int] | None = None) -> int:
    home.index.close()
    path = home.folder / "index.sqlite"
    progress = None if read is None else read.append
    count = rebuild_index(path, home.index_key, home.folder / "log", home.store_key, progress)
    home.open_index_again()
    return count


def outcomes(members: Members) -> list[str]:
    """Make an exchange of each outcome; give their ids."""
    answered = members.exchange().id
    refused, unknown, open_ = members.ask(), members.ask(), members.ask()
    answers = [encode_base64url(request.committed.leaf) for request in (refused, unknown)]
    members.end(refused, Refused(answers=answers[0], code="access_denied", to=members.consumer.origin))
    members.end(unknown, Unknown(answers=answers[1]))
    members.publish()
    return [answered, refused.exchange, unknown.exchange, open_.exchange]


@pytest.mark.parametrize("side", ["consumer", "provider"])
def test_a_rebuilt_index_has_the_rows_that_the_gateway_noted(members: Members, side: str) -> None:
    home: Home = getattr(members, side)
    outcomes(members)
    noted = rows(home.folder / "index.sqlite")
    (home.folder / "index.sqlite.new").write_text("left over from a crash")
    read: list[int] = []
    assert rebuild(home, read) == len(noted) == home.log.size
    assert read[-1] == home.log.size
    # Outcomes without content have no X-Road-Id of their own in the log; their exchange has it from its request.
    kinds = {row[0]: row[1] for row in noted}
    for before, after in zip(noted, rows(home.folder / "index.sqlite"), strict=True):
        assert before[:3] == after[:3]
        if kinds[before[0]] in {"request", "response"}:
            assert before[3] == after[3]
    assert sorted(path.name for path in home.folder.glob("index.sqlite*.new")) == []


def test_a_rebuilt_index_finds_exchanges_by_their_x_road_id(members: Members) -> None:
    ids = outcomes(members)
    (members.consumer.folder / "index.sqlite").unlink()
    rebuild(members.consumer)
    for exchange in ids:
        assert members.consumer.index.find_message(f"message-of-{exchange}".encode()) == exchange
        assert export_exchange(EvidenceHome(members.consumer.folder), exchange)


def test_the_times_of_rebuilt_rows_are_those_of_the_statements(members: Members) -> None:
    exchange = members.exchange()
    rebuild(members.provider)
    received, response = members.provider.index.find_exchange(exchange.id)
    request = exchange.request.statement
    assert isinstance(request, Request)
    assert (received.time, response.time) == (request.time, request.time + 40)


def test_after_a_crash_the_missing_end_is_read_from_the_log(members: Members) -> None:
    home = members.provider
    members.exchange()
    unknown = members.ask()
    home.index.close()
    # The gateway dies before the next rows reach the index.
    complete = home.folder / "complete.sqlite"
    home.index = Index(complete, home.index_key)
    members.end(unknown, Unknown(answers=encode_base64url(unknown.committed.leaf)))
    second = members.exchange()
    home.index.close()
    home.open_index_again()
    assert home.index.find_exchange(second.id) == ()
    assert catch_up(home.index, home.folder / "log", home.store_key, home.log.size) == 3
    assert [row.kind for row in home.index.find_exchange(unknown.exchange)] == ["received", "unknown"]
    assert [row.kind for row in home.index.find_exchange(second.id)] == ["received", "response"]
    assert catch_up(home.index, home.folder / "log", home.store_key, home.log.size) == 0


def test_an_erased_exchange_is_found_by_its_request_id_only(members: Members) -> None:
    exchange = members.exchange()
    erase_exchange(EvidenceHome(members.consumer.folder), exchange.id)
    rebuild(members.consumer)
    assert members.consumer.index.find_message(f"message-of-{exchange.id}".encode()) is None
    assert len(members.consumer.index.find_exchange(exchange.id)) == 2


def test_an_outcome_whose_request_is_not_in_the_log_and_a_succession_have_no_row(members: Members) -> None:
    home = members.provider
    statement = Succeeds(origin="DEMO/GOV/Z99.02/GW1/0", reason="restored", root=encode_base64url(bytes(32)), size=0)
    raw = encode_statement(statement)
    (first,) = home.append(Entry(raw, leaf_hash(raw), proven=True))
    orphan = Refused(answers=encode_base64url(bytes(32)), code="access_denied", to=members.consumer.origin)
    home.send(orphan, MessageRecord(b"", b""), "nobody's")
    home.publish()
    assert find_subject(get_entry(home.folder / "log", first.index)) is None
    assert rebuild(home) == 0


def test_an_entry_that_received_no_message_is_damage(members: Members) -> None:
    home = members.consumer
    inner = encode_statement(Succeeds(origin="o", reason="r", root=encode_base64url(bytes(32)), size=0))
    outer = Received(
        from_="o", index=0, leaf=encode_base64url(leaf_hash(inner)), root=encode_base64url(bytes(32)), size=1
    )
    raw = encode_statement(outer)
    evidence, shared = encode_peer(PeerEvidence(inner, 0, ())), encode_peer(PeerHead(b"", 0, ()))
    home.append(Entry(raw, leaf_hash(raw), proven=False, evidence=evidence, shared=shared))
    with pytest.raises(EvidenceError, match="kind succeeds, which is no message"):
        rebuild_index(home.folder / "other.sqlite", home.index_key, home.folder / "log", home.store_key)

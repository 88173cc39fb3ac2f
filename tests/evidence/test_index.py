from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.index import ROWS_AT_ONCE, Index, IndexRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = b"i" * 32
REQUEST = IndexRow(4, "request", "exchange-1", 1_795_000_000_000, b"DEMO-canary-id")
RECEIVED = IndexRow(7, "received", "exchange-1", 1_795_000_000_050, b"DEMO-canary-id")


def plain(row: IndexRow) -> IndexRow:
    return IndexRow(row.entry, row.kind, row.exchange, row.time)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index.sqlite", KEY)
    yield index
    index.close()


def test_an_exchange_is_found_by_its_request_id_before_and_after_a_flush(index: Index) -> None:
    index.note(RECEIVED)
    index.note(REQUEST)
    assert index.find_exchange("exchange-1") == (plain(REQUEST), plain(RECEIVED))
    index.flush()
    assert index.find_exchange("exchange-1") == (plain(REQUEST), plain(RECEIVED))
    assert index.find_exchange("exchange-2") == ()


def test_an_exchange_is_found_by_its_x_road_id_where_that_is_unique(index: Index) -> None:
    index.note(REQUEST)
    index.note(RECEIVED)
    assert index.find_message(b"DEMO-canary-id") == "exchange-1"
    assert index.find_message(b"another") is None
    index.note(IndexRow(9, "request", "exchange-2", 1_795_000_000_100, b"DEMO-canary-id"))
    with pytest.raises(EvidenceError, match="several exchanges") as caught:
        index.find_message(b"DEMO-canary-id")
    assert caught.value.kind is EvidenceErrorKind.AMBIGUOUS


def test_an_x_road_id_is_found_however_far_apart_its_entries_lie(index: Index) -> None:
    far = REQUEST.entry + 100_000
    index.note(REQUEST)
    index.note(IndexRow(far, "request", "exchange-2", 1_795_000_000_100, b"DEMO-another-id"))
    assert index.find_message(b"DEMO-canary-id") == "exchange-1"
    assert index.find_message(b"DEMO-another-id") == "exchange-2"
    index.note(IndexRow(far + 1, "request", "exchange-3", 1_795_000_000_100, b"DEMO-canary-id"))
    with pytest.raises(EvidenceError, match="several exchanges"):
        index.find_message(b"DEMO-canary-id")


@pytest.mark.parametrize("count", [1, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 3 * ROWS_AT_ONCE])
def test_a_flush_of_any_length_writes_each_row_once(index: Index, count: int) -> None:
    for entry in range(count):
        index.note(IndexRow(entry, "request", f"exchange-{entry}", entry, b"DEMO-%d" % entry))
    index.flush()
    found = [index.find_exchange(f"exchange-{entry}") for entry in range(count)]
    assert found == [(IndexRow(entry, "request", f"exchange-{entry}", entry),) for entry in range(count)]
    assert [index.find_message(b"DEMO-%d" % entry) for entry in range(count)] == [
        f"exchange-{entry}" for entry in range(count)
    ]


def test_the_file_holds_no_x_road_id_and_its_hash_needs_the_key(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite", KEY)
    index.note(REQUEST)
    index.close()
    content = (tmp_path / "index.sqlite").read_bytes()
    assert b"exchange-1" in content  # the positive control: what is stored can be seen
    assert b"canary" not in content
    other = Index(tmp_path / "index.sqlite", b"x" * 32)
    assert other.find_message(b"DEMO-canary-id") is None
    other.close()


def test_an_entry_noted_twice_stands_once(index: Index) -> None:
    index.note(REQUEST)
    index.flush()
    index.note(REQUEST)
    assert index.find_exchange("exchange-1") == (plain(REQUEST),)


def test_the_count_says_from_where_the_log_must_be_read_again(index: Index) -> None:
    assert index.count_entries() == 0
    index.note(RECEIVED)
    assert index.count_entries() == 8


def test_the_index_says_where_the_young_entries_begin(index: Index) -> None:
    assert index.find_last_before(REQUEST.time) is None
    index.note(REQUEST)
    index.note(RECEIVED)
    assert index.find_last_before(REQUEST.time) is None
    assert index.find_last_before(RECEIVED.time) == REQUEST.entry
    assert index.find_last_before(RECEIVED.time + 1) == RECEIVED.entry


def test_rows_survive_closing_and_nothing_is_beside_the_file_then(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite", KEY)
    index.note(REQUEST)
    index.close()
    assert [path.name for path in tmp_path.iterdir()] == ["index.sqlite"]
    again = Index(tmp_path / "index.sqlite", KEY)
    assert again.find_message(b"DEMO-canary-id") == "exchange-1"
    again.close()


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"not a database, but long enough to look at " * 20)
    with pytest.raises(EvidenceError, match="lienthong gateway reindex") as caught:
        Index(tmp_path / "text", KEY)
    assert caught.value.kind is EvidenceErrorKind.INDEX
    with pytest.raises(EvidenceError, match="unable to open"):
        Index(tmp_path / "absent" / "index.sqlite", KEY)


@pytest.mark.parametrize("version", [0, 1, 4])
def test_a_database_of_another_schema_is_refused(tmp_path: Path, version: int) -> None:
    other = sqlite3.connect(tmp_path / "index.sqlite")
    other.executescript(f"CREATE TABLE other (x); PRAGMA user_version = {version};")
    other.close()
    with pytest.raises(EvidenceError, match=f"expected schema 3, got {version}"):
        Index(tmp_path / "index.sqlite", KEY)


def test_an_index_of_the_schema_before_is_brought_up_to_date_with_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    index = Index(path, KEY)
    index.note(REQUEST)
    index.close()
    old = sqlite3.connect(path)
    old.executescript(
        "DROP INDEX entry_by_id; CREATE INDEX entry_by_id ON entry (id) WHERE id IS NOT NULL; PRAGMA user_version = 2;"
    )
    old.close()
    for _ in range(2):
        index = Index(path, KEY)
        index.note(RECEIVED)
        assert index.find_message(b"DEMO-canary-id") == "exchange-1"
        assert index.find_exchange("exchange-1") == (plain(REQUEST), plain(RECEIVED))
        index.close()
    new = sqlite3.connect(path)
    assert new.execute("PRAGMA user_version").fetchall() == [(3,)]
    ((index_by_id,),) = new.execute("SELECT sql FROM sqlite_schema WHERE name = 'entry_by_id'").fetchall()
    assert "(entry >> 14, id)" in index_by_id
    new.close()


def test_a_database_of_the_version_before_that_is_no_index_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "index.sqlite")
    other.executescript("CREATE TABLE other (x); PRAGMA user_version = 2;")
    with pytest.raises(EvidenceError, match="no such index"):
        Index(tmp_path / "index.sqlite", KEY)
    assert other.execute("PRAGMA user_version").fetchall() == [(2,)]
    other.close()


def test_a_damaged_database_is_refused_when_its_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    Index(path, KEY).close()
    content = bytearray(path.read_bytes())
    content[100:108] = b"\xff" * 8  # the schema page's own header
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match="gateway reindex"):
        Index(path, KEY)


def test_rows_that_could_not_be_written_wait_for_the_next_flush(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite", KEY)
    index.note(REQUEST)
    other = sqlite3.connect(tmp_path / "index.sqlite")
    other.executescript("ALTER TABLE entry RENAME TO hidden;")
    with pytest.raises(EvidenceError, match="no such table"):
        index.flush()
    with pytest.raises(EvidenceError, match="no such table"):
        index.find_exchange("exchange-1")
    other.executescript("ALTER TABLE hidden RENAME TO entry;")
    other.close()
    assert index.find_exchange("exchange-1") == (plain(REQUEST),)
    index.close()


def test_a_question_that_fails_says_what_to_do(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite", KEY)
    other = sqlite3.connect(tmp_path / "index.sqlite")
    other.executescript("DROP TABLE entry;")
    other.close()
    with pytest.raises(EvidenceError, match="gateway reindex"):
        index.find_message(b"id")
    index.close()


def test_many_threads_note_and_flush_and_no_row_is_lost(index: Index) -> None:
    def note(start: int) -> None:
        for entry in range(start, start + 500):
            index.note(IndexRow(entry, "request", "exchange-1", entry))
            if entry % 50 == 0:
                index.flush()

    threads = [threading.Thread(target=note, args=(start,)) for start in range(0, 2000, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.entry for row in index.find_exchange("exchange-1")] == list(range(2000))

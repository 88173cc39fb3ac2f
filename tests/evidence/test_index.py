from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.index import Index, IndexRow

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


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_database_of_another_schema_is_refused(tmp_path: Path, version: int) -> None:
    other = sqlite3.connect(tmp_path / "index.sqlite")
    other.executescript(f"CREATE TABLE other (x); PRAGMA user_version = {version};")
    other.close()
    with pytest.raises(EvidenceError, match=f"expected schema 2, got {version}"):
        Index(tmp_path / "index.sqlite", KEY)


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

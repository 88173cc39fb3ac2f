from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.check import check_log
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.reader import erase_record, get_entry, read_batches
from lienthong.evidence.segment import encode_batch
from lienthong.evidence.store import RecordState, check_record
from tests.evidence.logs import KEY, STORE_KEY, OpenLog, make_entry, make_log, make_sealed_entry

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_log(tmp_path / "log", 100)
    return tmp_path / "log"


def test_all_entries_are_read_in_order_as_they_were_appended(folder: Path) -> None:
    stored = [entry for batch in read_batches(folder) for entry in batch.entries]
    assert [entry.index for entry in stored] == list(range(100))
    for entry in stored:
        made = make_entry(entry.index, proven=entry.index % 4 != 3)
        assert (entry.statement, entry.evidence, entry.shared, entry.record) == (
            made.statement,
            made.evidence,
            made.shared,
            made.record,
        )


@pytest.mark.parametrize("start", [0, 1, 44, 45, 46, 97, 99])
def test_reading_starts_with_the_batch_that_holds_the_first_entry_asked_for(folder: Path, start: int) -> None:
    first = next(read_batches(folder, start))
    assert first.first <= start < first.size
    assert get_entry(folder, start).index == start


def test_reading_from_the_end_gives_nothing_and_getting_is_an_error(folder: Path) -> None:
    assert list(read_batches(folder, 100)) == []
    with pytest.raises(EvidenceError, match="no entry 100") as caught:
        get_entry(folder, 100)
    assert caught.value.kind is EvidenceErrorKind.NOT_FOUND


def test_a_folder_without_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        next(read_batches(tmp_path))
    assert caught.value.kind is EvidenceErrorKind.LOG_MISSING


def test_a_reader_beside_a_writer_sees_whole_batches_only(folder: Path) -> None:
    opened = OpenLog(folder)
    opened.log.resume(None)
    opened.append(make_entry(100))
    batch = list(read_batches(folder, 100))[-1]
    path = folder / "segments" / batch.segment
    coming = encode_batch(101, b"", [make_entry(101, extra=500)], signed=False)
    for length in (0, 4, 31, 32, 100, 600):
        with path.open("r+b") as file:
            file.seek(batch.end)
            file.write(coming[:length])
        assert list(read_batches(folder, 100)) == [batch]


def test_a_segment_whose_end_is_lost_is_not_passed_over(folder: Path) -> None:
    batches = list(read_batches(folder))
    last = [batch for batch in batches if batch.segment == batches[0].segment][-1]
    with (folder / "segments" / last.segment).open("r+b") as file:
        file.seek(last.offset)
        file.write(bytes(8))
    with pytest.raises(EvidenceError, match=f"from entry {last.first}") as caught:
        list(read_batches(folder))
    assert caught.value.kind is EvidenceErrorKind.SEGMENT


def test_an_erased_record_is_gone_and_all_else_is_as_before(folder: Path) -> None:
    opened = OpenLog(folder)
    opened.log.resume(None)
    opened.append(make_sealed_entry(100), make_sealed_entry(101))
    before = list(read_batches(folder))
    place = get_entry(folder, 100).place
    for _ in range(2):
        erase_record(folder, place)
        entry = get_entry(folder, 100)
        assert check_record(STORE_KEY, make_entry(100).leaf, entry.record) is RecordState.ERASED
    after = list(read_batches(folder))
    assert after[:-1] == before[:-1]
    assert after[-1].entries[1] == before[-1].entries[1]
    opened.append(make_entry(102))
    opened.log.close()
    report = check_log(folder, KEY.verify_key)
    assert (report.problem, report.erased, report.size) == (None, 1, 103)

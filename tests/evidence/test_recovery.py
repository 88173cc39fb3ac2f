from __future__ import annotations

import shutil
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.log import LogPorts, open_log
from lienthong.evidence.reader import erase_record, get_entry, read_batches
from lienthong.evidence.segment import (
    HEADER_BYTES,
    SegmentHeader,
    encode_batch,
    encode_segment_header,
    segment_name,
)
from lienthong.evidence.store import check_record
from lienthong.kernel.keys import make_signing_key
from tests.evidence.logs import (
    KEY,
    ORIGIN,
    STORE_KEY,
    OpenLog,
    extend_log,
    make_entry,
    make_log,
    make_sealed_entry,
)
from tests.simulators.files import SECTOR, Crash, FaultyFiles, Loss

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.log import Entry
    from lienthong.evidence.segment import StoredBatch

CHECK = partial(check_record, STORE_KEY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a log of some segments, all of it published."""
    make_log(tmp_path / "log", 100)
    return tmp_path / "log"


def batches(folder: Path) -> list[StoredBatch]:
    return list(read_batches(folder))


def write_at(folder: Path, name: str, offset: int, content: bytes) -> None:
    with (folder / name).open("r+b") as file:
        file.seek(offset)
        file.write(content)


def flip(folder: Path, name: str, offset: int) -> None:
    old = (folder / name).read_bytes()[offset]
    write_at(folder, name, offset, bytes([old ^ 1]))


def refusal(kind: EvidenceErrorKind, folder: Path) -> str:
    with pytest.raises(EvidenceError) as caught:
        OpenLog(folder)
    assert caught.value.kind is kind
    return caught.value.message


def unpublished(folder: Path, *entries: Entry) -> StoredBatch:
    """Append a batch that is durable and not published, by a process that then is killed."""
    files = FaultyFiles(folder)
    opened = OpenLog(folder, files)
    opened.log.resume(None)
    opened.append(*(entries or map(make_entry, range(1000, 1020))))
    files.kill()
    return batches(folder)[-1]


def test_a_batch_torn_at_any_sector_is_dropped_and_appending_goes_on_in_its_place(folder: Path, tmp_path: Path) -> None:
    whole = batches(folder)[-1]
    last = unpublished(folder, *(make_entry(number, extra=200) for number in range(1000, 1010)))
    data = (folder / "segments" / last.segment).read_bytes()
    starts = range(last.offset // SECTOR * SECTOR, last.content_end, SECTOR)
    assert len(starts) > 6
    for missing in starts:
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        start, end = max(missing, last.offset), min(missing + SECTOR, last.content_end)
        write_at(copy, f"segments/{last.segment}", start, bytes(end - start))
        opened = OpenLog(copy)
        assert opened.log.size == whole.size == 100
        tail = opened.log.tail
        assert (tail.segment, tail.offset) == (last.segment, last.offset)
        assert tail.torn > 0
        opened.log.resume(Checkpoint(ORIGIN, 100, opened.log.root))
        assert (copy / "segments" / last.segment).read_bytes()[last.offset :] == bytes(len(data) - last.offset)
        assert [c.index for c in opened.append(make_entry(2000))] == [100]
        opened.log.close()
        assert [batch.size for batch in batches(copy)][-2:] == [100, 101]
        shutil.rmtree(copy)


def test_a_torn_batch_is_not_dropped_if_its_head_is_known_elsewhere(folder: Path) -> None:
    last = unpublished(folder)
    write_at(folder, f"segments/{last.segment}", last.offset + 100, b"torn")
    opened = OpenLog(folder)
    assert opened.log.tail.torn
    before = (folder / "segments" / last.segment).read_bytes()
    with pytest.raises(EvidenceError, match="is lost") as caught:
        opened.log.resume(Checkpoint(ORIGIN, 120, bytes(32)))
    assert caught.value.kind is EvidenceErrorKind.LOG_AHEAD
    assert (folder / "segments" / last.segment).read_bytes() == before


def test_opening_alone_changes_nothing(folder: Path) -> None:
    last = unpublished(folder)
    write_at(folder, f"segments/{last.segment}", last.offset + 100, b"torn")
    files = FaultyFiles(folder)
    OpenLog(folder, files).log.close()
    assert files.steps == 0


def test_opening_reads_the_unpublished_end_and_not_the_whole_log(folder: Path) -> None:
    unpublished(folder)
    first = folder / "segments" / segment_name(0)
    first.write_bytes(b"not even a segment")
    opened = OpenLog(folder)
    assert (opened.log.size, opened.log.published_size) == (120, 100)


def test_a_log_without_published_files_is_read_from_its_start_and_published_again(folder: Path) -> None:
    checkpoint = (folder / "checkpoint").read_bytes()
    shutil.rmtree(folder / "tile")
    (folder / "checkpoint").unlink()
    opened = OpenLog(folder)
    opened.log.resume(None)
    opened.log.close()
    assert (folder / "checkpoint").read_bytes() == checkpoint


def test_a_damaged_batch_before_an_intact_one_is_a_hole(folder: Path) -> None:
    whole = batches(folder)
    unpublished(folder)
    middle = unpublished(folder, make_entry(2000))
    unpublished(folder, make_entry(2001))
    assert middle.segment != whole[0].segment
    flip(folder, f"segments/{middle.segment}", middle.offset + 60)
    assert f"{middle.segment}, offset {middle.offset}: a hole" in refusal(EvidenceErrorKind.SEGMENT, folder)


def test_a_damaged_batch_before_another_segment_is_a_hole(folder: Path) -> None:
    (folder / "checkpoint").unlink()
    last = [batch for batch in batches(folder) if batch.segment == segment_name(0)][-1]
    flip(folder, f"segments/{last.segment}", last.offset + 60)
    message = refusal(EvidenceErrorKind.SEGMENT, folder)
    assert f"{last.segment}, offset {last.offset}: a hole" in message
    assert "another segment" in message


def test_a_missing_segment_is_named(folder: Path) -> None:
    (folder / "checkpoint").unlink()
    names = sorted(path.name for path in (folder / "segments").iterdir())
    (folder / "segments" / names[1]).unlink()
    assert names[2] in refusal(EvidenceErrorKind.SEGMENT, folder)


def test_a_missing_first_segment_is_named(folder: Path) -> None:
    (folder / "checkpoint").unlink()
    names = sorted(path.name for path in (folder / "segments").iterdir())
    (folder / "segments" / names[0]).unlink()
    assert names[1] in refusal(EvidenceErrorKind.SEGMENT, folder)


@pytest.mark.parametrize("offset", [0, 10, 100, HEADER_BYTES - 1])
def test_a_damaged_segment_header_is_named(folder: Path, offset: int) -> None:
    name = batches(folder)[-1].segment
    flip(folder, f"segments/{name}", offset)
    assert name in refusal(EvidenceErrorKind.SEGMENT, folder)


def test_another_key_is_refused_with_and_without_a_published_checkpoint(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(EvidenceError, match="is this the log's key") as caught:
            open_log(folder, ORIGIN, make_signing_key(), LogPorts(print, print))
        assert caught.value.kind is EvidenceErrorKind.LOG_FOREIGN
        (folder / "checkpoint").unlink(missing_ok=True)


def test_another_origin_is_refused_with_and_without_a_published_checkpoint(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(EvidenceError) as caught:
            open_log(folder, "DEMO/GOV/Z99.01/GW1/2", KEY, LogPorts(print, print))
        assert caught.value.kind is EvidenceErrorKind.LOG_FOREIGN
        (folder / "checkpoint").unlink(missing_ok=True)


def test_a_published_checkpoint_ahead_of_the_entries_is_refused(folder: Path) -> None:
    last = batches(folder)[-1]
    write_at(folder, f"segments/{last.segment}", last.offset, bytes(last.end - last.offset))
    message = refusal(EvidenceErrorKind.LOG_AHEAD, folder)
    assert "100 entries, the segments only 95" in message
    assert f"{last.segment}, offset {last.offset}" in message


@pytest.mark.parametrize("name", ["tile/0/000.p/100", "tile/entries/000.p/100"])
def test_a_wrong_tile_or_bundle_at_the_right_edge_is_named(folder: Path, name: str) -> None:
    flip(folder, name, 77)
    assert name in refusal(EvidenceErrorKind.TILE, folder)


def test_a_wrong_tile_above_is_named_with_the_one_below(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 600, each=60)
    flip(folder, "tile/1/000.p/2", 33)
    message = refusal(EvidenceErrorKind.TILE, folder)
    assert "tile/1/000.p/2" in message
    assert "tile/0/001" in message


@pytest.mark.parametrize("name", ["tile/0/000.p/100", "tile/entries/000.p/100"])
def test_a_missing_or_cut_tile_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    assert name in refusal(EvidenceErrorKind.TILE, folder)
    (folder / name).unlink()
    assert name in refusal(EvidenceErrorKind.TILE, folder)


def test_a_bundle_with_an_entry_less_is_named(folder: Path) -> None:
    name = folder / "tile/entries/000.p/100"
    length = int.from_bytes(name.read_bytes()[:2]) + 2
    name.write_bytes(name.read_bytes()[length:])
    assert "100 entries, got 99" in refusal(EvidenceErrorKind.TILE, folder)


def test_a_published_checkpoint_over_another_root_is_refused(folder: Path) -> None:
    (folder / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(ORIGIN, 100, bytes(32)), KEY))
    assert "checkpoint" in refusal(EvidenceErrorKind.TILE, folder)


def test_a_published_checkpoint_that_cannot_be_read_is_refused(folder: Path) -> None:
    (folder / "checkpoint").write_bytes(b"no note")
    assert "published checkpoint" in refusal(EvidenceErrorKind.CHECKPOINT, folder)


def _rewrite(folder: Path, changed: bytes) -> None:
    """Replace the log's entries by one segment with these batches."""
    for path in (folder / "segments").iterdir():
        path.unlink()
    start = encode_segment_header(SegmentHeader(0, 0, ORIGIN))
    (folder / "segments" / segment_name(0)).write_bytes((start + changed).ljust(8192, b"\0"))


def test_a_published_checkpoint_inside_of_a_batch_is_refused(folder: Path) -> None:
    entries = [make_entry(number) for number in range(101)]
    _rewrite(
        folder, encode_batch(0, b"", entries[:60], signed=False) + encode_batch(60, b"", entries[60:], signed=False)
    )
    assert "ends inside this batch" in refusal(EvidenceErrorKind.SEGMENT, folder)


def test_entries_that_do_not_lead_to_their_checkpoint_are_refused(folder: Path) -> None:
    shutil.rmtree(folder / "tile")
    (folder / "checkpoint").unlink()
    for signed in (True, False):
        wrong = Checkpoint(ORIGIN, 1, bytes(32))
        note = sign_checkpoint(wrong, KEY)
        body = note[: note.index(b"\n\n") + 1]
        _rewrite(folder, encode_batch(0, note if signed else body, [make_entry(0)], signed=signed))
        assert "its checkpoint says" in refusal(EvidenceErrorKind.SEGMENT, folder)


def test_a_damaged_record_of_the_last_batch_counts_as_torn(folder: Path) -> None:
    last = unpublished(folder, make_sealed_entry(1000), make_sealed_entry(1001))
    place = last.entries[1].place
    opened = OpenLog(folder, check=CHECK)
    assert (opened.log.size, opened.log.tail.torn) == (102, 0)
    opened.log.close()
    flip(folder, f"segments/{place.segment}", place.offset + 20)
    opened = OpenLog(folder)  # without the store's key nothing is known of it
    assert (opened.log.size, opened.log.tail.torn) == (102, 0)
    opened.log.close()
    opened = OpenLog(folder, check=CHECK)
    assert (opened.log.size, opened.log.tail.offset) == (100, last.offset)
    assert opened.log.tail.torn == last.end - last.offset
    opened.log.resume(None)
    opened.append(make_sealed_entry(1002))
    opened.log.close()
    OpenLog(folder, check=CHECK).log.close()


def test_a_record_that_did_not_reach_the_disk_counts_as_torn_even_without_the_stores_key(folder: Path) -> None:
    last = unpublished(folder, make_sealed_entry(1000))
    place = last.entries[0].place
    write_at(folder, f"segments/{place.segment}", place.offset, bytes(place.length))
    assert OpenLog(folder).log.tail.torn == last.end - last.offset


def test_an_erased_record_is_not_torn_and_neither_is_one_half_erased(folder: Path) -> None:
    place = unpublished(folder, make_sealed_entry(1000)).entries[0].place
    write_at(folder, f"segments/{place.segment}", place.offset, b"\2")
    opened = OpenLog(folder, check=CHECK)
    assert (opened.log.size, opened.log.tail.torn) == (101, 0)
    opened.log.close()
    erase_record(folder, place)
    opened = OpenLog(folder, check=CHECK)
    assert (opened.log.size, opened.log.tail.torn) == (101, 0)


def test_a_record_damaged_after_its_batch_was_published_or_followed_is_not_torn(folder: Path) -> None:
    published = unpublished(folder, make_sealed_entry(1000)).entries[0].place
    extend_log(folder, 101, 1)
    flip(folder, f"segments/{published.segment}", published.offset + 20)
    last = get_entry(folder, 101).place
    flip(folder, f"segments/{last.segment}", last.offset)
    opened = OpenLog(folder, check=CHECK)
    assert (opened.log.size, opened.log.tail.torn) == (102, 0)


def test_a_crash_while_a_record_is_erased_never_costs_its_batch(folder: Path, tmp_path: Path) -> None:
    entries = [make_sealed_entry(number) for number in range(1000, 1005)]
    place = unpublished(folder, *entries).entries[2].place
    for at in range(1, 6):
        for seed, loss in enumerate([Loss.ALL, Loss.NONE, *[Loss.SOME] * 5]):
            copy = tmp_path / "copy"
            shutil.copytree(folder, copy)
            files = FaultyFiles(copy, at)
            with suppress(Crash):
                erase_record(copy, place, files)
            files.crash(loss, seed)
            opened = OpenLog(copy, check=CHECK)
            assert (opened.log.size, opened.log.tail.torn) == (105, 0)
            opened.log.close()
            erase_record(copy, place)
            assert get_entry(copy, 102).record == b"\2".ljust(place.length, b"\0")
            shutil.rmtree(copy)


def test_an_empty_last_segment_is_gone_on_in(folder: Path) -> None:
    header = encode_segment_header(SegmentHeader(len(list((folder / "segments").iterdir())), 100, ORIGIN))
    (folder / "segments" / segment_name(100)).write_bytes(header.ljust(8192, b"\0"))
    (folder / "segments" / "next.new").write_bytes(b"left by a crash")
    opened = OpenLog(folder)
    assert opened.log.tail.segment == segment_name(100)
    opened.log.resume(None)
    assert not (folder / "segments" / "next.new").exists()
    assert [c.index for c in opened.append(make_entry(100))] == [100]
    opened.log.close()
    assert batches(folder)[-1].segment == segment_name(100)

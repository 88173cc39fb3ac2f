from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.check import Problem, Report, check_log
from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.log import create_log
from lienthong.evidence.reader import erase_record, get_entry, read_batches
from lienthong.evidence.segment import HEADER_BYTES, SegmentHeader, encode_batch, encode_segment_header, segment_name
from lienthong.evidence.signer import HeadSigner
from lienthong.evidence.tree import Frontier
from lienthong.kernel.keys import make_signing_key
from tests.evidence.logs import (
    KEY,
    ORIGIN,
    SMALL,
    STORE_KEY,
    OpenLog,
    make_entry,
    make_log,
    make_sealed_entry,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lienthong.evidence.log import Entry
    from lienthong.kernel.keys import SigningKey, VerifyKey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_log(tmp_path / "log", 300, each=20)
    return tmp_path / "log"


def check(folder: Path, key: VerifyKey | None = KEY.verify_key) -> Report:
    return check_log(folder, key)


def problem_of(report: Report) -> Problem:
    assert report.problem is not None
    return report.problem


def change(path: Path, offset: int, bit: int = 0) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        old = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([old ^ 1 << bit]))


def write_log(folder: Path, batches: Iterable[Sequence[Entry]], key: SigningKey = KEY) -> None:
    """Write a log as a thief of the disk would: any entries, all CRCs right, signed with any key."""
    data = encode_segment_header(SegmentHeader(0, 0, ORIGIN))
    tree, signer = Frontier(), HeadSigner(ORIGIN, key)
    for entries in batches:
        first = tree.size
        for entry in entries:
            tree.append(entry.leaf)
        data += encode_batch(first, signer.sign(signer.format(tree.size, tree.root())), entries, signed=True)
    for path in (folder / "segments").iterdir():
        path.unlink()
    (folder / "segments" / segment_name(0)).write_bytes(data + bytes(5000))


def test_a_log_as_a_gateway_leaves_it_is_well_and_counted(folder: Path) -> None:
    done: list[float] = []
    report = check_log(folder, KEY.verify_key, progress=done.append)
    assert report.problem is None
    assert (report.origin, report.size, report.batches, report.published, report.tiles) == (ORIGIN, 300, 15, 300, 3)
    assert (report.signed, report.live, report.erased, report.is_growing) == (15, 300, 0, False)
    assert done == sorted(done)
    assert done[-1] == 1


def test_an_empty_log_is_well(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    assert check(tmp_path / "log").problem is None


def test_a_folder_without_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        check(tmp_path)
    assert caught.value.kind is EvidenceErrorKind.LOG_MISSING


def small_log(folder: Path) -> None:
    create_log(folder, ORIGIN, KEY, settings=SMALL)
    opened = OpenLog(folder)
    opened.log.resume(None)
    for number in range(4):
        opened.append(make_entry(2 * number, proven=number != 1), make_entry(2 * number + 1, proven=number != 1))
    opened.log.close()


def flips_not_found(folder: Path, bits: Sequence[int], rotate: int) -> list[str]:
    """Flip bits of all that must not change, one at a time, and give those that `check_log` did not place right."""
    missed = []
    for number, (path, start, end, place) in enumerate(protected(folder)):
        for offset in range(start, end):
            for bit in bits if not rotate else [(offset + number) % rotate]:
                change(path, offset, bit)
                problem = check(folder).problem
                if problem is None or not str(problem).startswith(place):
                    missed.append(f"{path.name} {offset} {bit}: {problem}")
                change(path, offset, bit)
    return missed


def protected(folder: Path) -> Iterable[tuple[Path, int, int, str]]:
    """Give file, start and end of what may not change, and how the problem must begin that names it."""
    name = segment_name(0)
    segment = folder / "segments" / name
    yield segment, 0, HEADER_BYTES, f"segments/{name}, offset 0"
    for batch in read_batches(folder):
        place = f"segments/{name}, offset {batch.offset}"
        yield segment, batch.offset, batch.entries[0].place.offset, place
        yield segment, batch.content_end, batch.end, place
    yield segment, batch.end, batch.end + 200, f"segments/{name}, offset {batch.end}"
    yield segment, 8190, 8192, f"segments/{name}, offset {batch.end}"
    for name in ("checkpoint", "tile/0/000.p/8", "tile/entries/000.p/8"):
        yield folder / name, 0, (folder / name).stat().st_size, name


def test_a_flipped_bit_in_any_byte_is_found_and_its_place_named(tmp_path: Path) -> None:
    small_log(tmp_path / "log")
    assert flips_not_found(tmp_path / "log", range(8), rotate=8) == []


@pytest.mark.campaign
def test_any_flipped_bit_is_found_and_its_place_named(tmp_path: Path) -> None:
    small_log(tmp_path / "log")
    assert flips_not_found(tmp_path / "log", range(8), rotate=0) == []


def test_a_removed_added_changed_or_reordered_entry_is_found_even_under_right_crcs(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 12, each=3)
    entries = [make_entry(number, proven=True) for number in range(12)]
    for changed in (
        entries[:4] + entries[5:],
        [*entries[:4], make_entry(99), *entries[4:]],
        [*entries[:4], make_entry(99), *entries[5:]],
        [*entries[:4], entries[5], entries[4], *entries[6:]],
    ):
        batches = [changed[i : i + 3] for i in range(0, len(changed), 3)]
        write_log(folder, batches, make_signing_key())
        assert problem_of(check(folder)).entry == 0
        # Even under the log's own key what was published before tells.
        write_log(folder, batches, KEY)
        assert check(folder).problem is not None
    write_log(folder, [entries[i : i + 3] for i in range(0, 12, 3)])
    assert check(folder).problem is None


def test_batches_in_another_order_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 10)
    path = folder / "segments" / segment_name(0)
    first, second = read_batches(folder)
    data = path.read_bytes()
    one, two = data[first.offset : first.end], data[second.offset : second.end]
    path.write_bytes(data[: first.offset] + two + one + data[second.end :])
    problem = problem_of(check(folder))
    assert (problem.offset, "from entry 5" in problem.what) == (HEADER_BYTES, True)


def test_an_entry_that_is_no_statement_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 3)
    entries = [make_entry(number) for number in range(3)]
    strange = type(entries[1])(b'{"v": 1}', entries[1].leaf, proven=True)
    write_log(folder, [[entries[0], strange, entries[2]]])
    problem = problem_of(check(folder))
    assert (problem.file, problem.offset, problem.entry) == (f"segments/{segment_name(0)}", HEADER_BYTES, 1)


def test_a_wrong_root_in_an_unsigned_batch_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder)
    body = HeadSigner(ORIGIN, KEY).format(1, bytes(32))
    data = encode_segment_header(SegmentHeader(0, 0, ORIGIN)) + encode_batch(0, body, [make_entry(0)], signed=False)
    (folder / "segments" / segment_name(0)).write_bytes(data)
    assert "the batch's checkpoint says" in problem_of(check(folder)).what


def test_a_log_signed_with_another_key_is_found_only_if_the_key_is_given(folder: Path) -> None:
    other = make_signing_key().verify_key
    assert problem_of(check(folder, other)).file == "checkpoint"
    (folder / "checkpoint").unlink()
    assert problem_of(check(folder, other)).entry == 0
    assert check(folder, None).problem is None


def test_a_cut_end_is_found_with_the_published_checkpoint_or_a_known_head(folder: Path) -> None:
    head = (folder / "checkpoint").read_bytes()
    assert check_log(folder, KEY.verify_key, head=head).problem is None
    last = list(read_batches(folder))[-1]
    with (folder / "segments" / last.segment).open("r+b") as file:
        file.seek(last.offset)
        file.write(bytes(last.end - last.offset))
    problem = problem_of(check(folder))
    assert (problem.offset, "published checkpoint has 300" in problem.what) == (last.offset, True)
    (folder / "checkpoint").unlink()
    assert check(folder).problem is None
    assert "the given head has 300" in problem_of(check_log(folder, KEY.verify_key, head=head)).what


def test_a_known_head_of_another_history_is_found_at_its_size(folder: Path) -> None:
    for size in (7, 300):
        head = sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), KEY)
        problem = problem_of(check_log(folder, KEY.verify_key, head=head))
        assert "the given head" in problem.what
        assert problem.entry == size - 1
    forged = sign_checkpoint(Checkpoint(ORIGIN, 7, bytes(32)), make_signing_key())
    assert problem_of(check_log(folder, KEY.verify_key, head=forged)).file == "the given head"
    elsewhere = sign_checkpoint(Checkpoint("another", 900, bytes(32)), KEY)
    assert "is of the log another" in problem_of(check_log(folder, None, head=elsewhere)).what


def test_a_missing_segment_a_foreign_one_and_a_strange_file_are_named(folder: Path, tmp_path: Path) -> None:
    names = sorted(path.name for path in (folder / "segments").iterdir())
    for number, expected in ((0, names[1]), (1, names[2])):
        copy = tmp_path / f"copy {number}"
        shutil.copytree(folder, copy)
        (copy / "segments" / names[number]).unlink()
        assert problem_of(check(copy)).file == f"segments/{expected}"
    (folder / "segments" / "notes.txt").touch()
    assert problem_of(check(folder)).file == "segments/notes.txt"


@pytest.mark.parametrize(
    "name", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
)
def test_a_changed_or_missing_published_file_is_named(folder: Path, name: str) -> None:
    change(folder / name, 20)
    assert problem_of(check(folder)).file == name
    (folder / name).unlink()
    problem = problem_of(check(folder))
    assert problem.file == name
    assert problem.offset is None


def test_a_published_size_inside_of_a_batch_is_named(folder: Path, tmp_path: Path) -> None:
    make_log(tmp_path / "other", 295)
    (folder / "checkpoint").write_bytes((tmp_path / "other" / "checkpoint").read_bytes())
    shutil.copytree(tmp_path / "other" / "tile", folder / "tile", dirs_exist_ok=True)
    problem = problem_of(check(folder))
    assert (problem.file, "where a batch ends" in problem.what) == ("checkpoint", True)


def test_a_published_root_that_the_tiles_do_not_lead_to_is_named(folder: Path) -> None:
    (folder / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(ORIGIN, 300, bytes(32)), KEY))
    problem = problem_of(check(folder))
    assert (problem.file, "expected the root" in problem.what) == ("checkpoint", True)


def test_a_segment_that_is_being_made_is_no_problem(folder: Path) -> None:
    (folder / "segments" / "next.new").write_bytes(bytes(100))
    assert check(folder).problem is None


def test_a_damaged_batch_before_another_segment_is_a_hole(folder: Path) -> None:
    batches = list(read_batches(folder))
    last = [batch for batch in batches if batch.segment == batches[0].segment][-1]
    change(folder / "segments" / last.segment, last.offset + 50)
    problem = problem_of(check(folder))
    assert (problem.offset, "another segment follows" in problem.what) == (last.offset, True)


def test_a_published_checkpoint_that_no_batch_ends_at_or_with_another_root_is_named(folder: Path) -> None:
    for size in (299, 300):
        (folder / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), KEY))
        report = check(folder)
        assert "tile" in problem_of(report).what
    shutil.rmtree(folder / "tile")
    (folder / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(ORIGIN, 0, Frontier().root()), KEY))
    assert check(folder).problem is None


def test_files_beyond_the_published_checkpoint_are_no_problem(folder: Path, tmp_path: Path) -> None:
    make_log(tmp_path / "short", 290, each=20)
    (folder / "checkpoint").write_bytes((tmp_path / "short" / "checkpoint").read_bytes())
    shutil.copytree(tmp_path / "short" / "tile", folder / "tile", dirs_exist_ok=True)
    shutil.rmtree(folder / "tile" / "0" / "001.p")
    assert problem_of(check(folder)).file == "tile/0/001.p/34"


def test_records_are_tested_by_their_markers_and_with_the_stores_key_by_their_tags(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    create_log(folder, ORIGIN, KEY, settings=SMALL)
    opened = OpenLog(folder)
    opened.log.resume(None)
    opened.append(*map(make_sealed_entry, range(5)))
    opened.log.close()
    erase_record(folder, get_entry(folder, 1).place)
    report = check_log(folder, KEY.verify_key, STORE_KEY)
    assert (report.problem, report.live, report.erased) == (None, 4, 1)
    path, place = folder / "segments" / segment_name(0), get_entry(folder, 3).place
    change(path, place.offset + place.length - 1)
    assert check(folder).problem is None
    assert problem_of(check_log(folder, KEY.verify_key, STORE_KEY)).entry == 3
    change(path, get_entry(folder, 2).place.offset)
    assert problem_of(check(folder)).entry == 2


def test_an_erasure_that_did_not_end_is_named_with_the_stores_key(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    create_log(folder, ORIGIN, KEY, settings=SMALL)
    opened = OpenLog(folder)
    opened.log.resume(None)
    opened.append(make_sealed_entry(0))
    opened.log.close()
    place = get_entry(folder, 0).place
    with (folder / "segments" / place.segment).open("r+b") as file:
        file.seek(place.offset)
        file.write(b"\2")
    assert "erase it again" in problem_of(check_log(folder, KEY.verify_key, STORE_KEY)).what


def test_a_torn_commit_is_named_unless_a_gateway_is_writing(folder: Path) -> None:
    opened = OpenLog(folder)
    tail = opened.log.tail
    with (folder / "segments" / tail.segment).open("r+b") as file:
        file.seek(tail.offset)
        file.write(b"LTB\1 half of a batch")
    report = check(folder)
    assert (report.problem, report.is_growing, report.size) == (None, True, 300)
    opened.log.close()
    problem = problem_of(check(folder))
    assert (problem.offset, "21 bytes behind" in problem.what) == (tail.offset, False)
    assert "20 bytes behind" in problem.what


def test_a_copy_without_a_lock_file_can_be_checked(folder: Path) -> None:
    (folder / "lock").unlink()
    assert check(folder).problem is None

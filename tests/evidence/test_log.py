from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.evidence.batching import MAX_LOOKS
from lienthong.evidence.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, verify_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.log import (
    PUBLISH_ENTRIES,
    Committed,
    Entry,
    LogPorts,
    LogSettings,
    create_log,
    open_log,
)
from lienthong.evidence.reader import read_batches
from lienthong.evidence.segment import segment_name
from lienthong.evidence.statement import Succeeds, encode_statement
from lienthong.evidence.tree import (
    EMPTY_ROOT,
    batch_subtree,
    fold_path,
    fold_suffix,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.evidence.logs import KEY, ORIGIN, SMALL, OpenLog, extend_log, make_entry, make_log
from tests.simulators.files import Crash, FaultKind, FaultyFiles, Loss, QuickFiles
from tests.simulators.turns import Turns

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_log(tmp_path / "log")
    return tmp_path / "log"


@pytest.fixture
def opened(folder: Path) -> OpenLog:
    opened = OpenLog(folder)
    opened.log.resume(None)
    return opened


def sizes(folder: Path) -> list[int]:
    return [len(batch.entries) for batch in read_batches(folder)]


def refusal(kind: EvidenceErrorKind, call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(EvidenceError) as caught:
        call(*arguments)
    assert caught.value.kind is kind
    return caught.value.message


def test_an_entry_is_told_its_index_and_a_head_that_proves_it(opened: OpenLog) -> None:
    (committed,) = opened.append(make_entry(0))
    head = committed.head
    assert (committed.index, committed.leaf, head.first, head.size) == (0, make_entry(0).leaf, 0, 1)
    assert verify_checkpoint(head.checkpoint, ORIGIN, KEY.verify_key) == Checkpoint(ORIGIN, 1, head.root)
    assert (opened.log.size, opened.log.root) == (1, head.root)


def test_path_and_suffix_are_together_the_standard_proof(opened: OpenLog) -> None:
    done = [c for first in range(0, 60, 7) for c in opened.append(*(make_entry(first + i) for i in range(7)))]
    for committed in done:
        head = committed.head
        whole = head.path(committed.index) + head.suffix
        assert whole == opened.log.prove_inclusion(committed.index, head.size)
        verify_inclusion(committed.leaf, committed.index, head.size, whole, head.root)
        start, end = batch_subtree(head.first, head.size)
        inner = fold_path(committed.leaf, committed.index - start, end - start, head.path(committed.index))
        assert fold_suffix(inner, head.first, head.size, head.suffix) == head.root
        since = opened.log.prove_consistency(head.size, opened.log.size)
        verify_consistency(head.size, opened.log.size, since, head.root, opened.log.root)


def test_an_entry_is_proven_anew_under_the_newest_checkpoint(opened: OpenLog) -> None:
    done = [committed for number in range(20) for committed in opened.append(make_entry(number))]
    for old in done:
        again = opened.log.prove_entry(old.index)
        head = again.head
        assert (again.index, again.leaf, head.first, head.size) == (old.index, old.leaf, old.index, 20)
        assert verify_checkpoint(head.checkpoint, ORIGIN, KEY.verify_key) == Checkpoint(ORIGIN, 20, opened.log.root)
        assert head.path(old.index) + head.suffix == opened.log.prove_inclusion(old.index, 20)


def test_entries_of_one_turn_are_one_batch(opened: OpenLog, folder: Path) -> None:
    opened.append(*map(make_entry, range(5)))
    opened.append(make_entry(5))
    assert sizes(folder) == [5, 1]


def test_a_batch_waits_while_turns_still_add_entries_and_no_longer(opened: OpenLog, folder: Path) -> None:
    opened.offer([make_entry(0)])
    for number in range(1, MAX_LOOKS + 5):
        opened.offer([make_entry(number)])
        opened.turns.turn()
    opened.turns.run()
    # The last turn is that in which others on this processor went first.
    assert sizes(folder)[0] == MAX_LOOKS + 3


def test_a_single_entry_is_committed_in_the_next_turn(opened: OpenLog) -> None:
    opened.offer([make_entry(0)])
    assert opened.answers == []
    opened.turns.turn()
    assert len(opened.answers) == 1


@pytest.mark.parametrize(("offered", "batch"), [(1, 1), (2, 3)])
def test_a_batch_of_several_entries_gives_way_once_to_whoever_is_ready(offered: int, batch: int, folder: Path) -> None:
    opened = OpenLog(folder)
    opened.log.close()

    # Who runs meanwhile, such as a peer on the same processor, sends what joins the batch.
    def give_way() -> None:
        log.append(make_entry(9), opened.answers.append)

    ports = LogPorts(opened.turns.schedule, opened.failures.append, files=QuickFiles(), give_way=give_way)
    log = open_log(folder, ORIGIN, KEY, ports)
    log.resume(None)
    for number in range(offered):
        log.append(make_entry(number), opened.answers.append)
    opened.turns.run()
    assert sizes(folder) == [batch]


class LateEntry(msgspec.Struct, frozen=True):
    """A draft that says when it is finished."""

    entry: Entry
    finished: list[int]

    @property
    def statement(self) -> bytes:
        return self.entry.statement

    @property
    def length(self) -> int:
        return self.entry.length

    def finish(self) -> Entry:
        self.finished.append(len(self.finished))
        return self.entry


def test_a_draft_is_finished_once_and_only_when_its_batch_is_committed(opened: OpenLog, folder: Path) -> None:
    finished: list[int] = []
    answers: list[Committed | None] = []
    for number in range(3):
        opened.log.append(LateEntry(make_entry(number), finished), answers.append)
    assert finished == []
    opened.turns.run()
    assert finished == [0, 1, 2]
    assert [committed.leaf for committed in answers if committed] == [make_entry(number).leaf for number in range(3)]
    assert [entry.statement for batch in read_batches(folder) for entry in batch.entries] == [
        make_entry(number).statement for number in range(3)
    ]


def test_a_batch_is_cut_at_its_most_bytes_and_the_rest_follows_at_once(folder: Path) -> None:
    opened = OpenLog(folder, settings=LogSettings(segment_bytes=8192, max_batch_bytes=1000))
    opened.log.resume(None)
    opened.append(*(make_entry(number, extra=300) for number in range(5)), make_entry(5, extra=5000))
    assert sizes(folder) == [2, 2, 1, 1]
    opened.log.close()


def test_only_a_batch_with_an_entry_to_prove_is_signed(opened: OpenLog, folder: Path) -> None:
    (unproven,) = opened.append(make_entry(0, proven=False))
    assert unproven.head.checkpoint == b""
    assert opened.log.signed_head == b""
    opened.append(make_entry(1, proven=False), make_entry(2))
    first, second = read_batches(folder)
    assert (first.signed, second.signed) == (False, True)
    assert parse_checkpoint(first.checkpoint) == Checkpoint(ORIGIN, 1, unproven.head.root)


def test_an_unsigned_head_is_signed_when_it_is_asked_for_or_published(opened: OpenLog, folder: Path) -> None:
    (committed,) = opened.append(make_entry(0, proven=False))
    note = opened.log.checkpoint()
    assert verify_checkpoint(note, ORIGIN, KEY.verify_key) == Checkpoint(ORIGIN, 1, committed.head.root)
    assert opened.log.checkpoint() is note
    opened.log.publish()
    assert (folder / "checkpoint").read_bytes() == note
    assert opened.log.published_size == 1


def test_an_empty_log_has_the_empty_root_and_publishes_nothing(opened: OpenLog, folder: Path) -> None:
    opened.log.publish()
    assert opened.log.root_at(0) == EMPTY_ROOT
    assert verify_checkpoint(opened.log.checkpoint(), ORIGIN, KEY.verify_key).size == 0
    assert not (folder / "checkpoint").exists()


def test_a_caller_may_append_from_its_answer(opened: OpenLog, folder: Path) -> None:
    def again(committed: Committed | None) -> None:
        assert committed is not None
        opened.offer([make_entry(1)])

    opened.log.append(make_entry(0), again)
    opened.turns.run()
    assert sizes(folder) == [1, 1]


def test_one_callers_mistake_keeps_nobody_else_waiting(opened: OpenLog) -> None:
    def mistaken(_: Committed | None) -> None:
        raise LookupError

    opened.log.append(make_entry(0), mistaken)
    opened.offer([make_entry(1)])
    with pytest.raises(LookupError):
        opened.turns.run()
    assert [answer.index for answer in opened.answers if answer] == [1]
    assert [c.index for c in opened.append(make_entry(2))] == [2]
    assert opened.failures == []


def test_in_a_thread_the_next_batch_waits_for_the_sync_and_takes_all_that_came_meanwhile(folder: Path) -> None:
    opened = OpenLog(folder, threads=True)
    opened.log.resume(None)
    opened.offer([make_entry(0)])
    opened.turns.turn()
    for number in range(1, 10):
        opened.offer([make_entry(number)])
        opened.turns.turn()
    assert opened.answers == []
    assert opened.log.size == 0
    assert not opened.log.is_idle
    opened.turns.run()
    assert sizes(folder) == [1, 9]
    assert opened.log.is_idle


def test_a_slow_disk_is_synced_in_a_thread_and_a_fast_one_in_the_loop(folder: Path) -> None:
    for files, threads in ((SystemFiles(sync_delay_s=0.002), 1), (QuickFiles(), 0)):
        opened = OpenLog(folder)
        opened.log.close()
        ports = LogPorts(opened.turns.schedule, opened.failures.append, opened.turns.run_in_thread, None, files)
        log = open_log(folder, ORIGIN, KEY, ports)
        log.resume(None)
        log.append(make_entry(log.size), opened.answers.append)
        opened.turns.turn()
        assert len(opened.turns.threads) == threads
        opened.turns.run()
        log.close()


def test_a_disk_that_becomes_slow_is_synced_in_a_thread_until_it_is_fast_again(tmp_path: Path) -> None:
    make_log(tmp_path / "log", settings=LogSettings())
    turns = Turns()
    failures: list[Exception] = []
    answers: list[Committed | None] = []
    delays = [0.0]

    class ChangingDisk(QuickFiles):
        def fdatasync(self, descriptor: int) -> None:
            super().fdatasync(descriptor)
            time.sleep(delays[-1])

    ports = LogPorts(turns.schedule, failures.append, turns.run_in_thread, None, ChangingDisk())
    log = open_log(tmp_path / "log", ORIGIN, KEY, ports)
    log.resume(None)

    def append() -> bool:
        """Append an entry and say whether its sync went to a thread."""
        log.append(make_entry(log.size), answers.append)
        turns.turn()
        in_thread = bool(turns.threads)
        turns.run()
        return in_thread

    assert not append()
    delays.append(0.002)
    assert any(append() for _ in range(50))
    delays.append(0.0)
    assert append()  # and one fast one no fast disk
    assert not all(append() for _ in range(500))
    log.close()
    assert failures == []


def test_segments_follow_each_other_and_a_large_batch_gets_one_of_its_size(opened: OpenLog, folder: Path) -> None:
    for number in range(30):
        opened.append(make_entry(number, extra=900))
    opened.append(make_entry(30, extra=20_000))
    opened.append(make_entry(31))
    opened.log.close()
    lengths = {path.name: path.stat().st_size for path in sorted((folder / "segments").iterdir())}
    assert set(lengths.values()) > {8192}
    assert max(lengths.values()) > 20_000
    assert [entry.index for batch in read_batches(folder) for entry in batch.entries] == list(range(32))


def test_a_first_batch_larger_than_its_segment_replaces_the_empty_one(opened: OpenLog, folder: Path) -> None:
    opened.append(make_entry(0, extra=9000))
    opened.append(make_entry(1))
    opened.log.close()
    assert sorted(path.name for path in (folder / "segments").iterdir()) == [segment_name(0), segment_name(1)]
    again = OpenLog(folder)
    assert again.log.size == 2
    again.log.close()


def test_the_next_segment_is_made_ahead_in_a_thread(folder: Path) -> None:
    opened = OpenLog(folder, threads=True)
    opened.log.resume(None)
    for number in range(5):
        opened.append(make_entry(number, extra=900))
    assert "next.new" in [path.name for path in (folder / "segments").iterdir()]
    assert opened.log.is_idle
    for number in range(5, 10):
        opened.append(make_entry(number, extra=900))
    opened.log.close()
    assert len(sizes(folder)) == 10


def test_publication_starts_by_itself_before_memory_fills(folder: Path) -> None:
    opened = OpenLog(folder, settings=LogSettings())
    opened.log.resume(None)
    for first in range(0, PUBLISH_ENTRIES + 500, 500):
        opened.append(*(make_entry(first + number) for number in range(500)))
    assert opened.log.published_size >= PUBLISH_ENTRIES
    opened.log.close()


def test_a_statement_that_no_bundle_holds_is_refused_and_nothing_else_is_hurt(opened: OpenLog) -> None:
    large = b"x" * 65_536
    refusal(EvidenceErrorKind.TOO_LARGE, opened.log.append, Entry(large, leaf_hash(large), proven=True), print)
    assert [c.index for c in opened.append(make_entry(0))] == [0]


def test_after_a_failed_write_everyone_waiting_and_to_come_gets_none(folder: Path) -> None:
    files = FaultyFiles(folder)
    opened = OpenLog(folder, files, threads=True)
    opened.log.resume(None)
    opened.append(make_entry(0))
    files.at, files.kind = files.steps + 2, FaultKind.EIO
    opened.offer([make_entry(1)])
    opened.turns.turn()  # written, and its sync, which will fail, waits for the thread
    opened.offer([make_entry(2)])
    opened.turns.run()
    opened.offer([make_entry(3)])
    assert opened.answers[1:] == [None, None, None]
    assert len(opened.failures) == 1
    assert isinstance(opened.failures[0], OSError)
    assert opened.log.size == 1
    opened.log.publish()  # nothing more is written
    steps = files.steps
    opened.log.close()
    assert files.steps == steps


def test_a_log_that_fails_while_a_batch_forms_commits_it_no_more(folder: Path) -> None:
    files = FaultyFiles(folder)
    opened = OpenLog(folder, files, threads=True)
    opened.log.resume(None)
    opened.append(make_entry(0))
    files.at, files.kind = files.steps + 1, FaultKind.EIO
    opened.log.publish()
    opened.offer([make_entry(1)])
    opened.turns.run_thread()
    opened.turns.run()
    assert opened.answers[1:] == [None]
    assert opened.log.size == 1


def test_a_second_failure_is_not_reported_again(folder: Path) -> None:
    files = FaultyFiles(folder)
    opened = OpenLog(folder, files, threads=True)
    opened.log.resume(None)
    opened.append(make_entry(0))
    opened.log.publish()
    opened.offer([make_entry(1)])
    opened.turns.turn()
    files.crash(Loss.NONE)
    for call, then in list(opened.turns.threads):
        with pytest.raises(Crash):
            call()
        then(OSError("gone"))
    assert len(opened.failures) == 1
    assert opened.answers[1:] == [None]


def test_a_failed_publication_ends_the_log_too_and_is_reported_once(folder: Path) -> None:
    files = FaultyFiles(folder)
    opened = OpenLog(folder, files, threads=True)
    opened.log.resume(None)
    opened.append(make_entry(0))
    files.at, files.kind = files.steps + 1, FaultKind.ENOSPC
    opened.log.publish()
    opened.turns.run()
    opened.offer([make_entry(1)])
    assert opened.answers[1:] == [None]
    assert len(opened.failures) == 1


def test_no_room_for_the_next_segment_ends_the_log(folder: Path) -> None:
    files = FaultyFiles(folder)
    opened = OpenLog(folder, files, threads=True)
    opened.log.resume(None)
    files.at, files.kind = files.steps + 3, FaultKind.ENOSPC  # the batch, its sync, then the zeros
    opened.offer([make_entry(0, extra=6000)])
    opened.turns.run()
    assert len(opened.failures) == 1
    opened.offer([make_entry(1)])
    assert opened.answers[1] is None


def test_a_log_takes_and_signs_nothing_before_it_is_resumed_and_nothing_after_it_is_closed(folder: Path) -> None:
    opened = OpenLog(folder)
    unready = EvidenceErrorKind.LOG_UNREADY
    refusal(unready, opened.log.append, make_entry(0), print)
    refusal(unready, opened.log.checkpoint)
    opened.log.publish()
    opened.log.resume(None)
    refusal(unready, opened.log.resume, None)
    opened.offer([make_entry(0)])
    refusal(unready, opened.log.close)
    opened.turns.run()
    opened.log.close()
    opened.log.close()
    refusal(unready, opened.log.append, make_entry(1), print)


def test_one_process_writes_a_log(folder: Path, opened: OpenLog) -> None:
    assert str(folder) in refusal(EvidenceErrorKind.LOG_LOCKED, OpenLog, folder)
    opened.log.close()
    OpenLog(folder).log.close()


def test_a_log_that_is_refused_at_opening_is_not_held(folder: Path) -> None:
    extend_log(folder, 0, 3)
    ports = LogPorts(print, print)
    refusal(EvidenceErrorKind.LOG_FOREIGN, open_log, folder, ORIGIN, make_signing_key(), ports)
    OpenLog(folder).log.close()


def test_a_log_is_made_once_and_never_by_opening(folder: Path, tmp_path: Path) -> None:
    refusal(EvidenceErrorKind.LOG_EXISTS, create_log, folder, ORIGIN, KEY)
    refusal(EvidenceErrorKind.LOG_MISSING, OpenLog, tmp_path / "elsewhere")
    (tmp_path / "empty" / "segments").mkdir(parents=True)
    (tmp_path / "empty" / "lock").touch()
    refusal(EvidenceErrorKind.LOG_MISSING, OpenLog, tmp_path / "empty")


def test_a_log_that_follows_another_starts_with_that_entry(tmp_path: Path) -> None:
    succeeds = Succeeds(origin="DEMO/GOV/Z99.01/GW1/0", reason="restored", root=encode_base64url(bytes(32)), size=9)
    statement = encode_statement(succeeds)
    first = Entry(statement, leaf_hash(statement), proven=True)
    create_log(tmp_path / "log", ORIGIN, KEY, first, settings=SMALL)
    opened = OpenLog(tmp_path / "log")
    assert opened.log.size == 1
    assert verify_checkpoint(opened.log.signed_head, ORIGIN, KEY.verify_key).root == leaf_hash(statement)
    opened.log.resume(None)
    assert [c.index for c in opened.append(make_entry(0))] == [1]
    opened.log.close()
    assert next(read_batches(tmp_path / "log")).entries[0].statement == statement


def test_the_root_at_a_size_to_come_is_refused(opened: OpenLog) -> None:
    opened.append(make_entry(0))
    assert "asked for its root at 2" in refusal(EvidenceErrorKind.LOG_AHEAD, opened.log.root_at, 2)


def test_a_known_head_of_this_history_is_accepted_and_no_other(folder: Path) -> None:
    done = extend_log(folder, 0, 20)
    heads = {c.head.size: c.head.root for c in done}
    opened = OpenLog(folder)
    for size, root in heads.items():
        opened.log.require_head(Checkpoint(ORIGIN, size, root))
    ahead, forked = EvidenceErrorKind.LOG_AHEAD, EvidenceErrorKind.LOG_FORKED
    assert "21" in refusal(ahead, opened.log.resume, Checkpoint(ORIGIN, 21, bytes(32)))
    refusal(forked, opened.log.resume, Checkpoint(ORIGIN, 10, bytes(32)))
    refusal(forked, opened.log.resume, Checkpoint("DEMO/GOV/Z99.01/GW1/2", 10, heads[10]))
    opened.log.resume(Checkpoint(ORIGIN, 10, heads[10]))


def test_a_cosigned_published_checkpoint_is_read_like_any_other(folder: Path) -> None:
    extend_log(folder, 0, 7)
    published = folder / "checkpoint"
    witness = make_signing_key()
    head = verify_checkpoint(published.read_bytes(), ORIGIN, KEY.verify_key)
    cosigned = sign_checkpoint(Checkpoint("witness", head.size, head.root), witness).splitlines()[-1] + b"\n"
    published.write_bytes(published.read_bytes() + cosigned)
    opened = OpenLog(folder)
    assert opened.log.published_size == 7
    assert opened.log.signed_head.endswith(cosigned)

"""The log a gateway writes: entries in batches that form by themselves, durable before anyone hears of them.

A batch is committed when a turn of the event loop adds no entry; no timer is involved. All methods belong to
the loop's thread. After an error of a write or sync nobody knows what is on the disk: the log answers None to
all who wait, takes nothing more, and leaves it to the next opening to find out (rule 6.2).
"""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Final

from lienthong.evidence.batch import Committed, Draft, Entry, Head
from lienthong.evidence.batching import Batching
from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.log_ports import LogPorts, LogSettings
from lienthong.evidence.opening import lock_log, make_log
from lienthong.evidence.publisher import Publisher, run_at_once
from lienthong.evidence.recovery import recover, repair
from lienthong.evidence.segment import SEGMENTS_FOLDER, SegmentHeader, encode_batch, encode_segment_header
from lienthong.evidence.signer import HeadSigner
from lienthong.evidence.tiles import MAX_STATEMENT_BYTES
from lienthong.evidence.tree import prove_consistency, prove_in_batch, prove_inclusion, root_of
from lienthong.evidence.writer import SegmentWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lienthong.evidence.batch import EntryParts
    from lienthong.evidence.batching import Done, Waiting
    from lienthong.evidence.files import Files
    from lienthong.evidence.recovery import Recovered
    from lienthong.kernel.keys import SigningKey

__all__ = ["Committed", "Entry", "Head", "Log", "LogPorts", "LogSettings", "create_log", "open_log"]

MAX_ENTRY_BYTES: Final = 256 * 1024 * 1024
"""One entry with its evidence and record; far below what the 32-bit lengths of a batch hold."""
SLOW_SYNC_S: Final = 0.0005
"""A disk whose sync usually takes longer is synced in a thread: handing over costs about 0.1 ms, which then pays."""
PUBLISH_ENTRIES: Final = 4096
"""Entries that wait in memory for publication at most, before it starts without being asked."""


class _State(Enum):
    OPENED = auto()
    READY = auto()
    FAILED = auto()
    CLOSED = auto()


def create_log(
    folder: Path,
    origin: str,
    key: SigningKey,
    first: Entry | None = None,
    *,
    files: Files | None = None,
    settings: LogSettings | None = None,
) -> None:
    """Make a new log in `folder`, with a `first` entry if it follows another log (a `succeeds` statement).

    Kind `log_exists` if a log is there. Opening never makes one: after a lost folder it would start the same
    log again.
    """
    start = encode_segment_header(SegmentHeader(0, 0, origin))
    if first is not None:
        note = sign_checkpoint(Checkpoint(origin, 1, first.leaf), key)
        start += encode_batch(0, note, [first], signed=True)
    make_log(files or SystemFiles(), folder, start, (settings or LogSettings()).segment_bytes)


def open_log(folder: Path, origin: str, key: SigningKey, ports: LogPorts, settings: LogSettings | None = None) -> Log:
    """Open a log to write it, and hold its lock; `resume` must follow before the first append.

    Reads and verifies the end of the log, and changes nothing. Refuses a missing log (`log_missing`), one
    that another process has open (`log_locked`), another origin or key (`log_foreign`), a hole or other
    damage (`segment`), a wrong tile (`tile`), and a published checkpoint ahead of its entries (`log_ahead`);
    the message says where.
    """
    lock = lock_log(ports.files, folder)
    try:
        found = recover(ports.files, folder, origin, key.verify_key, ports.check_record)
    except BaseException:
        ports.files.close(lock)
        raise
    return Log(folder, key, found, ports, settings or LogSettings(), lock)


class Log:
    """An open log; `open_log` makes one. `tail` says how its end was found."""

    def __init__(
        self,
        folder: Path,
        key: SigningKey,
        found: Recovered,
        ports: LogPorts,
        settings: LogSettings,
        lock: int,
    ) -> None:
        self.origin: Final = found.origin
        self.tail: Final = found.tail
        self._folder = folder
        self._signer = HeadSigner(found.origin, key)
        self._ports = ports
        self._settings = settings
        self._lock = lock
        self._found = found
        self._state = _State.OPENED
        self._is_ready = False
        self._writer: SegmentWriter | None = None
        self._sync_in_thread = False
        self._run = ports.run_in_thread or run_at_once
        # The tree runs ahead of the head by the batch that is being written.
        self._nodes = found.nodes
        self._head = Checkpoint(found.origin, found.nodes.size, root_of(found.nodes.size, found.nodes.node))
        self._signed = found.signed
        self._publisher = Publisher(ports.files, folder, found)
        self._batching = Batching(ports.schedule, self._commit, ports.give_way)
        self._is_writing = False
        self._is_preparing = False

    def resume(self, known: Checkpoint | None) -> None:
        """Make the log ready to append, after the head check (rule 6.3).

        `known` is the highest head that the witness or a peer knows, verified under this log's key, or None
        if they were asked and know none. If nobody answered, do not call this on a torn tail: wait. Refuses
        (`log_ahead`, `log_forked`) a head that this log has not; then drops a torn tail, writes the last
        batch again and syncs it.
        """
        self._require_state(_State.OPENED, "was resumed before")
        if known is not None:
            self.require_head(known)
        files, found = self._ports.files, self._found
        repair(files, self._folder, found)
        self._writer = SegmentWriter(
            files, self._folder / SEGMENTS_FOLDER, self.origin, found.place, self._settings.segment_bytes
        )
        self._writer.measure_sync()
        self._sync_in_thread = self._choose_thread(self._writer)
        self._state = _State.READY
        self._is_ready = True

    @property
    def size(self) -> int:
        """Give the number of durable entries."""
        return self._head.size

    @property
    def root(self) -> bytes:
        """Give the root over the durable entries."""
        return self._head.root

    @property
    def published_size(self) -> int:
        """Give the number of published entries."""
        return self._publisher.size

    @property
    def is_open(self) -> bool:
        """Say whether entries can be appended: resumed, not closed, and no write has failed."""
        return self._state is _State.READY

    @property
    def is_idle(self) -> bool:
        """Say whether nothing is queued, being written, published or prepared."""
        busy = self._batching or self._is_writing or self._is_preparing or self._publisher.is_running
        return not busy

    @property
    def signed_head(self) -> bytes:
        """Give the newest signed checkpoint there is, empty if none; it may be behind `size`.

        Signs nothing.
        """
        return self._signed

    def append(self, entry: Draft, done: Done) -> None:
        """Queue an entry; `done` gets its place once it is durable, or None if the log failed.

        None means that the outcome is not recorded: the entry may be in the log or not. After a failure
        `done(None)` comes at once. Kind `too_large` for a statement that no bundle can hold.
        """
        if not self._is_ready:
            self._refuse(done)
            return
        length = entry.length
        if length > MAX_ENTRY_BYTES or len(entry.statement) > MAX_STATEMENT_BYTES:
            raise _too_large(entry)
        self._batching.add(entry, length, done, watched=not self._is_writing)

    def checkpoint(self) -> bytes:
        """Give the signed checkpoint of the durable head; signs it if its batch did not need that."""
        self._require_state(_State.READY, "signs nothing before the check of its head")
        body = self._signer.format(self._head.size, self._head.root)
        if not self._signed.startswith(body):
            self._signed = self._signer.sign(body)
        return self._signed

    def publish(self) -> None:
        """Publish what is durable, in a thread if there is one.

        Call it every second or so; does nothing if not needed.
        """
        is_due = self._state is _State.READY and self._publisher.size < self._head.size
        if is_due and not self._publisher.is_running:
            self._publisher.start(self._head.size, self.checkpoint(), self._run, self._fail)

    def root_at(self, size: int) -> bytes:
        """Give the root over the first `size` entries; kind `log_ahead` if there are fewer."""
        if size > self._head.size:
            message = f"the log {self.origin} has {self._head.size} entries, asked for its root at {size}"
            raise EvidenceError(EvidenceErrorKind.LOG_AHEAD, message)
        return root_of(size, self._nodes.node)

    def prove_inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove entry `index` in the tree of `size` entries (RFC 9162 section 2.1.3)."""
        return prove_inclusion(index, size, self._nodes.node)

    def prove_consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove the tree of `old` entries to be the start of that of `new` (RFC 9162 section 2.1.4)."""
        return prove_consistency(old, new, self._nodes.node)

    def prove_entry(self, index: int) -> Committed:
        """Prove a durable entry anew: under the newest checkpoint, as the beginning of a batch up to the log's end.

        For an entry whose own batch is long past: the history that a peer has seen only goes forward. Kind
        `log_ahead` if the log has not that many.
        """
        if not 0 <= index < self._head.size:
            message = f"the log {self.origin} has {self._head.size} entries, asked for a proof of entry {index}"
            raise EvidenceError(EvidenceErrorKind.LOG_AHEAD, message)
        size = self._head.size
        # Of what may be a long way to the log's end only this entry's path is made.
        path = prove_in_batch(index, index, size, self._nodes.node)
        head = Head(index, size, self._head.root, self.checkpoint(), self._nodes, (path,))
        return Committed(index, self._nodes.node(0, index), head)

    def require_head(self, known: Checkpoint) -> None:
        """Require a head signed by this log to be in its history: kinds `log_ahead` and `log_forked`."""
        if known.size > self._head.size:
            message = (
                f"the log {self.origin} has {self._head.size} entries, but signed a checkpoint of {known.size}: the "
                f"end behind {self.tail.segment}, offset {self.tail.offset}, is lost; restore as a new log"
            )
            raise EvidenceError(EvidenceErrorKind.LOG_AHEAD, message)
        root = self.root_at(known.size)
        if known != Checkpoint(self.origin, known.size, root):
            message = (
                f"the log {self.origin} has at size {known.size} the root {root.hex()}, but signed "
                f"{known.root.hex()} for {known.origin}: its history was changed; restore as a new log"
            )
            raise EvidenceError(EvidenceErrorKind.LOG_FORKED, message)

    def close(self) -> None:
        """Publish the rest and free the lock.

        Only when `is_idle`: an append that waits would never be answered.
        """
        if not self.is_idle:
            raise _unready(f"the log {self.origin} is in use: stop appending, and wait until it is idle")
        if self._state is _State.READY and self._publisher.size < self._head.size:
            self._publisher.start(self._head.size, self.checkpoint(), run_at_once, self._fail)
        if self._state is not _State.CLOSED:
            self._state = _State.CLOSED
            self._is_ready = False
            if self._writer is not None:
                self._writer.close()
            self._ports.files.close(self._lock)

    def _refuse(self, done: Done) -> None:
        """Answer an append that cannot be taken: None after a failure, an error where it is the caller's mistake."""
        if self._state is not _State.FAILED:
            raise _unready(f"the log {self.origin} takes no entry before `resume` or after `close`")
        done(None)

    def _commit(self) -> None:
        """Make the queued entries durable as one batch, in the order of rule 6.1."""
        waiting = self._batching.take(self._settings.max_batch_bytes)
        writer = self._get_writer()
        try:
            # 1. Tree. Only memory changes: after an error below the log is not used again.
            entries = [draft.finish() for draft, _ in waiting]
            first = self._nodes.size
            self._nodes.append([entry.leaf for entry in entries])
            size = self._nodes.size
            root = root_of(size, self._nodes.node)
            body = self._signer.format(size, root)
            # 2. Sign, if an entry is to be proven. A crash here leaves nothing: nobody has seen the
            #    signature.
            signed = any([entry.proven for entry in entries])  # noqa: C419 # a list is faster here
            note = self._signer.sign(body) if signed else b""
            # 3. Write. A crash here leaves a torn or whole batch that nobody was told of. Opening drops a
            #    torn one after the head check, and keeps a whole one: its entries are then in the log once,
            #    as after step 4.
            writer.append(first, encode_batch(first, note or body, entries, signed=signed))
            batch = Head(first, size, root, note, self._nodes)
            # 4. Sync. A crash here leaves the same as step 3.
            if self._sync_in_thread:
                self._is_writing = True
                self._run(writer.sync, partial(self._release, waiting, entries, batch))
                return
            writer.sync()
        except Exception as error:  # noqa: BLE001 # whatever it is, tree and disk may now differ
            self._fail(error, waiting)
            return
        # 5. Release. A crash here leaves durable entries that some callers have not heard of.
        self._release(waiting, entries, batch, None)

    def _release(self, waiting: Waiting, entries: Sequence[EntryParts], batch: Head, error: Exception | None) -> None:
        """Tell the callers that their entries are durable, or after a failed sync that nobody knows."""
        self._is_writing = False
        if error is not None:
            self._fail(error, waiting)
            return
        self._head = Checkpoint(self.origin, batch.size, batch.root)
        self._signed = batch.checkpoint or self._signed
        self._publisher.add([entry.statement for entry in entries])
        try:
            _tell(waiting, [Committed(index, entry.leaf, batch) for index, entry in enumerate(entries, batch.first)])
        finally:
            self._batching.watch()
            self._follow_up()

    def _follow_up(self) -> None:
        """Start what goes on beside the commits when it is due, and choose where the next one is synced."""
        if self._head.size - self._publisher.size >= PUBLISH_ENTRIES:
            self.publish()
        writer = self._get_writer()
        self._sync_in_thread = self._choose_thread(writer)
        if self._ports.run_in_thread is not None and writer.wants_next and not self._is_preparing:
            self._is_preparing = True
            self._run(writer.prepare, self._prepared)

    def _prepared(self, error: Exception | None) -> None:
        """Note that the next segment is there. After an error the log fails: the disk is full or broken."""
        self._is_preparing = False
        if error is not None:
            self._fail(error)

    def _fail(self, error: Exception, waiting: Waiting | tuple[()] = ()) -> None:
        """Answer all who wait with None, and take nothing more (rule 6.2). There is no second try."""
        is_first = self._state is not _State.FAILED
        self._state = _State.FAILED
        self._is_ready = False
        queue = self._batching.take_all()
        try:
            _tell([*waiting, *queue], repeat(None))
        finally:
            if is_first:
                self._ports.on_failure(error)

    def _choose_thread(self, writer: SegmentWriter) -> bool:
        """Say whether the next sync goes to a thread: as set, or else if there is one and this disk is slow now.

        Back in the loop only when it is twice as fast as that, so that a disk in between does not change all the time.
        """
        if self._ports.run_in_thread is None:
            return False
        if self._settings.sync_in_thread is not None:
            return self._settings.sync_in_thread
        return writer.usual_sync_s > (SLOW_SYNC_S / 2 if self._sync_in_thread else SLOW_SYNC_S)

    def _get_writer(self) -> SegmentWriter:
        """Give the writer, which `resume` has made."""
        if self._writer is None:
            raise _unready(f"the log {self.origin} was not resumed")
        return self._writer

    def _require_state(self, state: _State, otherwise: str) -> None:
        if self._state is not state:
            raise _unready(f"the log {self.origin} {otherwise} (it is {self._state.name.lower()})")


def _tell(waiting: Waiting, answers: Iterable[Committed | None]) -> None:
    """Give each caller its answer, whatever others make of theirs, and raise the first mistake at the end."""
    mistakes: list[Exception] = []
    for (_, done), answer in zip(waiting, answers, strict=False):
        try:
            done(answer)
        except Exception as mistake:  # noqa: BLE001 # one caller's mistake must not keep the others waiting
            mistakes.append(mistake)
    if mistakes:
        raise mistakes[0]


def _unready(what: str) -> EvidenceError:
    return EvidenceError(EvidenceErrorKind.LOG_UNREADY, what)


def _too_large(entry: Draft) -> EvidenceError:
    message = (
        f"expected a statement of at most {MAX_STATEMENT_BYTES} bytes, and {MAX_ENTRY_BYTES} with what is kept "
        f"beside it, got {len(entry.statement)} and {entry.length}; nothing was appended"
    )
    return EvidenceError(EvidenceErrorKind.TOO_LARGE, message)

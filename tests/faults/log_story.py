"""One log's life with one fault in it, and the judgement after it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lienthong.evidence.check import check_log
from lienthong.evidence.checkpoint import Checkpoint, verify_checkpoint
from lienthong.evidence.reader import read_batches
from lienthong.evidence.tree import verify_inclusion
from tests.evidence.logs import KEY, ORIGIN, OpenLog, make_entry, make_log
from tests.simulators.files import Crash, FaultyFiles, QuickFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.log import Committed, Entry

BEFORE = 240
"""Entries of the log that a story begins with: some batches before the first full tile."""


@dataclass
class Story:
    """What callers were told before the fault, and the proofs they got."""

    offered: list[Entry] = field(default_factory=list)
    given: list[tuple[Entry, Committed, tuple[bytes, ...]]] = field(default_factory=list)
    refused: int = 0

    def offer(self, opened: OpenLog, first: int, count: int) -> None:
        """Append a batch; the answers are noted as they come, with their proofs."""
        for number in range(first, first + count):
            entry = make_entry(number, proven=number % 10 > 3, extra=100)
            self.offered.append(entry)

            def done(committed: Committed | None, entry: Entry = entry) -> None:
                if committed is None:
                    self.refused += 1
                else:
                    head = committed.head
                    self.given.append((entry, committed, head.path(committed.index) + head.suffix))

            opened.log.append(entry, done)


def make_beginning(folder: Path) -> None:
    """Make the log that stories begin with: published, and with a torn batch behind its last one."""
    make_log(folder, BEFORE, each=24)
    opened = OpenLog(folder)
    name, offset = opened.log.tail.segment, opened.log.tail.offset
    opened.log.close()
    with (folder / "segments" / name).open("r+b") as file:
        file.seek(offset)
        file.write(b"LTB\1" + b"torn" * 300)


def tell(folder: Path, files: FaultyFiles, *, threads: bool) -> Story:
    """Open the log, append batches of several sizes with publications between, and close; until a fault ends it."""
    story = Story()
    try:
        opened = OpenLog(folder, files, threads=threads)
        opened.log.resume(None)
        number = BEFORE
        for count in (1, 3, 9, 2, 4, 8, 1, 2):
            story.offer(opened, number, count)
            number += count
            opened.turns.run()
            if count > 2:
                opened.log.publish()
                if count != 4:  # once the next batch overtakes the publication
                    opened.turns.run()
        opened.turns.run()
        opened.log.close()
    except (Crash, OSError):
        return story
    # An error of the disk is reported once, and the log has not gone on after it.
    assert len(opened.failures) == files.has_struck
    assert len(story.given) + story.refused == len(story.offered)
    return story


def judge(folder: Path, story: Story) -> None:
    """Open the log on a good disk: nothing acknowledged is lost or there twice, and all proofs given still hold."""
    heads = [c.head.checkpoint for _, c, _ in story.given if c.head.checkpoint]
    known = verify_checkpoint(heads[-1], ORIGIN, KEY.verify_key) if heads else None
    for repetition in range(2):
        opened = OpenLog(folder)
        opened.log.resume(known)
        for entry, committed, path in story.given:
            head = committed.head
            verify_inclusion(entry.leaf, committed.index, head.size, path, head.root)
            assert opened.log.root_at(head.size) == head.root
        (last,) = opened.append(make_entry(1000 + repetition))
        known = Checkpoint(ORIGIN, last.head.size, last.head.root)
        opened.log.close()
    report = check_log(folder, KEY.verify_key, files=QuickFiles())
    assert report.problem is None
    assert report.published == report.size == last.index + 1
    _require_once(folder, story)


def _require_once(folder: Path, story: Story) -> None:
    stored = [entry.statement for batch in read_batches(folder) for entry in batch.entries]
    assert len(set(stored)) == len(stored)
    for entry, committed, _ in story.given:
        assert stored[committed.index] == entry.statement
    own = [make_entry(number).statement for number in (1000, 1001)]
    offered = [entry.statement for entry in story.offered]
    # What was offered and not acknowledged may be there or not, but in order and without a gap.
    assert stored[BEFORE:-2] == offered[: len(stored) - BEFORE - 2]
    assert stored[-2:] == own


def copies(beginning: Path, folder: Path) -> Iterator[Path]:
    """Give fresh copies of the beginning, one after the other, each removed before the next."""
    while True:
        shutil.copytree(beginning, folder)
        yield folder
        for path in folder.parent.glob(folder.name + "*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

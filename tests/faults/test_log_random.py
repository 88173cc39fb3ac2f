from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lienthong.evidence.check import check_log
from lienthong.evidence.checkpoint import Checkpoint
from lienthong.evidence.log import Committed, Entry, create_log
from lienthong.evidence.reader import read_batches
from lienthong.evidence.tree import verify_inclusion
from tests.evidence.logs import KEY, ORIGIN, SMALL, OpenLog, make_entry
from tests.simulators.files import Crash, FaultKind, FaultyFiles, Loss, QuickFiles


class LogUnderFaults(RuleBasedStateMachine):
    """Appends, publications, kills, crashes and disk errors in any order, on one log over all its reopenings."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.folder = self.home / "log"
        self.number = 0
        self.given: list[tuple[Entry, Committed]] = []
        self.known: Checkpoint | None = None

    @initialize(threads=st.booleans())
    def make(self, *, threads: bool) -> None:
        create_log(self.folder, ORIGIN, KEY, files=QuickFiles(), settings=SMALL)
        self.threads = threads
        self.files = FaultyFiles(self.folder)
        self.open()

    def open(self) -> None:
        self.opened = OpenLog(self.folder, self.files, threads=self.threads)
        self.opened.log.resume(self.known)

    @rule(count=st.integers(1, 120), extra=st.sampled_from([0, 50, 3000]), proven=st.booleans())
    def append(self, count: int, extra: int, *, proven: bool) -> None:
        for _ in range(count if extra < 3000 else 3):
            entry = make_entry(self.number, proven=proven, extra=extra)
            self.number += 1
            self.opened.log.append(entry, lambda committed, entry=entry: self.note(entry, committed))  # type: ignore[misc] # the default binds the loop's entry

    def note(self, entry: Entry, committed: Committed | None) -> None:
        if committed is not None:
            self.given.append((entry, committed))
            self.known = Checkpoint(ORIGIN, committed.head.size, committed.head.root)

    @rule()
    def publish(self) -> None:
        self.guarded(self.opened.log.publish)

    @rule()
    def turn(self) -> None:
        self.guarded(self.opened.turns.turn)

    @precondition(lambda self: self.opened.turns.threads)
    @rule()
    def run_thread(self) -> None:
        self.guarded(self.opened.turns.run_thread)

    @rule()
    def run_all(self) -> None:
        self.guarded(self.opened.turns.run)

    @rule(steps=st.integers(1, 30), kind=st.sampled_from(FaultKind))
    def plan_fault(self, steps: int, kind: FaultKind) -> None:
        self.files.at, self.files.kind = self.files.steps + steps, kind

    @rule(loss=st.sampled_from(Loss), seed=st.integers(0, 99))
    def crash(self, loss: Loss, seed: int) -> None:
        self.files.crash(loss, seed)
        self.files = FaultyFiles(self.folder)
        self.open()

    @rule()
    def kill(self) -> None:
        self.files.kill()
        self.open()

    def guarded(self, call: object) -> None:
        """Run a call that may meet the planned fault; a failed or crashed log is opened again."""
        assert callable(call)
        try:
            call()
        except Crash:
            self.crash(Loss.SOME, self.number)
        if self.opened.failures:
            assert len(self.opened.failures) == 1
            self.kill()

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        assert self.opened.log.size >= len(self.given)

    def teardown(self) -> None:
        try:
            if hasattr(self, "files"):
                self.files.crash(Loss.ALL)
                self.judge()
        finally:
            shutil.rmtree(self.home)

    def judge(self) -> None:
        opened = OpenLog(self.folder)
        opened.log.resume(self.known)
        opened.log.close()
        assert check_log(self.folder, KEY.verify_key, files=QuickFiles()).problem is None
        stored = [entry.statement for batch in read_batches(self.folder) for entry in batch.entries]
        assert len(set(stored)) == len(stored)
        for entry, committed in self.given:
            head = committed.head
            assert stored[committed.index] == entry.statement
            path = opened.log.prove_inclusion(committed.index, head.size)
            verify_inclusion(entry.leaf, committed.index, head.size, path, head.root)


TestLogUnderFaults = LogUnderFaults.TestCase

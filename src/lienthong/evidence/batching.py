"""How batches form by themselves: entries wait while turns of the event loop still add some; no timer is involved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from lienthong.evidence.batch import Committed, Draft

    Done: TypeAlias = Callable[[Committed | None], None]
    Waiting: TypeAlias = list[tuple[Draft, Done]]

MAX_LOOKS: Final = 4
"""Turns of the loop that a batch may wait for more entries; more looks won nothing when measured."""


class Batching:
    """The entries that wait for a commit, and who is to be told of each.

    `schedule` runs a call in the next turn of the loop; `commit` is called when a batch is ready to `take`; `give_way`
    lets whoever else is ready to run on this processor go first.
    """

    __slots__ = (
        "_bytes",
        "_commit",
        "_give_way",
        "_has_given_way",
        "_is_looking",
        "_looks",
        "_schedule",
        "_seen",
        "_waiting",
    )

    def __init__(
        self,
        schedule: Callable[[Callable[[], None]], object],
        commit: Callable[[], None],
        give_way: Callable[[], None],
    ) -> None:
        self._schedule = schedule
        self._commit = commit
        self._give_way = give_way
        self._waiting: Waiting = []
        self._bytes = 0
        self._looks = 0
        self._seen = 0
        self._is_looking = False
        self._has_given_way = False

    def __len__(self) -> int:
        """Give the number of entries that wait."""
        return len(self._waiting)

    def add(self, draft: Draft, length: int, done: Done, *, watched: bool) -> None:
        """Let an entry of about `length` bytes wait, `watched` as by `watch` unless a commit is under way."""
        self._waiting.append((draft, done))
        self._bytes += length
        if watched and not self._is_looking:
            self.watch()

    def watch(self) -> None:
        """Begin to look, once per turn of the loop, whether entries are still added; does nothing while looking."""
        if self._waiting and not self._is_looking:
            self._is_looking = True
            self._has_given_way = False
            self._looks = 0
            self._seen = len(self._waiting)
            self._schedule(self._look)

    def take(self, most_bytes: int) -> Waiting:
        """Take all that waits, or as much as a batch may hold."""
        if self._bytes <= most_bytes:
            return self.take_all()
        count = taken = 0
        for draft, _ in self._waiting:
            length = draft.length
            if count and taken + length > most_bytes:
                break
            count += 1
            taken += length
        taken_now = self._waiting[:count]
        del self._waiting[:count]
        self._bytes -= taken
        return taken_now

    def take_all(self) -> Waiting:
        """Take all that waits, whatever its size."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        return waiting

    def _look(self) -> None:
        """Commit if the last turn added nothing, or after the last look."""
        count = len(self._waiting)
        if count > self._seen and self._looks < MAX_LOOKS:
            self._looks += 1
        elif count > 1 and not self._has_given_way:
            # Where several exchanges are under way, whoever else is ready to run on this processor goes first, once:
            # what peers, services and callers on this machine then send joins the batch. With nobody there it costs
            # less than a hash.
            self._has_given_way = True
            self._give_way()
        else:
            self._is_looking = False
            if count:
                self._commit()
            return
        self._seen = count
        self._schedule(self._look)

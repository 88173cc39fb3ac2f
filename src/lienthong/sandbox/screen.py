"""What the demo shows: a live progress bar on a terminal, plain lines anywhere else (a pipe, a CI log)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.box import SIMPLE
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lienthong.evidence.plain_text import show_time
from lienthong.evidence.verdict_screen import print_verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.cosignature import Cosignature
    from lienthong.evidence.verdict import Verdict
    from lienthong.sandbox.questions import Pace, Reply

LINE_EVERY: Final = 50
"""Without a terminal, one line says how far it is after this many exchanges."""

CODE_DIGITS: Final = 5

PLAIN_ROWS: Final = 6
"""How many of the units that were not split the table shows, spread over the province."""


class Screen:
    """Writes to one console. Text is shown as it is: no markup, and no line broken that might be copied."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str = "") -> None:
        """Write one line."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def head(self, text: str) -> None:
        """Write a heading after an empty line."""
        self.say()
        self._console.print(text, style="bold", markup=False, highlight=False, soft_wrap=True)

    def follow(self, replies: Iterator[Reply], total: int) -> Iterable[Reply]:
        """Yield the replies as they come, showing how many there are."""
        return self._follow_live(replies, total) if self._console.is_terminal else self._follow_plain(replies)

    def show_pace(self, pace: Pace) -> None:
        """Write how fast the exchanges were."""
        self.say(
            f"  {pace.count} exchanges, {pace.per_second:.0f} per second, "
            f"latency p50 {pace.p50_ms:.1f} ms, p99 {pace.p99_ms:.1f} ms"
        )

    def show_results(self, replies: Sequence[Reply]) -> None:
        """Write a table of some answers, all undecided ones among them; in a log no row is broken."""
        titles = ("code", "until 30 June 2025", "now")
        rows = [
            (reply.unit.code, f"{reply.unit.name}, {reply.unit.district}", describe_answer(reply))
            for reply in choose_rows(replies)
        ]
        if self._console.is_terminal:
            table = Table(*titles, box=SIMPLE)
            for row in rows:
                table.add_row(*row)
            self._console.print(table, highlight=False)
            return
        width = max(len(former) for _, former, _ in rows)
        for code, former, now in (titles, *rows):
            self.say(f"  {code:<{CODE_DIGITS}}  {former:<{width}}  {now}")

    def show_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Write a log's head: who keeps it, how many entries, the root over them."""
        self.say(f"  {checkpoint.origin}: {checkpoint.size} entries, root {checkpoint.root.hex()}")

    def show_cosigned(self, origin: str, cosignature: Cosignature) -> None:
        """Write who vouches that all are shown the same history of a log."""
        when = show_time(cosignature.time)
        self.say(f"  {origin}: witnessed (đã có bên chứng kiến), cosigned by {cosignature.name} at {when}")

    def show_verdict(self, verdict: Verdict) -> None:
        """Write what a verified package proves, and what it does not, as `lienthong evidence verify` does."""
        print_verdict(self._console, verdict)

    def _follow_live(self, replies: Iterator[Reply], total: int) -> Iterator[Reply]:
        columns = (TextColumn("  asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task("asking", total=total)
            for reply in replies:
                progress.advance(task)
                yield reply

    def _follow_plain(self, replies: Iterator[Reply]) -> Iterator[Reply]:
        for count, reply in enumerate(replies, start=1):
            if count % LINE_EVERY == 0:
                self.say(f"  {count} answers")
            yield reply


def choose_rows(replies: Sequence[Reply]) -> list[Reply]:
    """Choose what the table shows: every undecided answer, and a few decided ones, ordered by code."""
    decided = sorted((reply for reply in replies if reply.answer.decided), key=lambda reply: reply.unit.code)
    step = max(1, len(decided) // PLAIN_ROWS)
    rows = decided[::step][:PLAIN_ROWS] + [reply for reply in replies if not reply.answer.decided]
    return sorted(rows, key=lambda reply: reply.unit.code)


def describe_answer(reply: Reply) -> str:
    """Say which unit it is now; for one that was split, that it is not decided among the candidates."""
    named = [f"{unit.name} ({unit.code})" for unit in reply.answer.candidates]
    return named[0] if reply.answer.decided else f"split, not decided: {' or '.join(named)}"

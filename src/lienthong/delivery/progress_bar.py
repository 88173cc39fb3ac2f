"""The bar that commands of this house show while they work; where nobody looks at a terminal, nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from lienthong.delivery.progress import tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lienthong.delivery.progress import Tell


@contextmanager
def show_progress() -> Iterator[Tell]:
    """Draw a bar on the error stream, so that answers may be piped, and take it away at the end.

    What is printed meanwhile would get into its way: see `say_afterwards`.
    """
    from rich.console import Console  # noqa: PLC0415 # the others start without it
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 # too

    console = Console(stderr=True)
    if not console.is_terminal:
        # Even an empty bar would leave an empty line in a log.
        yield tell_nobody
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counted]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task, known = bar.add_task("starting", total=None, counted=""), ""

        def tell(what: str, done: int, of: int | None) -> None:
            nonlocal task, known
            if what != known:
                # A bar of its own: how long the last piece took says nothing of this one.
                bar.remove_task(task)
                task, known = bar.add_task(what, total=of, counted=""), what
            bar.update(task, completed=done, counted=_count(done, of))

        yield tell


def _count(done: int, of: int | None) -> str:
    """Write how many are done, and of how many; nothing of what is not counted."""
    whole = "" if of is None else f"/{of}"
    return f"{done}{whole}" if done or whole else ""


@contextmanager
def say_afterwards() -> Iterator[Callable[[str], None]]:
    """Keep lines for as long as a bar is there and print them then, also when the work ended in an error."""
    lines: list[str] = []
    try:
        yield lines.append
    finally:
        for line in lines:
            typer.echo(line)

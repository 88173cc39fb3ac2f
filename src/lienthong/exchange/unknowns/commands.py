"""`lienthong gateway unknown …`: calls whose outcome nobody could record, and what a person found out about them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lienthong.exchange.gateway.unresolved import Unresolved

Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]


def list_unknown(
    home: Home, *, resolved: Annotated[bool, typer.Option("--resolved", help="Also those that were resolved.")] = False
) -> None:
    """List calls whose outcome is unknown and messages that were given up, oldest first."""
    from datetime import UTC, datetime

    with _open_list(home) as unresolved:
        doubts = unresolved.list(with_resolved=resolved)
    for each in doubts:
        time = datetime.fromtimestamp(each.time / 1000, UTC).isoformat(timespec="seconds")
        found = f"  {each.verdict} ({each.who}: {each.note})" if each.verdict else ""
        typer.echo(
            f"{each.leaf}  {each.side}  {each.kind}  {time}  {each.exchange}  {each.client} -> {each.service}{found}"
        )


def resolve_unknown(
    leaf: Annotated[str, typer.Argument(help="The request's leaf, as listed.")],
    verdict: Annotated[str, typer.Argument(help="carried-out or not-carried-out")],
    home: Home,
    who: Annotated[str, typer.Option(help="Who found out.")],
    note: Annotated[str, typer.Option(help="How; name no person who is concerned.")],
    side: Annotated[str, typer.Option(help="consumer or provider, as listed")] = "provider",
) -> None:
    """Write down what was found out about a call by asking the people of the service."""
    from lienthong.exchange.gateway.pending import run_story
    from lienthong.exchange.gateway.unresolved import DoubtSide, Verdict

    verdicts = {"carried-out": Verdict.CARRIED_OUT, "not-carried-out": Verdict.NOT_CARRIED_OUT}
    if verdict not in verdicts or side not in set(DoubtSide):
        raise typer.BadParameter("expected carried-out or not-carried-out, and a side of consumer or provider")
    told: list[str] = []
    failed: list[Exception] = []

    async def resolve(unresolved: Unresolved) -> None:
        try:
            done = await unresolved.resolve(leaf, DoubtSide(side), verdicts[verdict], who, note)
            told.append(f"{done.exchange}: {done.verdict}")
        except Exception as error:  # noqa: BLE001 - raised below: a story lets none out
            failed.append(error)

    with _open_list(home) as unresolved:
        run_story(resolve(unresolved))
    if failed:
        raise failed[0]
    typer.echo(told[0])


@contextmanager
def _open_list(home: Path) -> Iterator[Unresolved]:
    """Open the list; a gateway that runs sees what is written."""
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.gateway.outbox import Outbox
    from lienthong.exchange.gateway.unresolved import Unresolved
    from lienthong.kernel.clock import SystemClock

    def run(call: Callable[[], None], then: Callable[[Exception | None], None]) -> None:
        call()
        then(None)

    def fail(error: Exception) -> None:
        raise error

    outbox = Outbox(open_home(home, os.environ).outbox, run, fail)
    try:
        yield Unresolved(outbox, SystemClock())
    finally:
        outbox.close()


def make_unknown_app() -> typer.Typer:
    """Give the commands under `lienthong gateway unknown`."""
    app = typer.Typer(no_args_is_help=True, help="Calls whose outcome nobody could record.")
    app.command("list")(list_unknown)
    app.command("resolve")(resolve_unknown)
    return app

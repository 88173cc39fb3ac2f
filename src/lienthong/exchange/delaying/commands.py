"""The commands on delayed disclosure: `lienthong gateway delay …`. A running gateway takes each within a second."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from lienthong.exchange.gateway.delays import Delay, DelayRules

TOKEN_VARIABLE: Final = "APPROVER_TOKEN"  # noqa: S105 # where it may stand, not what it is
"""Without the prefix of settings, which would take it for one."""

Home = Annotated[Path, typer.Option(help="The provider's gateway's home folder.", exists=True, file_okay=False)]
Exchange = Annotated[str, typer.Argument(help="The look-up's X-Road-Request-Id.")]


def ask(
    exchange: Exchange,
    home: Home,
    reason: Annotated[str, typer.Option(help="Why; name nobody.")],
    until: Annotated[str, typer.Option(help="The end, such as 2027-01-01T00:00:00+07:00.")],
) -> None:
    """Ask for a look-up to be held back until a time; two approvers must agree before anything is."""
    from lienthong.exchange.delaying.delay_file import Asked, ask_delay, require_lookup
    from lienthong.exchange.gateway.home import open_home

    end = _read_time(until)
    gateway = open_home(home, os.environ)
    looked = require_lookup(gateway, exchange)
    rules = gateway.delay_rules
    typer.echo(_show(ask_delay(gateway.delays, rules, Asked(exchange, reason, end), looked, _now_ms()), rules))


def approve(exchange: Exchange, home: Home) -> None:
    """Approve a delay; your token is asked for, or read from APPROVER_TOKEN."""
    from lienthong.exchange.delaying.delay_file import approve_delay
    from lienthong.exchange.gateway.home import open_home

    gateway = open_home(home, os.environ)
    token = os.environ.get(TOKEN_VARIABLE) or typer.prompt("Your approver's token", hide_input=True, err=True)
    rules = gateway.delay_rules
    typer.echo(_show(approve_delay(gateway.delays, rules, exchange, token, _now_ms()), rules))


def list_delays(home: Home) -> None:
    """List all delays that were ever asked for, with their state, approvers and reasons."""
    from lienthong.exchange.gateway.delays import read_delays
    from lienthong.exchange.gateway.home import open_home

    gateway = open_home(home, os.environ)
    for delay in read_delays(gateway.delays):
        typer.echo(_show(delay, gateway.delay_rules))


def end(exchange: Exchange, home: Home) -> None:
    """End a delay before its time: the person is told from now on."""
    from lienthong.exchange.delaying.delay_file import end_delay
    from lienthong.exchange.gateway.home import open_home

    gateway = open_home(home, os.environ)
    typer.echo(_show(end_delay(gateway.delays, exchange, _now_ms()), gateway.delay_rules))


def make_delay_app() -> typer.Typer:
    """Give the commands under `lienthong gateway delay`."""
    app = typer.Typer(no_args_is_help=True, help="Hold a look-up back from the person for a time.")
    app.command("ask")(ask)
    app.command("approve")(approve)
    app.command("list")(list_delays)
    app.command("end")(end)
    return app


def _show(delay: Delay, rules: DelayRules) -> str:
    """Write a delay in one line."""
    from lienthong.exchange.delaying.delay_file import show_ms

    state = "over" if delay.is_over(_now_ms()) else rules.find_doubt(delay) or "in force"
    names = ", ".join(each.name for each in delay.approvals) or "nobody"
    return f"{delay.exchange}  {state}  until {show_ms(delay.until)}  approved by {names}  {delay.reason}"


def _now_ms() -> int:
    from lienthong.kernel.clock import SystemClock

    return SystemClock().now_ms()


def _read_time(text: str) -> int:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: {error}") from error
    if time.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone: expected such as 2027-01-01T00:00:00+07:00")
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

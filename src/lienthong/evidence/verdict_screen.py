"""A verdict on a person's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lienthong.evidence.plain_text import show_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from lienthong.evidence.cosignature import Cosignature
    from lienthong.evidence.verdict import Party, Verdict

_INDENT = (0, 0, 0, 2)


def print_verdict(console: Console, verdict: Verdict) -> None:
    """Print who asked whom for what, when and why, then what is proven and what is not."""
    console.print(Text("verified", style="bold green"), Text(f"exchange {verdict.exchange}"))
    table = Table.grid(padding=(0, 2))
    for label, value in _facts(verdict):
        table.add_row(Text(label, style="dim"), Text(value))
    console.print(Padding(table, _INDENT))
    _print_lines(console, "proven", "green", verdict.proven)
    _print_lines(console, "not proven by this package", "yellow", verdict.unproven)


def _facts(verdict: Verdict) -> list[tuple[str, str]]:
    request = "not shown" if verdict.method is None else f"{verdict.method} {verdict.target}"
    return [
        ("who", _show_party(verdict.consumer)),
        ("whom", _show_party(verdict.provider)),
        ("what", f"{request} (content: {_show_state(verdict.request_content)})"),
        ("purpose", verdict.purpose or "none given"),
        ("when", show_time(verdict.request_time)),
        ("answer", _show_answer(verdict)),
        ("witnessed", f"request: {_show_witnesses(verdict.request_witnessed)}"),
        ("", f"answer: {_show_witnesses(verdict.response_witnessed)}"),
        ("exported by", verdict.keeper),
        ("directory", f"version {verdict.directory_version}, issued {show_time(verdict.directory_issued)}"),
    ]


def _show_party(party: Party) -> str:
    return f"{party.id} ({party.member}), log {party.log}"


def _show_state(state: str) -> str:
    return state.replace("_", " ")


def _show_witnesses(witnessed: tuple[Cosignature, ...]) -> str:
    return ", ".join(f"{each.name}, {show_time(each.time)}" for each in witnessed) or "not witnessed"


def _show_answer(verdict: Verdict) -> str:
    if verdict.outcome is None:
        return "none in this package"
    what = verdict.outcome
    if verdict.status is not None:
        what = f"status {verdict.status}"
    if verdict.code is not None:
        what = f"{what} ({verdict.code})"
    if verdict.response_time is not None:
        what = f"{what}, {show_time(verdict.response_time)}"
    return f"{what} (content: {_show_state(verdict.response_content)})"


def _print_lines(console: Console, title: str, style: str, lines: Iterable[str]) -> None:
    console.print(Text(title, style=f"bold {style}"))
    for line in lines:
        console.print(Padding(Text(f"- {line}"), _INDENT))

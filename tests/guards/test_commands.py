from __future__ import annotations

from typing import TYPE_CHECKING

import typer.main

from lienthong.__main__ import make_app
from tests.guards.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATE = ROOT / "docs" / "operate.md"


def _commands(app: typer.Typer, prefix: str) -> Iterator[tuple[str, str]]:
    """Give each command's full name and its help."""
    for command in app.registered_commands:
        function = command.callback
        assert function is not None
        name = command.name or typer.main.get_command_name(function.__name__)
        yield f"{prefix} {name}", command.help or function.__doc__ or ""
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from _commands(group.typer_instance, f"{prefix} {group.name}")


def test_every_command_says_what_it_does() -> None:
    commands = dict(_commands(make_app(), "lienthong"))

    assert "lienthong version" in commands
    assert [name for name, text in commands.items() if not text.strip()] == []


def test_every_command_is_documented() -> None:
    documented = OPERATE.read_text() if OPERATE.exists() else None

    names = [name for name, _ in _commands(make_app(), "lienthong")]
    assert [name for name in names if documented is not None and name not in documented] == []

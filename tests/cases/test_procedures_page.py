"""docs/procedures.md is followed as it is written: its files are made, its commands run, their output compared."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.cases.case_settings import CaseSettings
from lienthong.cases.working_days import DaysFile
from tests.guards.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

PAGE = (ROOT / "docs" / "procedures.md").read_text("utf-8")
_BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>[a-z]+)\n(?P<text>.*?)```", re.DOTALL)
_FILE = re.compile(r"File `([^`]+)`:")


class Block(NamedTuple):
    kind: str
    text: str
    before: str


def read_blocks() -> Iterator[Block]:
    for found in _BLOCK.finditer(PAGE):
        yield Block(found["kind"], found["text"], found["before"])


def test_who_follows_the_page_has_a_new_procedure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files, output, commands = 0, "", 0
    for block in read_blocks():
        named = _FILE.search(block.before)
        if named is not None:
            file = tmp_path / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
            files += 1
        elif block.kind == "sh":
            words = shlex.split(block.text)
            assert words[0] == "lienthong"
            ran = CliRunner().invoke(make_app(), words[1:], catch_exceptions=False)
            assert ran.exit_code == 0, ran.output
            output, commands = ran.stdout, commands + 1
        elif block.kind == "text":
            assert output == block.text
    assert (files, commands) == (2, 4)


def test_the_settings_on_the_page_are_settings() -> None:
    settings, days = (block.text for block in read_blocks() if block.kind == "toml")
    own = msgspec.toml.decode(settings)
    assert msgspec.convert(own["cases"], CaseSettings).procedures == ("own",)
    assert msgspec.toml.decode(days, type=DaysFile).day[0].why == "flood"

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.evidence.commands import make_log_app
from lienthong.evidence.reader import read_batches
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_secret, store_secret
from tests.evidence.logs import KEY, ORIGIN, OpenLog, make_log

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

KEY_TEXT = encode_base64url(KEY.verify_key.raw)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_log(tmp_path / "log", 20)
    return tmp_path / "log"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(make_log_app(), ["check", *map(str, arguments)])


def test_a_log_that_is_well_is_said_to_be_and_what_was_not_checked_is_said_too(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0
    assert ORIGIN in result.stdout
    assert "20 in 4 commits" in result.stdout
    assert "no --key given" in result.stdout
    assert "no --store-key given" in result.stdout
    assert "all is well" in result.stdout


def test_with_key_and_head_signatures_and_history_are_checked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "head").write_bytes((folder / "checkpoint").read_bytes())
    result = run(folder, "--key", KEY_TEXT, "--head", tmp_path / "head")
    assert result.exit_code == 0
    assert "not verified" not in result.stdout


def test_the_first_bad_place_is_named_and_the_exit_code_is_1(folder: Path) -> None:
    batch = list(read_batches(folder))[2]
    path = folder / "segments" / batch.segment
    data = bytearray(path.read_bytes())
    data[batch.offset + 50] ^= 1
    path.write_bytes(data)
    result = run(folder, "--key", KEY_TEXT)
    assert result.exit_code == 1
    assert f"BAD: segments/{batch.segment}, offset {batch.offset}" in result.stderr
    assert "all is well" not in result.stdout


def test_records_that_the_stores_key_does_not_open_are_named(folder: Path, tmp_path: Path) -> None:
    store_secret(tmp_path / "store.key", make_secret())
    result = run(folder, "--store-key", tmp_path / "store.key")
    assert result.exit_code == 1
    assert "entry 0: its erasable record is damaged" in result.stderr


def test_a_log_that_a_gateway_writes_is_said_to_grow(folder: Path) -> None:
    opened = OpenLog(folder)
    assert "a gateway was writing" in run(folder).stdout
    opened.log.close()

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.commands import make_evidence_app
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.package_file import default_name, read_package, write_package
from lienthong.evidence.plain_text import plain_text, show_time
from lienthong.evidence.statement import Refused
from lienthong.kernel.canonical import encode_base64url
from tests.evidence.members import CLIENT, SERVICE, Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    members = Members(tmp_path_factory.mktemp("members"))
    yield members
    members.close()


def run(*arguments: object) -> str:
    result = CliRunner().invoke(
        make_evidence_app(), [str(each) for each in arguments], catch_exceptions=False, env={"COLUMNS": "300"}
    )
    assert result.exit_code == 0, result.output
    return result.output


def root_of(members: Members) -> str:
    return encode_base64url(members.root.verify_key.raw)


def test_an_exported_package_is_verified_by_the_command_line(members: Members, tmp_path: Path) -> None:
    exchange = members.exchange()
    file = tmp_path / "package.zip"
    assert f"wrote {file}" in run("export", exchange.id, "--home", members.consumer.folder, "-o", file)
    assert file.stat().st_mode & 0o777 == 0o600
    output = run("verify", file, "--root", root_of(members))
    for words in (
        "verified",
        f"{CLIENT} (Xã Mẫu)",
        f"{SERVICE} (Sở Mẫu)",
        f"POST /r1/{SERVICE}/old/1?q=2 (content: whole)",
        "1.001193",
        "2026-11-18 11:06:40.000 UTC",
        "status 200",
        "not proven by this package",
        "which person",
    ):
        assert words in output
    assert "CASE-7" not in output


def test_the_program_refuses_an_altered_package_with_its_part_and_exit_code_1(members: Members, tmp_path: Path) -> None:
    exchange = members.exchange()
    file = tmp_path / "package.zip"
    run("export", exchange.id, "--home", members.provider.folder, "--output", file)
    parts = read_zip(file.read_bytes())
    forged = tmp_path / "forged.zip"
    forged.write_bytes(write_zip(parts | {"response/body": b"forged"}))
    for path, code, words in ((file, 0, "verified"), (forged, 1, "response/body")):
        done = subprocess.run(
            [sys.executable, "-m", "lienthong", "evidence", "verify", path, "--root", root_of(members)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert words in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_an_erasure_says_what_it_did(members: Members, tmp_path: Path) -> None:
    exchange = members.exchange()
    home = members.consumer.folder
    assert "erased 2 records and 2 bodies" in run("erase", exchange.id, "--home", home)
    file = tmp_path / "package.zip"
    run("export", exchange.id, "--home", home, "-o", file)
    output = run("verify", file, "--root", root_of(members))
    assert "not shown (content: erased)" in output
    assert "was erased" in output


def test_an_exchange_without_an_answer_or_with_a_refusal_is_shown_as_such(members: Members, tmp_path: Path) -> None:
    open_, refused = members.ask(purpose=""), members.ask()
    answers = encode_base64url(refused.committed.leaf)
    members.end(refused, Refused(answers=answers, code="denied\x1b[2J", to=members.consumer.origin))
    members.publish()
    for sent, words in ((open_, "none in this package"), (refused, r"refused (denied\x1b[2J) (content: none)")):
        file = tmp_path / sent.exchange
        run("export", sent.exchange, "--home", members.consumer.folder, "-o", file)
        output = run("verify", file, "--root", root_of(members))
        assert words in output
        assert "\x1b[2J" not in output


def test_a_package_gets_a_name_and_no_file_is_overwritten(
    members: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = members.exchange()
    monkeypatch.chdir(tmp_path)
    name = f"evidence-{exchange.id}.zip"
    assert f"wrote {name}" in run("export", exchange.id, "--home", members.consumer.folder)
    raw = (tmp_path / name).read_bytes()
    assert default_name(raw) == name
    with pytest.raises(EvidenceError, match="cannot be written: File exists") as caught:
        write_package(tmp_path / name, b"other")
    assert caught.value.kind is EvidenceErrorKind.PACKAGE_FILE
    assert read_package(tmp_path / name) == raw
    manifest = read_zip(raw)["manifest.json"].replace(exchange.id.encode(), b"../../etc/x")
    assert default_name(write_zip(read_zip(raw) | {"manifest.json": manifest})) == "evidence.zip"
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_package(tmp_path)


def test_text_that_is_not_printable_is_spelled_out() -> None:
    assert plain_text("Xã Mẫu, a b") == "Xã Mẫu, a b"
    assert plain_text("a\x1b[31m\u202eb\n\x9b") == r"a\x1b[31m\u202eb\n\x9b"


def test_a_time_that_no_calendar_holds_is_shown_as_a_number() -> None:
    assert show_time(0) == "1970-01-01 00:00:00.000 UTC"
    assert show_time(2**53 - 1) == f"{2**53 - 1} ms"

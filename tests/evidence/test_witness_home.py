"""A witness as a program: it is made once, serves over a socket, follows the directory and never starts forgetful."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from typer.testing import CliRunner

from lienthong.directory.authority import make_authority
from lienthong.directory.members import Directory, DirectoryFile, Gateway, LogKey, Member, sign_directory
from lienthong.evidence.cosignature import find_cosignatures, parse_cosigner
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.witness import format_add_checkpoint
from lienthong.evidence.witnessing.commands import make_witness_commands
from lienthong.evidence.witnessing.home import WitnessHome, make_witness_home
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import make_signing_key
from lienthong.sandbox.ports import find_free_ports
from tests.evidence.history import ORIGIN, History
from tests.simulators.witness_server import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

ROOT = make_signing_key()


def describe(*logs: LogKey, version: int = 1) -> bytes:
    member = "DEMO/GOV/Z99.01"
    gateway = Gateway(f"{member}/GW1", ("127.0.0.1:1",), (), logs)
    authority = make_authority("test authority").certificate_pem.decode("ascii")
    directory = Directory(version, "DEMO", 1, 2, authority, (Member(member, member),), (gateway,))
    return sign_directory(directory, ROOT)


def test_a_witness_follows_the_directory_and_keeps_the_last_good_one(tmp_path: Path) -> None:
    log, path = History(3), tmp_path / "directory.json"
    path.write_bytes(describe())
    make_witness_home(tmp_path / "witness", "DEMO/witness")
    opened = WitnessHome(tmp_path / "witness", DirectoryFile(path, ROOT.verify_key), SystemClock())
    body = format_add_checkpoint(0, (), log.sign())
    assert opened.witness.add_checkpoint(body).status == 404
    path.write_bytes(describe(log.listed, version=2))
    assert opened.witness.add_checkpoint(body).status == 200
    path.write_bytes(b"nothing")
    assert opened.witness.add_checkpoint(format_add_checkpoint(3, (), log.sign())).status == 200
    assert opened.witness.add_checkpoint(format_add_checkpoint(3, (), log.fork(1, 2).sign())).status == 409
    opened.close()


def test_a_witness_without_its_memory_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "directory.json"
    path.write_bytes(describe())
    make_witness_home(tmp_path, "DEMO/witness")
    (tmp_path / "witness.sqlite").unlink()
    with pytest.raises(EvidenceError) as refused:
        WitnessHome(tmp_path, DirectoryFile(path, ROOT.verify_key), SystemClock())
    assert refused.value.kind is EvidenceErrorKind.HOME


def test_a_witness_is_made_once_and_under_a_name_that_notes_can_carry(tmp_path: Path) -> None:
    make_witness_home(tmp_path, "DEMO/witness")
    with pytest.raises(KernelError):
        make_witness_home(tmp_path, "DEMO/witness")
    with pytest.raises(EvidenceError):
        make_witness_home(tmp_path / "other", "a+b")


def test_the_commands_make_and_run_a_witness(tmp_path: Path) -> None:
    log, path, home = History(3), tmp_path / "directory.json", tmp_path / "witness"
    path.write_bytes(describe(msgspec.structs.replace(log.listed, origin=ORIGIN)))
    made = CliRunner().invoke(make_witness_commands(), ["init", "--home", str(home), "--name", "DEMO/witness"])
    cosigner = parse_cosigner(made.output.split()[2])
    assert encode_base64url(cosigner.key.raw) in made.output
    (port,) = find_free_ports(1)
    root = encode_base64url(ROOT.verify_key.raw)
    code = "from lienthong.evidence.witnessing.commands import make_witness_commands as make; make()()"
    options = ["--home", str(home), "--directory", str(path), f"--root={root}", "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen([sys.executable, "-c", code, "serve", *options], stderr=subprocess.DEVNULL) as process:
        note = log.sign()
        answer = post(port, format_add_checkpoint(0, (), note))
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
    assert find_cosignatures(note + answer, [cosigner])


def post(port: int, body: bytes) -> bytes:
    """Post once the server listens."""
    until = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection(f"127.0.0.1:{port}", timeout=PATIENCE_S)
        try:
            connection.request("POST", "/add-checkpoint", body)
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read()
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.05)
        finally:
            connection.close()

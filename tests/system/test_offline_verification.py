"""Evidence of a real exchange, verified where there is no network and nothing but the package and the root key."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.body_chunks import sealed_length
from lienthong.evidence.export import read_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.reader import read_batches
from lienthong.evidence.store import is_erased
from lienthong.evidence.subject import open_content
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_signing_key
from tests.simulators.callers import Caller, Question
from tests.simulators.pair import BOTH, Pair, Side
from tests.simulators.service import RecordingService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.evidence.store import BodyPlace

LIENTHONG = Path(sys.executable).with_name("lienthong")
"""The command as it is installed."""
NO_NETWORK = (shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--net")
BODY = b"what the portal asked"


def _can_leave_the_network() -> bool:
    try:
        return subprocess.run([*NO_NETWORK, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_namespaces = pytest.mark.skipif(
    not _can_leave_the_network(), reason="this machine lets no process have a network namespace of its own (unshare)"
)


class Kept:
    """One exchange that both gateways hold evidence of."""

    def __init__(self, pair: Pair, exchange: str, folder: Path) -> None:
        self.pair = pair
        self.exchange = exchange
        self.folder = folder

    def run(self, *words: object) -> str:
        """Run the installed command; give what it says, once it has ended with 0."""
        done = self._run(LIENTHONG, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def export(self, side: Side, name: str) -> Path:
        """Export the exchange; alone in a folder of its own, for whoever verifies it has nothing else."""
        file = self.folder / name / "package.zip"
        file.parent.mkdir()
        self.run("evidence", "export", self.exchange, "--home", self.pair.homes[side].folder, "-o", file)
        return file

    def verify_offline(self, file: Path) -> subprocess.CompletedProcess[str]:
        """Verify a package without any network, with the root key only."""
        root = self.pair.federation.root_text
        return self._run(*NO_NETWORK, LIENTHONG, "evidence", "verify", file.name, "--root", root, folder=file.parent)

    def check_log(self, side: Side) -> str:
        home = self.pair.homes[side]
        key = encode_base64url(_log_key(self.pair, side))
        return self.run("log", "check", home.folder / "log", "--key", key, "--store-key", home.keys / "store.key")

    def _run(self, *words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {"COLUMNS": "300", "PATH": "/usr/bin:/bin"}
        command = [str(word) for word in words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def _log_key(pair: Pair, side: Side) -> bytes:
    return load_signing_key(pair.homes[side].keys / "log.key").verify_key.raw


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Pair(tmp_path / "federation") as pair, RecordingService(pair.federation.areas_port):
        pair.start(*BOTH)
        caller = Caller(pair.door)
        for question in (Question("GET"), Question("POST", "/units/1", BODY), Question("GET")):
            assert caller.ask(question)
        caller.close()
        _, exchange, _ = caller.outcomes.acknowledged
        time.sleep(2.1)  # until bodies and index are on the disk and the entries published
        yield Kept(pair, exchange, tmp_path)


@needs_namespaces
def test_the_namespace_of_these_tests_reaches_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attempt = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)"
        command = [sys.executable, "-c", attempt]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        alone = subprocess.run([*NO_NETWORK, *command], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in alone.stderr


@needs_namespaces
@pytest.mark.parametrize("side", BOTH)
def test_a_package_of_a_real_exchange_verifies_without_network_or_federation(kept: Kept, side: Side) -> None:
    file = kept.export(side, "package")
    assert [kept.pair.terminate(each) for each in BOTH] == [0, 0]
    kept.pair.federation.folder.rename(kept.folder / "out-of-reach")

    verdict = kept.verify_offline(file)

    assert verdict.returncode == 0, verdict.stderr
    for words in ("verified", "POST /r1/", "(content: whole)", "status 200", kept.exchange):
        assert words in verdict.stdout
    assert [path.name for path in file.parent.iterdir()] == ["package.zip"]


@needs_namespaces
def test_a_package_with_a_flipped_bit_or_another_root_is_refused_without_network(kept: Kept) -> None:
    file = kept.export(Side.CONSUMER, "package")
    raw = bytearray(file.read_bytes())
    raw[raw.index(BODY)] ^= 1
    forged = file.with_name("forged.zip")
    forged.write_bytes(raw)

    refused = kept.verify_offline(forged)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "request/body" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@needs_namespaces
def test_erased_content_is_gone_while_its_proofs_and_both_logs_hold(kept: Kept) -> None:
    packages = {side: kept.export(side, f"whole-{side}") for side in BOTH}
    assert BODY in packages[Side.CONSUMER].read_bytes()
    for side in BOTH:
        home = kept.pair.homes[side].folder
        places = _body_places(home, kept.exchange)
        assert [any(_stored(home, place)) for place in places] == [True, True]

        told = kept.run("evidence", "erase", kept.exchange, "--home", home)

        assert "erased 2 records and 2 bodies" in told
        assert [any(_stored(home, place)) for place in places] == [False, False]
        file = kept.export(side, f"erased-{side}")
        assert BODY not in file.read_bytes()
        verdict = kept.verify_offline(file)
        assert verdict.returncode == 0, verdict.stderr
        assert "verified" in verdict.stdout
        assert verdict.stdout.count("(content: erased)") == 2
        assert "all is well" in kept.check_log(side)
    # What was exported before stays evidence for whoever holds it.
    assert kept.verify_offline(packages[Side.PROVIDER]).returncode == 0


@needs_namespaces
def test_what_was_erased_beside_a_running_gateway_stays_erased_after_its_crash(kept: Kept) -> None:
    for side in BOTH:
        kept.run("evidence", "erase", kept.exchange, "--home", kept.pair.homes[side].folder)
    kept.pair.kill(*BOTH)
    kept.pair.start(*BOTH)
    assert [kept.pair.terminate(side) for side in BOTH] == [0, 0]
    for side in BOTH:
        home = kept.pair.homes[side].folder
        entries = [entry for batch in read_batches(home / "log") for entry in batch.entries]
        assert [is_erased(entry.record) for entry in entries if entry.record].count(True) == 2
        assert "2 erased" in kept.check_log(side)
        assert kept.verify_offline(kept.export(side, f"erased-{side}")).returncode == 0


def _body_places(home: Path, exchange: str) -> list[BodyPlace]:
    """Give where the bodies of request and response lie in a gateway's store."""
    evidence = EvidenceHome(home)
    index = evidence.open_index()
    subjects = read_exchange(evidence, index, exchange)
    index.close()
    contents = [open_content(evidence.load_store_key(), subject.entry) for subject in subjects]
    return [content.body for content in contents if content is not None and content.body is not None]


def _stored(home: Path, place: BodyPlace) -> bytes:
    raw = (home / "store" / f"{place.pack}.pack").read_bytes()
    stored = raw[place.offset : place.offset + sealed_length(place.length)]
    assert len(stored) == sealed_length(place.length)
    return stored

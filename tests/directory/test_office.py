from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.directory.admission import sign_admission
from lienthong.directory.client import DirectoryClient
from lienthong.directory.commands import make_directory_commands
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.office import Office
from lienthong.directory.store import FolderFiles
from lienthong.directory.succession import Succession, format_succession, state_key
from lienthong.evidence.witnessing.beside_directory import WitnessBesideDirectory
from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import VerifyKey, make_signing_key
from tests.directory.repositories import URL, MemoryFetcher, MemoryFiles
from tests.directory.test_admission import KEY, RAW, REQUEST

if TYPE_CHECKING:
    from pathlib import Path


class _FolderBehindMemory(MemoryFiles):
    """Serves what an office has published into its folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def look(self) -> None:
        files = FolderFiles(self.folder)
        for part in ("metadata", "targets"):
            self.kept |= {f"{part}/{name}": files.read(f"{part}/{name}") or b"" for name in files.names(part)}


class _Kept:
    def __init__(self, folder: Path) -> None:
        self.office = Office(folder / "office", SystemClock())
        self.root = VerifyKey(decode_base64url(self.office.create("DEMO", 3, 2)))
        self.files = _FolderBehindMemory(self.office.public)
        self.files.look()
        self.client = DirectoryClient(folder / "client", URL, self.root, MemoryFetcher(self.files))

    def run(self, *words: str, answer: str = "") -> str:
        done = CliRunner().invoke(make_directory_commands(WitnessBesideDirectory), [*words], input=answer)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    def fetch(self) -> bool:
        self.files.look()
        self.client.fetch()
        return self.client.refresh()


@pytest.fixture
def kept(tmp_path: Path) -> _Kept:
    return _Kept(tmp_path)


def _succession(**changes: str) -> Succession:
    values = {
        "gateway": REQUEST.gateway,
        "origin": f"{REQUEST.gateway}/2",
        "key": state_key(make_signing_key().verify_key),
        "closes": REQUEST.log,
        "root": encode_base64url(bytes(32)),
        "reason": "restored from a backup",
        "note": "",
    }
    return Succession(size=3, time=SystemClock().now_ms(), **(values | changes))


def test_a_request_is_shown_and_admitted_by_a_yes_only(kept: _Kept) -> None:
    kept.office.receive(RAW)
    folder = str(kept.office.folder)
    assert REQUEST.fingerprint in kept.run("admit", folder, answer="n\n")
    assert not kept.fetch()
    kept.run("admit", folder, answer="y\n")

    assert kept.fetch()
    assert kept.client.current().find_gateway(REQUEST.gateway) is not None
    assert kept.office.waiting() == []


def test_a_fingerprint_that_does_not_wait_is_refused(kept: _Kept) -> None:
    with pytest.raises(DirectoryError, match="no request"):
        kept.run("admit", str(kept.office.folder), "0000-0000-0000-0000-0000-0000")


def test_a_log_is_closed_and_its_successor_listed(kept: _Kept, tmp_path: Path) -> None:
    kept.office.receive(RAW)
    kept.run("admit", str(kept.office.folder), REQUEST.fingerprint)
    request = tmp_path / "successor.json"
    request.write_bytes(format_succession(_succession()))
    kept.run("rotate", str(kept.office.folder), str(request), "--yes")
    kept.fetch()

    old, new = kept.client.current().find_log(REQUEST.log), kept.client.current().find_log(f"{REQUEST.gateway}/2")
    assert old is not None
    assert new is not None
    assert old.closed is not None
    assert (old.closed.size, new.closed) == (3, None)


def test_new_targets_and_online_keys_are_followed_and_the_threshold_stays(kept: _Kept) -> None:
    kept.run("rotate", str(kept.office.folder))
    assert kept.office.repository.root_threshold() == 2
    kept.office.receive(RAW)
    kept.run("admit", str(kept.office.folder), REQUEST.fingerprint)
    kept.run("revoke", str(kept.office.folder), REQUEST.gateway, "--reason", "lost")

    assert kept.fetch()
    assert kept.client.current().open_gateways_of(REQUEST.member) == ()
    assert "revoked" in kept.run("show", str(kept.office.folder))


def test_new_root_keys_are_followed_and_the_replaced_ones_sign_nothing_more(kept: _Kept, tmp_path: Path) -> None:
    offline = kept.office.folder / "offline"
    first = {path.name: path.read_bytes() for path in offline.glob("root-*.key")}
    # One of three is lost: two are enough to replace all.
    (offline / "root-3.key").unlink()
    kept.run("rotate", str(kept.office.folder), "--root-keys", "2", "--threshold", "1")
    kept.fetch()
    second = {path.name: path.read_bytes() for path in offline.glob("root-*.key")}
    assert set(second) == {"root-1.key", "root-2.key"}
    assert not set(second.values()) & set(first.values())
    assert {path.name for path in offline.glob("root-*.old")} == {"root-1.old", "root-2.old"}
    assert kept.office.repository.root_threshold() == 1
    kept.office.receive(RAW)
    kept.run("admit", str(kept.office.folder), REQUEST.fingerprint)
    assert kept.fetch()
    # A gateway that starts anew goes from the first root to the newest.
    fresh = DirectoryClient(tmp_path / "fresh", URL, kept.root, MemoryFetcher(kept.files))
    fresh.fetch()
    fresh.refresh()
    for client in (kept.client, fresh):
        assert client.current().find_gateway(REQUEST.gateway) is not None
    for name, key in first.items():
        (offline / name).write_bytes(key)
        (offline / name).chmod(0o600)
    with pytest.raises(DirectoryError, match="needs more root keys"):
        kept.office.rotate_keys(1)


def test_new_root_keys_need_enough_old_ones_and_a_threshold_that_they_can_reach(kept: _Kept) -> None:
    offline = kept.office.folder / "offline"
    with pytest.raises(DirectoryError, match="threshold from 1 to 1"):
        kept.office.rotate_keys(root_keys=1)
    for name in ("root-2.key", "root-3.key"):
        (offline / name).unlink()
    before = kept.office.repository.root_threshold()
    with pytest.raises(DirectoryError, match="needs more root keys"):
        kept.office.rotate_keys(root_keys=2)
    assert kept.office.repository.root_threshold() == before
    assert (offline / "root-1.key").exists()


def test_what_is_not_listed_cannot_be_revoked(kept: _Kept) -> None:
    with pytest.raises(DirectoryError, match="lists no gateway"):
        kept.office.revoke(("DEMO/GOV/Z99.77/GW1",), "typing error")


def test_a_folder_that_has_a_directory_is_refused_and_a_threshold_that_cannot_be(kept: _Kept, tmp_path: Path) -> None:
    for office, keys, threshold in ((kept.office, 3, 2), (Office(tmp_path / "new", SystemClock()), 1, 2)):
        with pytest.raises(DirectoryError) as refused:
            office.create("DEMO", keys, threshold)
        assert refused.value.kind is DirectoryErrorKind.CONTRADICTORY


def test_without_the_offline_keys_nobody_is_admitted_and_revoking_goes_on(kept: _Kept) -> None:
    for path in (kept.office.folder / "offline").iterdir():
        path.unlink()
    kept.office.receive(sign_admission(REQUEST, KEY))
    with pytest.raises(DirectoryError) as refused:
        kept.office.admit(REQUEST)
    assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE
    kept.office.renew()
    assert not kept.fetch()

"""A home is backed up while it runs, and restored into a log that follows: peers go on, old packages still verify."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.directory.succession import succeed_log
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.index import Index
from lienthong.evidence.verify import verify_package
from lienthong.evidence.witness import WitnessedHeads
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.keeping.backup import Keys, back_up, unpack
from lienthong.exchange.keeping.restoring import restore_home
from lienthong.kernel.keys import load_secret, make_signing_key, store_signing_key
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN
from tests.exchange.gateway.running import RunningGateway, call
from tests.exchange.gateway.test_witnessing import wait_for_head, watchful, witness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.exchange.gateway.running import Reply
    from tests.simulators.witness_server import WitnessServer

__all__ = ["witness"]
PATIENT = watchful(20.0)
PASSPHRASE = b"correct horse battery"


def ask(consumer: RunningGateway) -> Reply:
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    return call(consumer.consumers, "GET", f"/r1/{SERVICE}/granted/06886", headers)


def test_a_restored_gateway_goes_on_in_a_successor_log_peers_accept_it_and_old_packages_verify(
    province: Province, witness: WitnessServer, tmp_path: Path
) -> None:
    agency, file = province.agency, tmp_path / "agency.tar"
    with RunningGateway(agency.folder, PATIENT) as provider:
        with RunningGateway(province.commune.folder, PATIENT) as consumer:
            first = ask(consumer)
            # While it runs; what comes after is not in the backup.
            back_up(agency.folder, file, Keys.SEALED, PASSPHRASE)
            assert ask(consumer).status == 200
            wait_for_head(agency.folder / "cosigned-head", 4, agency.origin, witness)
            consumer.stop()
        provider.stop()
    assert file.stat().st_mode & 0o777 == 0o600
    package = export_exchange(EvidenceHome(agency.folder), first.headers["x-road-request-id"])
    agency.folder.rename(tmp_path / "lost")

    plan = restore_home(file, agency.folder, PASSPHRASE, None, b"")
    assert plan.size == 4
    assert plan.origin.endswith("/2")
    province.publish(succeed_log(province.directory, plan))
    with (
        RunningGateway(agency.folder, PATIENT),
        RunningGateway(province.commune.folder, PATIENT) as consumer,
    ):
        assert ask(consumer).status == 200
    root = province.root.verify_key
    assert verify_package(package, root).outcome == "response"
    # What the backup has of the old log can be looked up, though only a head that witnesses saw could prove it anew.
    closed = Index(agency.folder / "closed" / "1" / "index.sqlite", load_secret(agency.keys / "index.key"))
    assert [row.kind for row in closed.find_exchange(first.headers["x-road-request-id"])] == ["received", "response"]
    closed.close()


def test_keys_are_in_a_backup_only_as_one_chose(province: Province, tmp_path: Path) -> None:
    home = province.commune.folder
    secret = (home / "keys" / "log.key").read_bytes().strip()
    for keys in Keys:
        file = tmp_path / f"{keys}.tar"
        back_up(home, file, keys, PASSPHRASE)
        assert (keys, secret in file.read_bytes()) == (keys, keys is Keys.PLAIN)
        unpack(file, tmp_path / keys, PASSPHRASE)
        found = tmp_path / keys / "keys" / "log.key"
        assert found.exists() is (keys is not Keys.NONE)
        assert (tmp_path / keys / "keys" / "tls.pem").exists()
        if found.exists():
            assert (found.read_bytes().strip(), found.stat().st_mode & 0o777) == (secret, 0o600)
    with pytest.raises(ExchangeError, match="passphrase"):
        back_up(home, tmp_path / "short.tar", Keys.SEALED, b"short")
    with pytest.raises(ExchangeError, match="do not open"):
        unpack(tmp_path / "sealed.tar", tmp_path / "wrong", b"another passphrase")
    assert not (tmp_path / "wrong").exists()
    with pytest.raises(ExchangeError, match="already"):
        back_up(home, tmp_path / "none.tar", Keys.NONE)


def test_a_witness_is_in_no_backup_and_is_restored_from_none(province: Province, tmp_path: Path) -> None:
    home = province.commune.folder
    store_signing_key(home / "keys" / "witness.key", make_signing_key())
    WitnessedHeads(home / "witness.sqlite").close()
    for keys in Keys:
        file, restored = tmp_path / f"{keys}.tar", tmp_path / keys
        back_up(home, file, keys, PASSPHRASE)
        restore_home(file, restored, PASSPHRASE, home / "keys", b"")
        assert (restored / "keys" / "log.key").exists()
        assert not (restored / "keys" / "witness.key").exists()
        assert not (restored / "witness.sqlite").exists()


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "link"])
def test_a_file_that_leads_out_of_the_home_is_no_backup(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evil.tar"
    with tarfile.open(file, "w") as archive:
        entry = tarfile.TarInfo(name)
        if name == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry, io.BytesIO())
    with pytest.raises(ExchangeError, match="no backup"):
        unpack(file, tmp_path / "home")
    assert not (tmp_path / "home").exists()
    file.write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(ExchangeError, match="damaged"):
        unpack(file, tmp_path / "home")


def test_the_commands_back_up_without_keys_and_restore_with_them(province: Province, tmp_path: Path) -> None:
    home, file = province.agency.folder, tmp_path / "agency.tar"
    run = CliRunner().invoke
    assert run(make_app(), ["gateway", "backup", str(home), str(file)]).exit_code == 2
    assert run(make_app(), ["gateway", "backup", str(home), str(file), "--keys", "some"]).exit_code == 2
    done = run(make_app(), ["gateway", "backup", str(home), str(file), "--keys", "none"])
    assert (done.exit_code, "private keys: none" in done.output) == (0, True)
    # A refusal leaves nothing that could be served.
    target = home.with_name("again")
    assert run(make_app(), ["gateway", "restore", str(file), str(target)]).exit_code == 1
    assert not target.exists()
    assert not target.with_name("again.restoring").exists()
    done = run(make_app(), ["gateway", "restore", str(file), str(target), "--keys-from", str(home / "keys")])
    assert (done.exit_code, "opened the log" in done.output) == (0, True), done.output
    assert (target / "successor.json").exists()
    assert run(make_app(), ["gateway", "restore", str(file), str(target)]).exit_code == 1

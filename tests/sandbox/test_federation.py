"""The federation's folder: what is in it, that the other houses read it, and that it can be made again."""

from __future__ import annotations

import hashlib
import shutil
import ssl
from typing import TYPE_CHECKING

import pytest

from lienthong.directory.authority import spki_fingerprint
from lienthong.directory.members import DirectoryFile, sign_directory, verify_directory
from lienthong.exchange.access import read_grants
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.services import read_services
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_secret, load_signing_key, make_signing_key, store_signing_key
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.federation import CLIENT, SERVICE, Federation, make_federation
from tests.clocks import SetClock

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_790_000_000_000


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    return make_federation(tmp_path / "federation", SetClock(NOW))


def test_the_directory_is_signed_and_names_both_members_and_their_doors(federation: Federation) -> None:
    directory = verify_directory(federation.directory.read_bytes(), federation.root)
    assert (directory.instance, directory.version, directory.issued) == ("DEMO", 2, NOW)
    assert directory.expires - NOW == 730 * 86_400_000
    assert [member.id for member in directory.members] == ["DEMO/GOV/Z99.01", "DEMO/GOV/Z99.02"]
    assert all("(sandbox)" in member.name for member in directory.members)
    assert directory.members_of_group("communes") == {CLIENT}
    assert directory.find_subsystem(CLIENT) is not None
    assert directory.find_subsystem(SERVICE.rpartition("/")[0]) is not None


def test_the_directory_pins_the_keys_that_the_homes_hold(federation: Federation) -> None:
    directory = verify_directory(federation.directory.read_bytes(), federation.root)
    for home in federation.homes:
        listed = directory.find_gateway(home.gateway)
        assert listed is not None
        log = directory.find_log(home.origin)
        assert log is not None
        certificate = ssl.PEM_cert_to_DER_cert((home.keys / "tls.pem").read_text())
        assert (listed.addresses, listed.tls) == ((home.peers,), (spki_fingerprint(certificate),))
        assert (log.key, log.since) == (load_signing_key(home.keys / "log.key").verify_key, NOW)


def test_both_ends_certificates_hold_under_the_directorys_authority(federation: Federation) -> None:
    directory = verify_directory(federation.directory.read_bytes(), federation.root)
    for home in federation.homes:
        context = ssl.create_default_context(cadata=directory.authority)
        context.load_cert_chain(home.keys / "tls.pem", home.keys / "tls.key")


def test_secrets_are_readable_by_their_owner_only(federation: Federation) -> None:
    own = ("directory/offline/root-1.key", "directory/online/authority.key", "portal.token")
    secret = [federation.folder / name for name in own]
    for home in federation.homes:
        secret += [home.keys / name for name in ("log.key", "store.key", "index.key", "tls.key")]
    assert [path.stat().st_mode & 0o777 for path in secret] == [0o600] * len(secret)
    assert all(len(load_secret(home.keys / "store.key")) == 32 for home in federation.homes)


def test_the_gateways_read_their_homes(federation: Federation) -> None:
    for home in federation.homes:
        opened = open_home(home.folder, {})
        assert (opened.settings.gateway, opened.settings.log) == (home.gateway, home.origin)
        assert opened.root_key == federation.root
        assert DirectoryFile(opened.directory_file, opened.root_key).current().version == 2
        listen = opened.settings.listen
        assert (listen.consumers, listen.peers, listen.admin) == (home.consumers, home.peers, home.admin)
    hashed = encode_base64url(hashlib.sha256(federation.token.encode()).digest())
    subsystems = open_home(federation.consumer.folder, {}).settings.subsystems
    assert subsystems["PORTAL"].tokens == (hashed,)
    assert not subsystems["PORTAL"].open_on_loopback


def test_the_provider_offers_one_service_to_the_communes_for_reading(federation: Federation) -> None:
    folder = federation.provider.folder
    service = read_services((folder / "services.toml").read_text(), "services.toml").by_name["AREAS/units"]
    assert service.address is not None
    assert (service.address.host, service.address.port) == ("127.0.0.1", federation.areas_port)
    assert service.address.path == b"/units"
    (grant,) = read_grants((folder / "grants.toml").read_text(), "grants.toml").by_service["AREAS/units"]
    assert (grant.to, sorted(grant.methods)) == ("group:communes", [b"GET", b"HEAD"])
    matching = [path for path in ("/", "/06886", "/06886/successors", "/a/b") if _matches(grant.patterns, path)]
    assert matching == ["/", "/06886", "/06886/successors"]


def _matches(patterns: object, path: str) -> bool:
    assert isinstance(patterns, tuple)
    return any(pattern.fullmatch(path) for pattern in patterns)


def test_the_consumer_offers_nothing(federation: Federation) -> None:
    folder = federation.consumer.folder
    assert not read_services((folder / "services.toml").read_text(), "services.toml").by_name
    assert not read_grants((folder / "grants.toml").read_text(), "grants.toml").by_service


def test_all_addresses_are_on_loopback_and_differ(federation: Federation) -> None:
    addresses = [address for home in federation.homes for address in (home.consumers, home.peers, home.admin)]
    addresses.append(f"127.0.0.1:{federation.areas_port}")
    assert all(address.startswith("127.0.0.1:") for address in addresses)
    assert len(set(addresses)) == 7


def test_made_again_it_keeps_keys_and_logs_and_signs_a_newer_directory(federation: Federation) -> None:
    before = verify_directory(federation.directory.read_bytes(), federation.root)
    (federation.consumer.folder / "log" / "mark").write_text("")
    again = make_federation(federation.folder, SetClock(NOW + 1000))
    after = verify_directory(again.directory.read_bytes(), federation.root)
    assert (after.version, after.issued) == (3, NOW + 1000)
    assert again.token == federation.token
    for old, new in zip(before.gateways, after.gateways, strict=True):
        assert (old.tls, old.logs) == (new.tls, new.logs)
    assert (federation.consumer.folder / "log" / "mark").exists()


def test_a_served_directory_lists_its_witness_and_gateways_ask_for_it_at_its_address(tmp_path: Path) -> None:
    federation = make_federation(tmp_path / "federation", SetClock(NOW), is_served=True)
    again = make_federation(federation.folder, SetClock(NOW), is_served=True)
    (first,) = verify_directory(again.directory.read_bytes(), federation.root).witnesses
    assert (first.name, first.url) == ("DEMO/witness", f"http://{again.directory_address}/witness")
    settings = open_home(again.consumer.folder, {}).settings
    assert (settings.directory.url, settings.directory.cosign_s) == (f"http://{again.directory_address}", 1)
    assert settings.admin.operators == (encode_base64url(hashlib.sha256(again.operator.encode()).digest()),)
    assert (again.office / "witness" / "witness.sqlite").exists()


def test_a_sandbox_of_before_the_repository_goes_on_with_its_keys_and_logs(federation: Federation) -> None:
    before = verify_directory(federation.directory.read_bytes(), federation.root)
    older = make_signing_key()
    shutil.rmtree(federation.office)
    store_signing_key(federation.folder / "root.key", older)
    federation.directory.write_bytes(sign_directory(before, older))
    (federation.consumer.folder / "log" / "mark").write_text("")
    again = make_federation(federation.folder, SetClock(NOW + 1000), is_served=True)
    after = verify_directory(again.directory.read_bytes(), again.root)
    assert after.version == before.version + 1
    assert [each.logs for each in after.gateways] == [each.logs for each in before.gateways]
    assert (again.consumer.folder / "log" / "mark").exists()
    context = ssl.create_default_context(cadata=after.authority)
    context.load_cert_chain(again.consumer.keys / "tls.pem", again.consumer.keys / "tls.key")


def test_what_a_crash_left_of_a_directory_is_made_again(tmp_path: Path) -> None:
    (tmp_path / ".directory.new" / "offline").mkdir(parents=True)
    federation = make_federation(tmp_path, SetClock(NOW))
    assert not (tmp_path / ".directory.new").exists()
    assert verify_directory(federation.directory.read_bytes(), federation.root).version == 2


def test_a_lost_log_is_not_made_again(federation: Federation) -> None:
    for home in federation.homes:
        assert (home.folder / "log").exists()
    shutil.rmtree(federation.consumer.folder / "log")
    make_federation(federation.folder, SetClock(NOW))
    assert not (federation.consumer.folder / "log").exists()


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(SandboxError, match="expected an empty folder or an earlier sandbox"):
        make_federation(tmp_path, SetClock(NOW))
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]

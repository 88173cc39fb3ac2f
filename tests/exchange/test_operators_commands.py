"""What an operator does with a home by commands, and what a member's own site gets from its gateway."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.directory.errors import DirectoryError
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.verify import verify_package
from lienthong.exchange.client import GatewayClient, Question
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.package_client import fetch_package
from lienthong.kernel.canonical import encode_base64url
from lienthong.sandbox.gateway_home import hash_token
from lienthong.sandbox.ports import find_free_ports
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN, Province
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call
from tests.simulators.backend import Backend, BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE_TOKEN = "token-of-the-site"  # noqa: S105 # of nobody


@pytest.fixture
def service() -> Iterator[Backend]:
    with Backend() as service:
        yield service


@pytest.fixture
def province(tmp_path: Path, service: Backend) -> Province:
    return Province(tmp_path, service.port)


def run(*words: object, code: int = 0) -> str:
    """Run a command in this process, and give what it printed."""
    result = CliRunner().invoke(make_app(), [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_a_home_is_examined_in_words_and_as_json(province: Province) -> None:
    home = province.commune.folder
    assert "keys/tls.pem is valid for" in run("doctor", "--home", home)
    findings = json.loads(run("doctor", "--home", home, "--json"))
    assert {"settings", "keys", "certificate", "log", "peers"} <= {each["check"] for each in findings}
    (home / "services.toml").write_text("[services")
    assert "services.toml" in run("doctor", "--home", home, code=1)


def test_a_home_is_backed_up_into_a_file_and_made_again_from_it_with_a_log_of_its_own(
    province: Province, tmp_path: Path
) -> None:
    home, file, again = province.commune.folder, tmp_path / "kept", tmp_path / "again"
    run("gateway", "backup", home, file, "--keys", "some", code=2)
    assert f"files of {home} are in {file}; private keys: plain" in run(
        "gateway", "backup", home, file, "--keys", "plain"
    )
    told = run("gateway", "restore", file, again)
    assert f"{again}: opened the log" in told
    assert (again / "successor.json").exists()


def test_a_log_is_made_once_and_an_index_as_often_as_wanted(province: Province) -> None:
    home = province.commune.folder
    assert f"indexed 0 entries of {home / 'log'}" in run("gateway", "reindex", "--home", home)
    with pytest.raises(EvidenceError):
        run("gateway", "create-log", "--home", home)
    shutil.rmtree(home / "log")
    assert f"in {home / 'log'}" in run("gateway", "create-log", "--home", home)


def test_a_witness_of_a_gateway_says_what_the_directory_lists(province: Province) -> None:
    told = run("gateway", "init-witness", "--home", province.commune.folder)
    name = f"{province.commune.gateway}/witness"
    assert f'set in gateway.toml: [witness] name = "{name}"' in told
    assert f'"name": "{name}"' in told


def test_a_new_gateway_asks_the_directory_to_admit_it_and_hears_a_refusal(tmp_path: Path, service: Backend) -> None:
    def init(home: Path) -> str:
        address, root = f"http://127.0.0.1:{service.port}", encode_base64url(bytes(32))
        words = ("--directory", address, f"--root={root}", "--subsystem", "PORTAL")
        return run("gateway", "init", "DEMO/GOV/Z99.09/GW1", "--home", home, *words)

    told = init(tmp_path / "new").splitlines()
    (asked,) = service.calls
    assert (asked.method, asked.target) == ("POST", "/requests")
    assert asked.body == (tmp_path / "new" / "request.json").read_bytes()
    assert len(told[1].split("-")) == 6  # the fingerprint, for people to compare
    service.answer = BackendAnswer(status=400, body=b"no such member")
    with pytest.raises(DirectoryError, match="refuses the request: no such member"):
        init(tmp_path / "other")


def test_a_members_own_site_gets_packages_of_listed_services_and_counts_and_nobody_else_does(
    province: Province,
) -> None:
    with (province.commune.folder / "gateway.toml").open("a") as told:
        told.write(f'[admin]\nexporters = ["{hash_token(SITE_TOKEN)}"]\nexported = ["{SERVICE}"]\n')
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as gateway:
        with GatewayClient(gateway.consumers, CLIENT, TOKEN) as asking:
            exchange = asking.ask(Question(SERVICE, path="/granted/1")).require_answered().exchange
        until = time.monotonic() + PATIENCE_S
        while (package := fetch_package(gateway.admin, SITE_TOKEN, exchange)) is None:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert verify_package(package, province.root.verify_key).exchange == exchange
        assert fetch_package(gateway.admin, SITE_TOKEN, str(uuid4())) is None
        with pytest.raises(ExchangeError, match="got status 401"):
            fetch_package(gateway.admin, TOKEN, exchange)
        assert call(gateway.admin, "GET", "/counts", {"Authorization": f"Bearer {TOKEN}"}).status == 401
        counts = call(gateway.admin, "GET", "/counts", {"Authorization": f"Bearer {SITE_TOKEN}"})
        assert b"lienthong_log_entries_total" in counts.body
    (nobody,) = find_free_ports(1)
    with pytest.raises(ExchangeError, match="got nothing"):
        fetch_package(f"127.0.0.1:{nobody}", SITE_TOKEN, exchange)

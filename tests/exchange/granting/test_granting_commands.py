"""`lienthong grant …` on a real home, beside the gateway that runs on it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.policy import LOOK_EVERY_S
from lienthong.exchange.granting.commands import make_grant_app
from tests.exchange.gateway.province import CLIENT, OTHER_CLIENT, OTHER_TOKEN, SERVICE, Province
from tests.exchange.gateway.running import RunningGateway, call
from tests.simulators.backend import Backend, BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WITHIN_S = 1.0
"""The time in which a change takes effect."""
PATIENCE_S = 20.0
DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {"/units/{code}": {"get": {"operationId": "getUnit"}, "put": {"operationId": "putUnit"}}},
}


@pytest.fixture
def service() -> Iterator[Backend]:
    with Backend() as service:
        yield service


@pytest.fixture
def province(tmp_path: Path, service: Backend) -> Province:
    return Province(tmp_path, service.port)


def run(province: Province, *words: str, code: int = 0) -> str:
    """Run a command on the agency's home, and give what it printed."""
    result = CliRunner().invoke(make_grant_app(), [*words, "--home", str(province.agency.folder)])
    if isinstance(result.exception, ExchangeError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_a_grant_takes_effect_and_ends_within_a_second_while_the_gateway_runs(province: Province) -> None:
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:

        def ask() -> int:
            headers = {"X-Road-Client": OTHER_CLIENT, "X-Road-Token": OTHER_TOKEN}
            return call(consumer.consumers, "GET", f"/r1/{SERVICE}/granted/1", headers).status

        def wait_for(status: int) -> None:
            until = time.monotonic() + PATIENCE_S
            while ask() != status:
                assert time.monotonic() < until
                time.sleep(0.02)

        assert ask() == 500
        added = run(province, "add", OTHER_CLIENT, "AREAS/units", "--method", "GET", "--path", "/granted/*")
        wait_for(200)
        run(province, "revoke", added.split()[0])
        wait_for(500)
    # On a busy machine a second may pass before anybody can ask; how often the gateway looks does not change.
    assert 2 * LOOK_EVERY_S <= WITHIN_S


def test_everything_that_a_grant_can_say_is_said_by_options(province: Province) -> None:
    options = "--method GET --method PUT --path /a/* --path /b --purpose 1.1 --until 2999-01-01T00:00:00+07:00"
    more = "--field /name --field /cards/*/kind --rate 100/min"
    added = run(province, "add", OTHER_CLIENT, "AREAS/units", *options.split(), *more.split())
    expected = (
        f"{OTHER_CLIENT} may call AREAS/units: GET, PUT /a/*, /b; for 1.1; until 2998-12-31T17:00:00+00:00; "
        "fields /name, /cards/*/kind; at most 100/min"
    )
    assert added.endswith(f" added: {expected}\n")
    assert run(province, "list", "--to", OTHER_CLIENT) == f"{added.split()[0]} {expected}\n"
    assert len(run(province, "list").splitlines()) == 6
    (over,) = run(province, "list", "--service", "AREAS/past").splitlines()
    assert over.endswith(" (over)")


def test_operations_of_a_document_become_grants(province: Province, service: Backend) -> None:
    services = province.agency.folder / "services.toml"
    plain = services.read_text()
    service.answer = BackendAnswer(body=json.dumps(DOCUMENT).encode())
    (province.agency.folder / "units.json").write_bytes(service.answer.body)
    for client, place in ((CLIENT, "units.json"), (OTHER_CLIENT, f"http://127.0.0.1:{service.port}/units.json")):
        services.write_text(plain.replace('/units"\n', f'/units"\nopenapi = "{place}"\n'))
        added = run(province, "add", client, "AREAS/units", "--operation", "getUnit", "--operation", "putUnit")
        assert [line.partition(": ")[2] for line in added.splitlines()] == [
            f"{client} may call AREAS/units: GET /units/*",
            f"{client} may call AREAS/units: PUT /units/*",
        ]
    with pytest.raises(ExchangeError, match="no operation 'getUnits': did you mean 'getUnit'"):
        run(province, "add", CLIENT, "AREAS/units", "--operation", "getUnits")
    with pytest.raises(ExchangeError, match="no such service with an `openapi` document"):
        run(province, "add", CLIENT, "AREAS/persons", "--operation", "getUnit")
    service.answer = BackendAnswer(status=500)
    with pytest.raises(ExchangeError, match="500"):
        run(province, "add", CLIENT, "AREAS/units", "--operation", "getUnit")
    run(province, "add", CLIENT, "AREAS/units", "--operation", "getUnit", "--path", "/x", code=2)


def test_a_grant_before_its_service_or_client_is_added_with_a_note(province: Province) -> None:
    one = ("--method", "*", "--path", "**")
    noted = run(province, "add", "DEMO/GOV/Z99.09/X", "AREAS/none", *one)
    assert "services.toml has no AREAS/none" in noted
    assert "the directory knows no subsystem DEMO/GOV/Z99.09/X" in noted
    assert "the directory has nobody in group:x" in run(province, "add", "group:x", "AREAS/units", *one)
    (province.folder / "directory.json").write_bytes(b"{}")
    assert "the directory cannot be read" in run(province, "add", "group:y", "AREAS/units", *one)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--method", "GET"], "paths is empty"),
        (["--path", "/a"], "methods is []"),
        (["--method", "GET", "--path", "a"], "begin with '/'"),
        (["--method", "GET", "--path", "/a", "--rate", "fast"], "rate is 'fast'"),
        (["--method", "GET", "--path", "/a", "--field", "name"], "'name'"),
    ],
)
def test_a_wrong_grant_is_refused_and_nothing_changes(province: Province, words: list[str], part: str) -> None:
    before = (province.agency.folder / "grants.toml").read_bytes()
    with pytest.raises(ExchangeError) as caught:
        run(province, "add", CLIENT, "AREAS/units", *words)
    assert part in caught.value.message
    assert (province.agency.folder / "grants.toml").read_bytes() == before


@pytest.mark.parametrize("until", ["tomorrow", "2027-01-01T00:00:00"])
def test_a_time_needs_its_zone(province: Province, until: str) -> None:
    run(province, "add", CLIENT, "AREAS/units", "--method", "GET", "--path", "/a", "--until", until, code=2)


def test_why_tells_each_check_and_ends_by_the_decision(province: Province) -> None:
    allowed = run(province, "why", CLIENT, "AREAS/units", "GET", "/granted/1?on=2025-06-30").splitlines()
    assert allowed[-1].startswith("allowed by grant ")
    assert all(line.startswith("yes  ") for line in allowed[:-1])

    refused = run(province, "why", CLIENT, "AREAS/units", "DELETE", "/granted/1", code=1).splitlines()
    assert refused[-1].startswith("refused method_not_granted: ")
    assert sum(line.startswith("no   ") for line in refused) == 1

    purpose = ["AREAS/procedure", "GET", "/", "--purpose"]
    assert "allowed" in run(province, "why", CLIENT, *purpose, "1.001193#H49")
    assert "purpose_not_granted" in run(province, "why", CLIENT, *purpose, "1.1", code=1)
    assert "grant_expired" in run(province, "why", CLIENT, "AREAS/past", "GET", "/", code=1)
    then = ("--at", "2019-01-01T00:00:00+07:00")
    assert "allowed" in run(province, "why", CLIENT, "AREAS/past", "GET", "/", *then)

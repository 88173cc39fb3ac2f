"""What the members of the sandbox's province offer each other: read as their gateways read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.access import read_grants
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.services import read_services
from lienthong.sandbox.agencies.offices import CASES, SERVICE_NAMES, make_offices
from lienthong.sandbox.federation import CLIENT, Federation, make_federation
from lienthong.sandbox.members import HOME_AFFAIRS, PROVINCE
from lienthong.sandbox.purposes import PLANS, Purposes, list_purposes
from lienthong.sandbox.sites import make_sites
from tests.clocks import SetClock

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_790_000_000_000


@pytest.fixture(scope="module")
def purposes() -> Purposes:
    return list_purposes()


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory, purposes: Purposes) -> Federation:
    made = make_federation(tmp_path_factory.mktemp("offers") / "federation", SetClock(NOW), PROVINCE)
    make_sites(made, purposes)
    make_offices(made, purposes.by_agency)
    return made


def test_every_member_has_a_gateway_that_reads_its_home_and_one_log(federation: Federation) -> None:
    assert len(federation.homes) == len(PROVINCE) == 5
    for home in federation.homes:
        assert open_home(home.folder, {}).settings.gateway == home.gateway
        assert (home.folder / "log").is_dir()


def test_a_pair_grows_to_a_province_and_keeps_its_logs(tmp_path: Path) -> None:
    pair = make_federation(tmp_path / "federation", SetClock(NOW))
    (pair.consumer.folder / "log" / "mark").write_text("")
    province = make_federation(tmp_path / "federation", SetClock(NOW + 1000), PROVINCE)
    assert (province.consumer.folder / "log" / "mark").exists()
    assert all((home.folder / "log").is_dir() for home in province.homes)


def test_nobody_is_asked_about_people_without_a_purpose_that_a_procedure_or_the_law_gives(
    federation: Federation, purposes: Purposes
) -> None:
    known = set(purposes.look_ups)
    for home in federation.homes:
        services = read_services((home.folder / "services.toml").read_text(), "services.toml").by_name
        grants = read_grants((home.folder / "grants.toml").read_text(), "grants.toml").by_service
        for name, service in services.items():
            if name == "AREAS/units":
                continue
            assert service.idempotent, name
            if name.endswith("/statistics"):
                # Counts, which name nobody: these paths alone are open.
                assert {path for grant in grants[name] for path in grant.paths} <= {"/figures", "/cards/counts"}
                continue
            assert service.requires_purpose, name
            allowed = set(PLANS) if name.endswith("/asks") else known
            assert all(grant.purposes and grant.purposes <= allowed for grant in grants[name]), name


def test_the_cases_system_asks_agencies_for_their_own_procedures_alone(
    federation: Federation, purposes: Purposes
) -> None:
    insurance = federation.find_home(PROVINCE[3]).folder
    (grant,) = read_grants((insurance / "grants.toml").read_text(), "grants.toml").by_service["INSURANCE/cards"]
    assert (grant.to, grant.purposes) == (CASES, frozenset(purposes.by_agency["insurance"]))
    assert {"2.002621", "3.000722"} <= grant.purposes
    assert "2.002913" not in grant.purposes


def test_the_registry_gives_numbers_to_the_civil_registry_alone(federation: Federation) -> None:
    home = federation.find_home(HOME_AFFAIRS).folder
    grants = read_grants((home / "grants.toml").read_text(), "grants.toml").by_service
    assert {grant.to for grant in grants["POPULATION/births"]} == {SERVICE_NAMES["civil"]}
    assert {grant.to for grant in grants["POPULATION/persons"]} == {CLIENT}


def test_agencies_ask_each_other_for_their_tasks_by_a_described_service(federation: Federation) -> None:
    home = federation.consumer.folder
    (offered,) = read_services((home / "services.toml").read_text(), "services.toml").by_name.values()
    assert (offered.name, offered.idempotent, offered.requires_purpose) == ("PORTAL/asks", True, True)
    grants = read_grants((home / "grants.toml").read_text(), "grants.toml").by_service["PORTAL/asks"]
    assert {grant.to for grant in grants} == set(SERVICE_NAMES.values())
    assert CLIENT not in {grant.to for grant in grants}
    for member in PROVINCE[2:]:
        their = read_services((federation.find_home(member).folder / "services.toml").read_text(), "services.toml")
        assert {name.rpartition("/")[2] for name in their.by_name} >= {"asks", "statistics"}
    assert len(open_home(home, {}).settings.admin.exporters) == 1


def test_the_communes_gateway_sends_no_case_unchecked(federation: Federation) -> None:
    check = open_home(federation.consumer.folder, {}).settings.case_check
    assert check.required
    assert check.url.endswith("/services/cases/check")

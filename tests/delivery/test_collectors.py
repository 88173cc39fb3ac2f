from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.areas.loading import load_tables
from lienthong.areas.models import Agency
from lienthong.cases import actions as told
from lienthong.cases.catalogue import Catalogue
from lienthong.cases.procedure import Limit
from lienthong.cases.words import CaseRole
from lienthong.cases.working_days import load_working_days
from lienthong.delivery.collectors.agencies import collect_from_agency
from lienthong.delivery.collectors.cards import collect_cards
from lienthong.delivery.collectors.cases import CaseHouse, collect_cases, find_cases_behind
from lienthong.delivery.collectors.exchange import collect_exchange, fetch_metrics, read_metrics
from lienthong.delivery.counting import Counted, count_all
from lienthong.delivery.counting_settings import CountingSettings
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import Observation, Source
from lienthong.delivery.observations import find_figure
from lienthong.delivery.periods import parse_period
from lienthong.delivery.recording import Recorded
from lienthong.delivery.seeding import SeedSet, load_seed
from lienthong.delivery.words import Origin, Status
from lienthong.exchange.client import ONCE, ClientSettings, GatewayClient
from tests.cases.houses import SIMPLE, UNIT, do, file_case, make_cases, make_procedure
from tests.delivery.figures import define, put
from tests.simulators.moody_gateway import MoodyGateway, Say

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases
    from lienthong.delivery.figures import Observed

pytestmark = pytest.mark.django_db

NOVEMBER = parse_period("2026-11")
SERVICE = "DEMO/GOV/Z99.02/PEOPLE/registry"


def observed(indicator: str, area: str = "99101") -> Observed:
    row = Observation.objects.filter(indicator__code=indicator, area_code=area).latest("pk")
    found = find_figure(row.pk)
    assert found is not None
    return found


@pytest.fixture
def house() -> CaseHouse:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    days = (date(2020, 1, 1), None)
    Agency.objects.create(code=UNIT, name="Phường mẫu", english="Sample", area_code="22", source="test", validity=days)
    limited = make_procedure()
    chain = Limit(working_days=3, legal=limited.legal[0])
    catalogue = Catalogue((msgspec.structs.replace(limited, chain=chain),))
    return CaseHouse(make_cases(catalogue=catalogue), load_working_days(None))


def file_and_receive(cases: Cases, count: int) -> None:
    for _ in range(count):
        do(cases, file_case(cases, SIMPLE).case_id, CaseRole.RECEIVER, told.Received())


def test_cases_are_counted_by_area_and_lead_back_to_those_that_are_late(house: CaseHouse) -> None:
    file_and_receive(house.cases, 3)
    early = collect_cases(house, NOVEMBER, date(2026, 11, 30))
    assert early == Recorded(added=4)
    due = observed("CASES_DUE")
    assert (int(due.value), due.status, due.origin) == (3, Status.ESTIMATE, Origin.CASES)
    assert (due.source, due.is_illustrative) == ("own-cases-sample", True)
    assert [case.unit for case in find_cases_behind(house, due).others] == [UNIT] * 3
    assert collect_cases(house, NOVEMBER, date(2026, 11, 30)) == Recorded(unchanged=4)

    december = parse_period("2026-12")
    collect_cases(house, december, date(2027, 1, 5))
    late = observed("CASES_ON_TIME")
    assert (int(late.value), late.status) == (0, Status.OFFICIAL)
    behind = find_cases_behind(house, late)
    assert [case.unit for case in behind.to_look_at] == [UNIT] * 3
    assert behind.others == ()
    assert all(case.appointed_on is not None and case.end > case.appointed_on for case in behind.cases)


def test_a_month_that_is_over_becomes_official_in_the_next_version(house: CaseHouse) -> None:
    file_and_receive(house.cases, 1)
    collect_cases(house, NOVEMBER, date(2026, 11, 30))
    assert collect_cases(house, NOVEMBER, date(2026, 12, 1)) == Recorded(revised=4)
    assert (observed("CASES_DUE").version, observed("CASES_DUE").status) == (2, Status.OFFICIAL)


PROVINCE, COMMUNE = "22", "06652"
UNITS = (
    "code\tkind\tname\tparent\tbegin\tend\n"
    "22\ttỉnh\tTỉnh Quảng Ninh\t\t2024-11-01\t\n"
    "06652\tphường\tPhường Mẫu\t22\t2025-07-01\t\n"
)
SUCCESSIONS = "old\told_begin\tnew\tnew_begin\tshare\tshare_back\tmeasure\tdocument\n"


def test_what_a_sandbox_counts_is_never_of_a_real_province_and_what_a_province_counts_is_of_its_own(
    house: CaseHouse, settings: Settings
) -> None:
    file_and_receive(house.cases, 2)
    collect_cases(house, NOVEMBER, date(2026, 11, 30))
    assert not Observation.objects.filter(origin="cases").exclude(area_code__startswith="99").exists()
    settings.IS_SANDBOX = False
    load_tables(UNITS.encode(), SUCCESSIONS.encode(), "test", lambda _: None)
    Agency.objects.update(area_code=COMMUNE)
    assert collect_cases(house, NOVEMBER, date(2026, 11, 30)) == Recorded(added=8)
    found = {area: observed("CASES_DUE", area) for area in (COMMUNE, PROVINCE)}
    assert [(int(each.value), each.source) for each in found.values()] == [(2, "own-cases")] * 2
    assert len(find_cases_behind(house, found[PROVINCE]).cases) == 2


def test_an_office_without_an_area_is_not_counted(house: CaseHouse) -> None:
    file_and_receive(house.cases, 1)
    Agency.objects.all().delete()
    assert collect_cases(house, NOVEMBER, date(2026, 12, 1)) == Recorded()


COUNTS = b"""{"first_day":"2026-01-01","last_day":"2026-11-30","communes":[
 {"area_code":"06652","applied":120,"issued":100,"waiting":20,"on_time":93,"late":7},
 {"area_code":"06655","applied":80,"issued":80,"waiting":0,"on_time":80,"late":0}]}"""


def test_counts_of_cards_keep_the_message_that_brought_them() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    answer = Say(200, COUNTS, (("X-Road-Request-Id", "0195-7"), ("Content-Type", "application/json")))
    with MoodyGateway([answer, answer]) as gateway:
        client = GatewayClient(gateway.address, "DEMO/GOV/Z99/OFFICE", "token", retries=ONCE)
        with client:
            assert collect_cards(client, SERVICE, 2026) == Recorded(added=3)
            assert collect_cards(client, SERVICE, 2026) == Recorded(unchanged=3)
        assert gateway.heard[0].target == f"/r1/{SERVICE}/cards/counts?from=2026-01-01"
    row = Observation.objects.get(indicator__code="CARDS_ON_TIME", area_code="99")
    assert (int(row.value), row.origin, row.origin_ref, row.period) == (173, "exchange", "0195-7", "2026-11-30")


def test_an_answer_that_is_no_count_is_no_figure() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    for answer in (Say(404, b"{}", ()), Say(200, b"<html>", ())):
        with MoodyGateway([answer]) as gateway:
            client = GatewayClient(gateway.address, "DEMO/GOV/Z99/OFFICE", "token", retries=ONCE)
            with client, pytest.raises(DeliveryError, match="expected counts of cards"):
                collect_cards(client, SERVICE, 2026)
    assert not Observation.objects.filter(indicator__code="CARDS_APPLIED").exists()


METRICS = """# HELP lienthong_log_entries_total Entries of the log, durable
# TYPE lienthong_log_entries_total counter
lienthong_log_entries_total 812.0
# TYPE lienthong_reliable_messages gauge
lienthong_reliable_messages{state="waiting"} 2.0
lienthong_reliable_messages{state="delivered"} 1.0
lienthong_reliable_messages{state="acknowledged"} 40.0
"""


def test_the_gateways_metrics_give_two_figures_a_day() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    day = date(2026, 11, 30)
    with MoodyGateway([Say(200, METRICS.encode(), ()), Say(503, b"", ())]) as gateway:
        assert collect_exchange(fetch_metrics(gateway.address, "token"), "22", day) == Recorded(added=2)
        assert gateway.heard[0].headers["authorization"] == "Bearer token"
        with pytest.raises(DeliveryError, match="got nothing"):
            fetch_metrics(gateway.address, "token")
    assert collect_exchange(METRICS, "22", day) == Recorded(unchanged=2)
    told = [int(observed(code, "99").value) for code in ("EXCHANGES", "EXCHANGES_WAITING")]
    assert told == [812, 3]
    for wrong in ("", "up 1\n", "lienthong_log_entries_total many\n"):
        with pytest.raises(DeliveryError, match="expected metrics of a gateway"):
            read_metrics(wrong)


def test_an_agencys_figures_are_checked_and_are_of_its_own_source_only() -> None:
    put(define("POP"))
    Source.objects.create(code="agency", kind="statistics", title="Agency")
    body = b"indicator,area,period,value,source\nPOP,99,2024,1000,book\nPOP,99,2025,many,\n"
    with MoodyGateway([Say(200, body, (("X-Road-Request-Id", "0195-9"),))]) as gateway:
        client = GatewayClient(gateway.address, "DEMO/GOV/Z99/OFFICE", "token", retries=ONCE)
        with client:
            report = collect_from_agency(client, SERVICE, "agency", date(2026, 11, 30))
        assert gateway.heard[0].target == f"/r1/{SERVICE}/figures"
    assert [(finding.row, finding.column) for finding in report.findings] == [(3, "value")]
    row = Observation.objects.get()
    assert (row.source.code, row.origin, row.origin_ref) == ("agency", "exchange", "0195-9, row 2")


def test_a_site_counts_all_that_it_is_told_to_once_it_has_indicators_and_what_is_away_keeps_nothing_back(
    settings: Settings,
) -> None:
    day = date(2026, 12, 1)
    assert count_all(day) == []
    load_seed(SeedSet.REFERENCE, lambda _: None)
    assert count_all(day) == [Counted("cases", Recorded())]
    Source.objects.create(code="agency", kind="statistics", title="Agency")
    settings.COUNTING = CountingSettings(area="22", cards=SERVICE, figures={"agency": SERVICE})
    body = b"indicator,area,period,value\nCRIMES_OF_NOBODY,99,2025,1\n"
    answers = [
        Say(200, METRICS.encode(), ()),
        Say(404, b"{}", ()),
        Say(200, body, (("X-Road-Request-Id", "0195-9"),)),
    ]
    with MoodyGateway([*answers]) as gateway:
        settings.EXCHANGE = ClientSettings(gateway.address, "DEMO/GOV/Z99/OFFICE", admin=gateway.address)
        heard: list[tuple[str, int, int | None]] = []
        counted = count_all(day, lambda *told: heard.append(told))
    assert [told for told in heard if told[0].startswith("counting")] == [
        (f"counting: {what}", done, 4) for done, what in enumerate(("cases", "exchange", "cards", "agency"))
    ]
    named = {what for what, _, _ in heard}
    assert {"cases of 2026-11 read", "cases of 2026-12 read", f"asking {SERVICE}", "rows read"} <= named
    assert [each.what for each in counted] == ["cases", "exchange", "cards", "agency"]
    assert counted[1].recorded == Recorded(added=2)
    assert "expected counts of cards" in counted[2].problem
    assert counted[3].problem.startswith("row 2, indicator: ")

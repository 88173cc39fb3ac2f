from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.utils import timezone

from lienthong.exchange.client import ClientSettings
from lienthong.identity.counter import SeenCard, open_counter
from lienthong.identity.signed_in import COUNTER_KEY
from lienthong.identity.words import Level
from lienthong.portal.province.own_record import OWN_DATA
from lienthong.sandbox.ports import find_free_ports
from lienthong.web.callers import Caller
from tests.identity.persons import BORN, ISSUED, NAME, NUMBER, make_citizen, make_staff, sign_in, sign_in_fully
from tests.portal.province.gateways import POPULATION, answer_record
from tests.simulators.own_gateway import OwnGateway, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def gateway(settings: Settings) -> Iterator[OwnGateway]:
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        yield gateway


@pytest.fixture
def person(client: Client) -> Client:
    """Somebody at level 2 in a session of level 2."""
    sign_in_fully(client, make_citizen(Level.CARD))
    assert BACKEND_SESSION_KEY in client.session
    return client


@pytest.mark.usefixtures("gateway")
def test_a_person_sees_their_record_where_each_part_comes_from_and_the_exchanges(person: Client) -> None:
    answer = person.get("/my-record/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for shown in (NAME, "999 190 012 345", "17/05/1990", "Đã kết hôn", "Số 117, tổ 2, khu 9, 99999", "31/05/2013"):
        assert shown in page, shown
    assert "giấy khai sinh số 12" in page
    assert "cải chính nội dung đã ghi trước" in page
    assert [exchange in page for exchange in ("0195-1", "0195-2")] == [True, True]
    # What is not known is not listed as if it were.
    assert "nạp lần đầu" not in page


def test_the_gateway_is_asked_with_the_legal_basis_and_the_sites_own_token(person: Client, gateway: OwnGateway) -> None:
    person.get("/my-record/")
    assert [path.partition("?")[0] for path, _ in gateway.asked] == [
        f"/r1/{POPULATION}/{NUMBER}",
        f"/r1/{POPULATION}/{NUMBER}/facts",
    ]
    for _, headers in gateway.asked:
        told = [headers[name] for name in ("x-road-purpose", "x-road-client", "x-road-token")]
        assert told == [OWN_DATA, "DEMO/GOV/Z99.01/PORTAL", "token-of-the-portal"]
    assert "ethnicity" not in gateway.asked[0][0]


def test_nobody_and_a_person_at_level_1_see_no_record_and_nothing_is_asked(client: Client, gateway: OwnGateway) -> None:
    assert client.get("/my-record/").status_code == 302
    sign_in(client, make_citizen(Level.DATA))
    answer = client.get("/my-record/")
    assert answer.status_code == 302
    assert "level=2" in answer.headers["Location"]
    assert gateway.asked == []


def test_a_refusal_is_shown_with_its_code_and_the_exchange_and_without_the_number(
    person: Client, gateway: OwnGateway, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = {"type": "server.serverproxy.access_denied", "message": "no grant", "detail": "0195-1"}
    gateway.answers[f"{POPULATION}/{NUMBER}"] = Told(500, json.dumps(refusal).encode(), refusal["type"])
    answer = person.get("/my-record/")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "server.serverproxy.access_denied" in page
    assert "0195-1" in page
    assert NUMBER not in caplog.text


@pytest.mark.parametrize("told", [Told(404, b'{"title":"unknown"}'), Told(200, b"not JSON"), Told(200, b"{}")])
def test_a_registry_without_a_record_is_told_as_that(person: Client, gateway: OwnGateway, told: Told) -> None:
    gateway.answers[f"{POPULATION}/{NUMBER}"] = told
    answer = person.get("/my-record/")
    assert answer.status_code == 503
    assert "Không có thông tin dưới số định danh của bạn" in answer.content.decode()


def test_without_its_gateway_the_page_says_that_the_way_is_interrupted(person: Client, settings: Settings) -> None:
    (port,) = find_free_ports(1)
    for address in ("", f"127.0.0.1:{port}"):
        settings.EXCHANGE = ClientSettings(address, "DEMO/GOV/Z99.01/PORTAL", "token", POPULATION)
        settings.EXCHANGE_TOKEN = "token"  # noqa: S105 # of nobody
        answer = person.get("/my-record/")
        assert answer.status_code == 503
        assert "gián đoạn" in answer.content.decode()


def test_at_a_counter_it_is_the_citizens_record_and_not_the_officers(client: Client, gateway: OwnGateway) -> None:
    officer = make_staff(Caller.OFFICER)
    sign_in_fully(client, officer)
    now = timezone.now()
    counter = open_counter(officer, SeenCard(NUMBER, NAME, BORN, ISSUED, was_compared=False), now, now.date())
    session = client.session
    session[COUNTER_KEY] = str(counter.pk)
    session.save()
    assert client.get("/my-record/").status_code == 200
    assert gateway.asked[0][0].startswith(f"/r1/{POPULATION}/{NUMBER}?")

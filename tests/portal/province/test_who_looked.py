"""The page of who looked: one line a look-up, only for the person, and never complete by silence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from lienthong.evidence.one_file import verify_lienthong
from lienthong.exchange.client import ClientSettings
from lienthong.exchange.gateway.usages import Usage as GatewayUsage
from lienthong.exchange.gateway.usages import UsagePage
from lienthong.identity.counter import SeenCard, open_counter
from lienthong.identity.signed_in import COUNTER_KEY
from lienthong.identity.words import Level
from lienthong.portal.province.look_up_words import name_purpose, name_service
from lienthong.portal.province.who_looked import Told as ToldByMember
from lienthong.portal.province.who_looked import Usage
from lienthong.web.callers import Caller
from tests.identity.persons import BORN, ISSUED, NAME, NUMBER, make_citizen, make_staff, sign_in, sign_in_fully
from tests.portal.cases.desk import open_site
from tests.portal.province.gateways import answer_record, answer_usages
from tests.portal.province.usage_registry import UsageRegistry
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
        answer_usages(gateway)
        yield gateway


@pytest.fixture
def registry() -> Iterator[UsageRegistry]:
    with UsageRegistry() as registry:
        yield registry


@pytest.fixture
def person(client: Client, registry: UsageRegistry, settings: Settings) -> Client:
    sign_in_fully(client, make_citizen(Level.CARD))
    registry.vouch_for(client, settings)
    return client


def test_a_person_sees_each_look_up_of_each_member(
    person: Client, gateway: OwnGateway, registry: UsageRegistry
) -> None:
    answer = person.get("/who-looked/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("DEMO/GOV/Z99.01/CLERK", "1.001193#H49.19-0001", "clerk-7", "0195-look-1", "0195-look-2", "tự khai"):
        assert shown in page, shown
    assert ["đã kiểm tra" in page, "3 quyết định hoãn" in page, "before=17" in page] == [True, True, True]
    assert [form["audience"] for form in registry.asked] == ["DEMO/GOV/Z99.02"]
    ((path, headers),) = gateway.asked
    assert path == "/r1/DEMO/GOV/Z99.02/POPULATION/findUsage?limit=50"
    # The own number is in no address: the token says whose look-ups these are.
    assert headers["authorization"] == "Bearer for-DEMO/GOV/Z99.02"
    assert NUMBER not in path


def test_agencies_services_and_purposes_are_told_in_words_with_their_identifiers(
    person: Client, gateway: OwnGateway, settings: Settings, tmp_path: Path
) -> None:
    open_site(settings, tmp_path)
    page = person.get("/who-looked/").content.decode()
    for shown in (
        "Ủy ban nhân dân phường (mẫu)",
        "DEMO/GOV/Z99.01/CLERK",
        "Thông tin về một người trong cơ sở dữ liệu",
    ):
        assert shown in page, shown
    assert name_purpose("3.000722#Z99.01-261201-0002").startswith("Liên thông: đăng ký khai sinh")
    assert name_purpose("91/2025/QH15") == "Luật Bảo vệ dữ liệu cá nhân"
    assert (name_purpose("1/2020/QH14"), name_service("DEMO/GOV/Z99.02/POPULATION/unknown")) == ("", "")
    assert len(gateway.asked) == 1


def test_the_page_links_the_verifier_which_anyone_may_save(person: Client, gateway: OwnGateway) -> None:
    page = person.get("/who-looked/").content.decode()
    assert 'href="/who-looked/verify_lienthong.py"' in page
    assert "Tự kiểm tra bằng chứng" in page
    person.logout()
    answer = person.get("/who-looked/verify_lienthong.py")
    assert answer.status_code == 200
    assert answer.content == Path(verify_lienthong.__file__).read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="verify_lienthong.py"'
    assert len(gateway.asked) == 1


PACKAGE = "/who-looked/package/?of=DEMO%2FGOV%2FZ99.02%2FPOPULATION&message=0195-look-1"


def test_the_package_of_each_look_up_is_saved_from_the_member_under_the_persons_own_token(
    person: Client, gateway: OwnGateway, registry: UsageRegistry
) -> None:
    assert f'href="{PACKAGE.replace("%2F", "/").replace("&", "&amp;")}"' in person.get("/who-looked/").content.decode()
    answer = person.get(PACKAGE)
    assert (answer.status_code, answer.content) == (200, b"PK of this look-up")
    assert answer["Content-Disposition"] == 'attachment; filename="evidence-0195-look-1.zip"'
    path, headers = gateway.asked[-1]
    assert path == "/r1/DEMO/GOV/Z99.02/POPULATION/getUsagePackage?message=0195-look-1"
    assert headers["authorization"] == "Bearer for-DEMO/GOV/Z99.02"
    assert [form["audience"] for form in registry.asked] == ["DEMO/GOV/Z99.02"] * 2


def test_where_a_member_gives_no_package_a_page_says_so(person: Client, gateway: OwnGateway) -> None:
    gateway.answers["DEMO/GOV/Z99.02/POPULATION/getUsagePackage"] = Told(404, b"{}")
    answer = person.get(PACKAGE)
    assert answer.status_code == 503
    for shown in ("Hiện chưa có gói bằng chứng", "0195-look-1", "DEMO/GOV/Z99.02"):
        assert shown in answer.content.decode()
    asked = len(gateway.asked)
    for place in (PACKAGE.replace("Z99.02", "Z99.03"), PACKAGE.replace("0195-look-1", 'x"%0d'), "/who-looked/package/"):
        assert person.get(place).status_code == 404
    assert len(gateway.asked) == asked


def test_a_package_is_given_to_nobody_else_and_after_a_sign_in_of_now(
    person: Client, client: Client, gateway: OwnGateway, registry: UsageRegistry, settings: Settings
) -> None:
    registry.vouch_for(person, settings, until=5)
    answer = person.get(PACKAGE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/provider/?next=%2Fwho-looked%2Fpackage%2F%3Fof%3D")
    assert person.get(f"{PACKAGE}&again").status_code == 403
    client.logout()
    assert client.get(PACKAGE).status_code == 302
    assert gateway.asked == []


def test_older_look_ups_are_asked_of_one_member(person: Client, gateway: OwnGateway) -> None:
    assert person.get("/who-looked/?of=DEMO/GOV/Z99.02/POPULATION&before=17").status_code == 200
    assert gateway.asked[0][0].endswith("?limit=50&before=17")
    assert person.get("/who-looked/?of=DEMO/GOV/Z99.09/OTHER").status_code == 200
    assert len(gateway.asked) == 1


def test_a_member_that_does_not_answer_is_named(
    person: Client, gateway: OwnGateway, registry: UsageRegistry, settings: Settings
) -> None:
    place = "DEMO/GOV/Z99.02/POPULATION/findUsage"
    for told in (Told(500, b"{}", "server.serverproxy.access_denied"), Told(200, b"{}"), Told(404, b"")):
        gateway.answers[place] = told
        page = person.get("/who-looked/").content.decode()
        assert "chưa trả lời" in page
    registry.status = 400
    assert "chưa trả lời" in person.get("/who-looked/").content.decode()
    settings.EXCHANGE = ClientSettings("127.0.0.1:1", "DEMO/GOV/Z99.01/PORTAL", "token", "DEMO/GOV/Z99.02/P/persons")
    assert "chưa trả lời" in person.get("/who-looked/").content.decode()


def test_an_old_sign_in_is_made_again_first_and_once(
    person: Client, gateway: OwnGateway, registry: UsageRegistry, settings: Settings
) -> None:
    registry.vouch_for(person, settings, until=5)
    answer = person.get("/who-looked/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/provider/?next=%2Fwho-looked%2F%3Fagain&level=2"
    assert person.get("/who-looked/?again").status_code == 403
    assert gateway.asked == []


def test_nobody_else_is_told(client: Client, gateway: OwnGateway) -> None:
    assert client.get("/who-looked/").status_code == 302
    sign_in(client, make_citizen(Level.DATA))
    assert client.get("/who-looked/").status_code == 302
    assert gateway.asked == []


def test_at_a_counter_the_list_stays_closed(client: Client, gateway: OwnGateway) -> None:
    officer = make_staff(Caller.OFFICER)
    sign_in_fully(client, officer)
    now = timezone.now()
    counter = open_counter(officer, SeenCard(NUMBER, NAME, BORN, ISSUED, was_compared=False), now, now.date())
    session = client.session
    session[COUNTER_KEY] = str(counter.pk)
    session.save()
    answer = client.get("/who-looked/")
    assert (answer.status_code, gateway.asked) == (403, [])
    assert "Tại quầy" in answer.content.decode()


def test_the_page_reads_what_gateways_tell() -> None:
    assert Usage.__struct_fields__ == GatewayUsage.__struct_fields__
    assert ToldByMember.__struct_fields__ == UsagePage.__struct_fields__

"""The proof behind a figure that came over the exchange: asked through two real gateways, shown and taken away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from lienthong.evidence.verify import verify_package
from lienthong.exchange.client import ClientSettings, GatewayClient, Question
from lienthong.exchange.package_client import fetch_package
from lienthong.kernel.canonical import encode_base64url
from lienthong.sandbox.gateway_home import hash_token
from lienthong.web.callers import Caller
from tests.exchange.gateway.province import CLIENT, PERSONS, SERVICE, TOKEN, Province
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call
from tests.portal.cases.desk import enter_citizen, enter_officer
from tests.portal.delivery.readers import load_illustrative, read, record_received
from tests.simulators.backend import Backend

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

SITE_TOKEN = "token-of-the-site"  # noqa: S105 # of nobody
AUTHORISED = {"Authorization": f"Bearer {SITE_TOKEN}"}


def await_proof(client: Client, path: str) -> str:
    """Read the page until the package is published, which takes a moment."""
    until = time.monotonic() + PATIENCE_S
    while "Đã kiểm chứng." not in (page := read(client, path)) and time.monotonic() < until:
        time.sleep(0.1)
    return page


def test_a_figure_of_another_agency_leads_to_its_message_verified_and_to_be_taken_away(
    tmp_path: Path, settings: Settings
) -> None:
    load_illustrative()
    leader = enter_officer(Caller.LEADER)
    with Backend() as service:
        province = Province(tmp_path, service.port)
        with (province.commune.folder / "gateway.toml").open("a") as told:
            told.write(f'[admin]\nexporters = ["{hash_token(SITE_TOKEN)}"]\nexported = ["{SERVICE}"]\n')
        with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as gateway:
            with GatewayClient(gateway.consumers, CLIENT, TOKEN) as asking:
                person = Question(PERSONS, path="/999000000001", purpose="1.001193#1")
                questions = [person, *[Question(SERVICE, path="/granted/06886")] * 2]
                about, shown, unused = [asking.ask(each).require_answered().exchange for each in questions]
            row = record_received(shown)
            settings.EXCHANGE = ClientSettings(admin=gateway.admin, root=encode_base64url(province.root.verify_key.raw))
            settings.EXCHANGE_ADMIN_TOKEN = SITE_TOKEN
            records = read(leader, f"/delivery/figures/{row.pk}/records/")
            path = f"/delivery/exchanges/{shown}/"
            assert path in records
            page = await_proof(leader, path)
            for words in ("GET /r1/", SERVICE, "DEMO/GOV/Z99.01", "06886", f"/delivery/figures/{row.pk}/"):
                assert words in page
            package = leader.get(f"{path}package.zip")
            assert verify_package(package.getvalue(), province.root.verify_key).exchange == shown
            # What no figure and no task names is none of delivery's, though the gateway would give it.
            assert fetch_package(gateway.admin, SITE_TOKEN, unused)
            # A service about persons is not listed: the gateway gives none of its exchanges.
            assert fetch_package(gateway.admin, SITE_TOKEN, about) is None
            assert leader.get(f"/delivery/exchanges/{unused}/").status_code == 404
            assert leader.get(f"/delivery/exchanges/{unused}/package.zip").status_code == 404
            assert enter_citizen().get(path).status_code in {302, 403}
            for place in ("/counts", f"/packages/{shown}"):
                assert call(gateway.admin, "GET", place).status == 401
                assert call(gateway.admin, "GET", place, {"Authorization": f"Bearer {TOKEN}"}).status == 401
            assert call(gateway.admin, "GET", f"/packages/{uuid4()}", AUTHORISED).status == 404
            assert b"lienthong_log_entries_total" in call(gateway.admin, "GET", "/counts", AUTHORISED).body
        gone = leader.get(path)
        assert (gone.status_code, "không trả lời" in gone.content.decode()) == (503, True)


def test_a_site_without_proofs_says_so_and_shows_nothing_invented_where_it_is_no_sandbox(
    settings: Settings,
) -> None:
    load_illustrative()
    exchange = str(uuid4())
    record_received(exchange)
    page = read(enter_officer(Caller.LEADER), f"/delivery/exchanges/{exchange}/")
    assert exchange in page
    assert "không được cổng kết nối cấp bằng chứng" in page
    settings.IS_SANDBOX = False
    assert enter_officer(Caller.LEADER, name="ha.leader").get(f"/delivery/exchanges/{exchange}/").status_code == 404

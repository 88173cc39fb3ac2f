"""The province's page of a person's own record, as people see it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from lienthong.exchange.client import ClientSettings
from lienthong.identity.words import Level
from tests.browser.pages import PHONE, WIDE
from tests.identity.persons import make_citizen, sign_in_fully
from tests.portal.province.gateways import answer_record, answer_usages
from tests.portal.province.usage_registry import UsageRegistry
from tests.simulators.own_gateway import OwnGateway, Told

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize
    from pytest_django.fixtures import Settings

    from tests.browser.pages import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


@LOOKS
def test_a_record_and_its_absence_can_be_read_by_everybody(
    pages: Pages, settings: Settings, screen: ViewportSize, language: str
) -> None:
    client = Client()
    sign_in_fully(client, make_citizen(Level.CARD))
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        pages.open("/my-record/", screen, language=language, session=client)
    settings.EXCHANGE = ClientSettings()
    page = pages.open("/my-record/?away", screen, language=language, session=client)
    assert page.locator("a[href$='/my-record/']").count() == 1


@LOOKS
def test_who_looked_can_be_read_by_everybody(
    pages: Pages, settings: Settings, screen: ViewportSize, language: str
) -> None:
    client = Client()
    sign_in_fully(client, make_citizen(Level.CARD))
    with OwnGateway() as gateway, UsageRegistry() as registry:
        answer_record(gateway, settings)
        answer_usages(gateway)
        registry.vouch_for(client, settings)
        page = pages.open("/who-looked/", screen, language=language, session=client)
        assert page.locator("a[download]").count() == 3, "two packages and what checks them"
        gateway.answers["DEMO/GOV/Z99.02/POPULATION/getUsagePackage"] = Told(404, b"{}")
        none = "/who-looked/package/?of=DEMO/GOV/Z99.02/POPULATION&message=0195-look-1"
        pages.open(none, screen, language=language, session=client)

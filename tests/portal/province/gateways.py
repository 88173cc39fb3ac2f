"""A gateway that answers a site's questions about one person, and the settings that lead to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lienthong.exchange.client import ClientSettings
from tests.identity.persons import NAME, NUMBER
from tests.simulators.own_gateway import Told

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.simulators.own_gateway import OwnGateway

POPULATION = "DEMO/GOV/Z99.02/POPULATION/persons"
PERSON = {
    "number": NUMBER,
    "full_name": NAME,
    "sex": "female",
    "birth_date": "1990-05-17",
    "birth_place": "Quảng Ninh",
    "nationality": "VN",
    "marital_status": "married",
    "residence": {
        "household": 7,
        "relation": "head",
        "area_code": "99999",
        "area_day": "2026-11-01",
        "line": "Số 117, tổ 2, khu 9",
        "since": "2013-05-31",
    },
}
FACTS = {
    "number": NUMBER,
    "facts": [
        {
            "name": "full_name",
            "value": NAME,
            "valid_from": "1990-05-17",
            "source": "giấy khai sinh số 12",
            "recorded_at": "2026-11-01T00:00:00Z",
            "corrects": True,
        },
        {
            "name": "died_on",
            "value": None,
            "valid_from": "2026-11-01",
            "source": "nạp lần đầu",
            "recorded_at": "2026-11-01T00:00:00Z",
            "corrects": False,
        },
    ],
}


def answer_record(gateway: OwnGateway, settings: Settings) -> None:
    """Let the gateway answer with the person's record, and the site ask it."""
    gateway.answers[f"{POPULATION}/{NUMBER}"] = Told(200, json.dumps(PERSON).encode())
    gateway.answers[f"{POPULATION}/{NUMBER}/facts"] = Told(200, json.dumps(FACTS).encode())
    settings.EXCHANGE = ClientSettings(gateway.address, "DEMO/GOV/Z99.01/PORTAL", "token", POPULATION)
    settings.EXCHANGE_TOKEN = "token-of-the-portal"  # noqa: S105 # of nobody


def answer_usages(gateway: OwnGateway) -> None:
    """Let the population service's gateway tell of two look-ups, and of older ones."""
    usage = {
        "time": 1_790_000_000_000,
        "client": "DEMO/GOV/Z99.01/CLERK",
        "service": POPULATION,
        "purpose": "1.001193#H49.19-0001",
        "message": "0195-look-1",
        "check": "checked",
        "officer": "clerk-7",
    }
    other = {**usage, "purpose": "91/2025/QH15", "message": "0195-look-2", "check": "asserted", "officer": ""}
    page = {"provider": "DEMO/GOV/Z99.02", "usages": [usage, other], "next": 17, "delays": 3}
    gateway.answers["DEMO/GOV/Z99.02/POPULATION/findUsage"] = Told(200, json.dumps(page).encode())
    gateway.answers["DEMO/GOV/Z99.02/POPULATION/getUsagePackage"] = Told(200, b"PK of this look-up")

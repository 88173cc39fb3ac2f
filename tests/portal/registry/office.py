"""A registry with people, a clerk who is signed in, and a citizen, for tests of its pages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings

from lienthong.areas.store import get_gazetteer
from lienthong.identity.words import Level
from lienthong.people.site_registry import make_site_registry
from lienthong.people.words import Sex
from lienthong.web.callers import Caller
from tests.identity.persons import make_citizen, make_staff, sign_in_fully
from tests.people.registries import add_household, add_person

if TYPE_CHECKING:
    from django.test import Client

    from lienthong.identity.models import Account
    from lienthong.people.registry import Registry
    from tests.people.registries import Known

NAME = "Nguyễn Thị Hòa"
BORN = date(1990, 5, 17)


def make_site() -> Registry:
    """Give the registry of the site itself: the pages run by the machine's clock and the packaged communes."""
    assert settings.SITE.settings.instance == "DEMO"
    assert get_gazetteer() is not None
    return make_site_registry()


def add_known(registry: Registry, household: int | None = None, **more: object) -> Known:
    home = household or add_household(registry)
    return add_person(registry, household=home, **more)  # type: ignore[arg-type] # as add_person takes them


def add_family(registry: Registry) -> tuple[Known, Known]:
    """Add two people of one household."""
    household = add_household(registry)
    return (
        add_known(registry, household),
        add_known(registry, household, full_name="Trần Văn An", sex=Sex.MALE, birth_date=date(1988, 2, 1)),
    )


def enter_clerk(client: Client, area_code: str = "") -> Account:
    account = make_staff(Caller.CLERK, username="mai.le", full_name="Lê Thị Mai", area_code=area_code)
    sign_in_fully(client, account)
    return account


def enter_citizen(client: Client, number: str) -> Account:
    account = make_citizen(Level.CARD, number=number)
    sign_in_fully(client, account)
    return account


def look_up(client: Client, number: str, **more: str) -> str:
    """Look somebody up as the clerk of `client`; gives the address of the person's page."""
    answer = client.post("/office/", {"purpose": "counter", "number": number, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])

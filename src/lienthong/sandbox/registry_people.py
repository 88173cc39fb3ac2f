"""The sandbox's people in its registry, and one of them who can sign in at level 2."""

from __future__ import annotations

import secrets
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.utils import timezone

from lienthong.identity.citizens import sign_up
from lienthong.identity.first_administrator import make_first_administrator
from lienthong.identity.levels import Reached, record_level
from lienthong.identity.models import Account
from lienthong.identity.registry_port import CardData
from lienthong.identity.words import Level, LevelWay
from lienthong.people.card_steps import CardState
from lienthong.people.models import CardApplication, Person
from lienthong.people.persons import find_home
from lienthong.people.site_registry import make_site_registry
from lienthong.sandbox.cards_load import load_synthetic_cards
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.logins import Login, Relative
from lienthong.sandbox.marks import HOME_AFFAIRS_AGENCY
from lienthong.sandbox.people_load import load_synthetic_people
from lienthong.site.registry_check import PeopleRegistry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLDEST_BIRTH_YEAR: Final = 1984
YOUNGEST_BIRTH_YEAR: Final = 2002
"""The person who signs in is somebody who could be a parent of a child born today."""
RELATIVES: Final = 20
"""How many old people are named, one for each death that is told."""
OLD_BEFORE: Final = date(1955, 1, 1)

CLERK: Final = "can-bo-mau"


def fill_people(count: int, say: Callable[[str], None]) -> None:
    """Load synthetic people and their cards, unless people are there."""
    if Person.objects.exists():
        return
    say(f"making {count} people up")
    registry = make_site_registry()
    report = load_synthetic_people(registry, count)
    cards = load_synthetic_cards(registry)
    say(f"loaded {report.people} made-up people in {report.households} households, with {cards} cards")


def make_citizen(logins: Path, say: Callable[[str], None]) -> None:
    """Give one person an account: by a data check, then by a look at the card; with a password and a second factor.

    The secrets are drawn here and written to a private file, which the sandbox shows on its own screen.
    """
    if logins.exists():
        return
    card = (
        CardApplication.objects.filter(
            state=CardState.ACTIVE,
            person__birth_date__year__range=(OLDEST_BIRTH_YEAR, YOUNGEST_BIRTH_YEAR),
            person__died_on=None,
            person__residence__valid__upper_inf=True,
        )
        .select_related("person")
        .order_by("id")
        .first()
    )
    if card is None or card.issued_on is None:
        raise SandboxError(SandboxErrorKind.FEDERATION, "nobody of the synthetic people has a card: load more people")
    person, now, password, totp = card.person, timezone.now(), secrets.token_urlsafe(15), generate_totp_secret()
    told = CardData(person.number, person.full_name, person.birth_date, card.issued_on)
    with transaction.atomic():
        account = sign_up(told, password, PeopleRegistry(), now)
        clerk = _find_clerk()
        record_level(account, Reached(Level.CARD, LevelWay.COUNTER_CHECK, {"sandbox": True}, clerk), now)
        TOTP.activate(account, totp)
        # In the transaction: an account whose secrets nobody has could not be used.
        write_private(logins, msgspec.json.encode(_describe(person, password, totp)))
    say(f"{person.full_name} ({person.number}) can sign in at level 2")


def _describe(person: Person, password: str, totp: str) -> Login:
    home = find_home(person)
    if home is None:
        raise SandboxError(SandboxErrorKind.FEDERATION, f"{person.number} lives nowhere: load more people")
    old = Person.objects.filter(
        birth_date__lt=OLD_BEFORE,
        died_on=None,
        verified=True,
        residence__kind="permanent",
        residence__valid__upper_inf=True,
    )
    relatives = tuple(
        Relative(each.number, each.full_name, each.birth_date) for each in old.order_by("birth_date", "id")[:RELATIVES]
    )
    return Login(
        number=person.number,
        full_name=person.full_name,
        password=password,
        totp_secret=totp,
        birth_date=person.birth_date,
        household=home.household,
        area_code=home.area_code,
        line=home.line,
        relatives=relatives,
    )


def _find_clerk() -> Account:
    found = Account.objects.filter(username=CLERK).first()
    return found or make_first_administrator(CLERK, "Cán bộ mẫu", HOME_AFFAIRS_AGENCY)[0]

"""The sandbox's clerks and its administrator, who can sign in, and cards in every state for them to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from lienthong.identity.first_administrator import make_first_administrator
from lienthong.identity.models import Account
from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.identity.staff import make_staff_account
from lienthong.people.card_steps import WAITING_STATES, CardKind, CardState
from lienthong.people.cards import apply_for_card, take_card_step
from lienthong.people.models import CardApplication
from lienthong.people.site_registry import make_site_registry
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.marks import COMMUNE_AGENCY, HOME_AFFAIRS_AGENCY
from lienthong.sandbox.staff_accounts import open_account
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOADER: Final = "load:synthetic"
_WAY: Final = (
    CardState.CHECKED,
    CardState.APPROVED,
    CardState.PERSONALISED,
    CardState.DELIVERED,
    CardState.ACTIVE,
)
RENEWALS: Final = (*(_WAY[:steps] for steps in range(len(_WAY) + 1)), (CardState.REFUSED,))
"""Renewals that went some of their way, one each; that one becomes active replaces the card before it."""
ENDS: Final = (CardState.LOST, CardState.EXPIRED)
"""How two cards in use ended."""


def make_staff_logins(file: Path, say: Callable[[str], None]) -> None:
    """Make an administrator, a clerk of the whole registry and one of a commune, and cards in every state there.

    The secrets are drawn here and written to a private file, which the sandbox shows on its own screen.
    """
    if file.exists():
        return
    with transaction.atomic():
        area = _choose_commune()
        show_card_states(area)
        administrator, _code = make_first_administrator("quan-tri-mau", "Quản trị mẫu", HOME_AFFAIRS_AGENCY)
        logins = [
            open_account(administrator, "administrator: accounts, posts, levels"),
            open_account(
                _make_clerk("can-bo-tinh", "Cán bộ tỉnh mẫu", administrator, ""), "clerk of the whole registry"
            ),
            open_account(
                _make_clerk("can-bo-xa", "Cán bộ xã mẫu", administrator, area), f"clerk of the commune {area}"
            ),
        ]
        # In the transaction: an account whose secrets nobody has could not be used.
        write_private(file, msgspec.json.encode(logins))
    say("clerks and an administrator can sign in")


def show_card_states(area: str) -> None:
    """Let people of a commune have cards and applications in every state."""
    registry = make_site_registry()
    free = (
        CardApplication.objects.filter(state=CardState.ACTIVE, area_code=area, person__died_on=None)
        .exclude(person__cardapplication__state__in=[state.value for state in WAITING_STATES])
        # Whoever can sign in keeps the card that they were checked by.
        .exclude(person__number__in=Account.objects.exclude(personal_number="").values("personal_number"))
        .select_related("person")
        .order_by("id")
    )
    cards = list(free[: len(RENEWALS) + len(ENDS)])
    for card, states in zip(cards, RENEWALS, strict=False):
        application = apply_for_card(registry, card.person.number, CardKind.RENEWAL, area, LOADER)
        for state in states:
            take_card_step(registry, application, state, LOADER, "ảnh không đạt" if state is CardState.REFUSED else "")
    for card, state in zip(cards[len(RENEWALS) :], ENDS, strict=False):
        take_card_step(registry, int(card.pk), state, LOADER)


def _choose_commune() -> str:
    """Choose where the clerk works: the commune with most cards, the first by code among equals."""
    used = Count("pk", filter=Q(state=CardState.ACTIVE))
    row = CardApplication.objects.values("area_code").annotate(used=used).order_by("-used", "area_code").first()
    return "" if row is None else str(row["area_code"])


def _make_clerk(name: str, full_name: str, administrator: Account, area: str) -> Account:
    now, today = timezone.now(), timezone.localdate()
    account, _code = make_staff_account(name, full_name, administrator, now)
    agency = COMMUNE_AGENCY if area else HOME_AFFAIRS_AGENCY
    new = NewPost(agency, "Cán bộ căn cước", "Card clerk", (Caller.CLERK,), area)
    assign_post(account, make_post(new, today, administrator), today, administrator, now)
    return account

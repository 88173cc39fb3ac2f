"""The sample health insurance agency: cards, and taking one back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.people.card_validity import find_birthday
from lienthong.sandbox.agencies.book import count_entries, free_subject
from lienthong.sandbox.agencies.duties import NUMBER_IN_BODY, AgencyKind, Decided, Duty
from lienthong.sandbox.agencies.filings import CardCancelling, CardFiling
from lienthong.sandbox.marks import INSURANCE_AGENCY, SandboxMark

if TYPE_CHECKING:
    from datetime import date

    from lienthong.provider.in_starlette import Connection

CARDS: Final = "cards"
CHILD_YEARS: Final = 6
"""The sample's cards are for children under six."""


def issue_card(connection: Connection, filing: CardFiling, today: date) -> Decided:
    """Issue a card, one for each person."""
    card = f"DEMO-TE-{count_entries(connection, CARDS) + 1:08}"
    last_day = find_birthday(filing.birth_date, CHILD_YEARS) - timedelta(days=1)
    told = msgspec.to_builtins(filing)
    result = {**told, "card": card, "valid_from": today.isoformat(), "valid_to": last_day.isoformat()}
    return Decided(result, filing.number)


def cancel_card(connection: Connection, filing: CardCancelling, today: date) -> Decided:
    """Take a card back."""
    free_subject(connection, CARDS, "card", filing.card)
    return Decided({"number": filing.number, "card": filing.card, "cancelled_on": today.isoformat()})


INSURANCE: Final = AgencyKind(
    "INSURANCE",
    SandboxMark(INSURANCE_AGENCY),
    (
        Duty(CARDS, "", "Issue a health insurance card", CardFiling, issue_card, NUMBER_IN_BODY),
        Duty(CARDS, "/cancel", "Take a card back", CardCancelling, cancel_card),
    ),
    "LINKED_INSURANCE_CARDS",
)

"""Background work of the registry: cards whose day is over."""

from __future__ import annotations

from typing import Final

from procrastinate.contrib.django import app

from lienthong.people.cards import expire_cards
from lienthong.people.site_registry import make_site_registry

EXPIRY_CRON: Final = "10 17 * * *"
"""Cron reads UTC: ten minutes after midnight in Vietnam, where the day that ends a card begins."""

EXPIRER: Final = "system:expiry"
"""Who did the step, in the card's record: no clerk."""


@app.periodic(cron=EXPIRY_CRON)
@app.task(queueing_lock="people_expire_cards")
def end_cards(timestamp: int) -> None:
    """Set to expired what is active past its day. Safe to repeat."""
    del timestamp
    expire_cards(make_site_registry(), EXPIRER)

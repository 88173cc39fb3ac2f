"""What people read for the topics of indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOPICS: Final[dict[str, StrOrPromise]] = {
    "economy": _("Economy"),
    "people": _("People and society"),
    "environment": _("Environment"),
    "administration": _("Administrative reform"),
    "cases": _("Public services"),
    "cards": _("Identity cards"),
    "exchange": _("Connection between agencies"),
    "public-order": _("Public order, province and year only"),
    "delivery": _("Reported results"),
}


def name_topic(topic: str) -> str:
    """Say a topic; one of a province's own files is called by its code."""
    return str(TOPICS.get(topic, topic))

"""What every page of cases knows: the words of the closed lists, where people file, and how they reach the office."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from lienthong.portal.cases.deed_form import RESULT_NAMES
from lienthong.portal.cases.office import Profile
from lienthong.portal.cases.office_names import name_unit
from lienthong.portal.cases.procedure_words import (
    LEGAL_STATUSES,
    name_authority,
    name_fault,
    say,
    tell_article,
    tell_duration,
    tell_fees,
    tell_limit,
    tell_money,
)
from lienthong.portal.cases.words import (
    CHANNELS,
    DEEDS,
    DONE,
    REASON_WORDS,
    STATUS_COLOURS,
    STATUSES,
    STEP_COLOURS,
    STEP_STATES,
    WAITS,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_DIALLED: Final = re.compile(r"[\d\s.]+")


def keep_digits(phone: str) -> str:
    """Give what a phone dials: the digits before any remark."""
    found = _DIALLED.match(phone)
    return re.sub(r"\D", "", found[0]) if found else ""


def is_filing_open() -> bool:
    """Say whether people file on these pages."""
    return bool(settings.PROFILE == Profile.STANDALONE)


def tell_result(value: object) -> str:
    """Write a value of an agency's result as people here do: a day as day, month and year, an office by its name."""
    text = str(value)
    found = _DAY.fullmatch(text)
    if found:
        return f"{found[3]}/{found[2]}/{found[1]}"
    return name_unit(text, timezone.localdate()) if _OFFICE.fullmatch(text) else text


_OFFICE: Final = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,3})+")
"""The code of an agency below a province or a ministry."""

_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

PAGE_WORDS: Final = {
    "say": say,
    "tell_article": tell_article,
    "name_fault": name_fault,
    "authority_name": name_authority,
    "how_long": tell_duration,
    "fee_words": tell_fees,
    "limit_words": tell_limit,
    "money": tell_money,
    "phone_digits": keep_digits,
    "legal_statuses": LEGAL_STATUSES,
    "statuses": STATUSES,
    "status_colours": STATUS_COLOURS,
    "deeds": DEEDS,
    "done": DONE,
    "step_states": STEP_STATES,
    "step_colours": STEP_COLOURS,
    "waits": WAITS,
    "reasons": REASON_WORDS,
    "channels": CHANNELS,
    "result_names": RESULT_NAMES,
    "told_value": tell_result,
}
"""For every page of cases."""


def show_page(request: HttpRequest, template: str, told: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with a page of cases."""
    known = {**PAGE_WORDS, "office": settings.OFFICE, "is_filing_open": is_filing_open(), "place": ""}
    return render(request, f"cases/{template}.html", {**known, **told}, status=status)

"""Until when an office must answer a complaint: dated terms, each with the document that it comes from. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from lienthong.cases.deadlines import reckon
from lienthong.cases.procedure import Legal, Limit
from lienthong.cases.quality import Validity
from lienthong.cases.working_days import find_day

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.deadlines import Reckoning
    from lienthong.cases.working_days import WorkingDays


class ComplaintLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term in working days, the day of the complaint not counted, and from when to when it holds."""

    working_days: int
    valid: Validity
    legal: Legal


@cache
def load_complaint_limits() -> tuple[ComplaintLimit, ...]:
    """Load all terms, of every time (data/complaints.toml)."""
    text = files("lienthong.cases").joinpath("data", "complaints.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["limit"], tuple[ComplaintLimit, ...])


def reckon_answer(complained_at: datetime, calendar: WorkingDays) -> Reckoning | None:
    """Reckon until when a complaint must be answered, by the term of its day; None where none is known."""
    day = find_day(complained_at)
    for limit in load_complaint_limits():
        if limit.valid.first <= day and (limit.valid.last is None or day <= limit.valid.last):
            return reckon(Limit(working_days=limit.working_days, legal=limit.legal), complained_at, calendar)
    return None

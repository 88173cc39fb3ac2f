"""Reading a text as a whole: references first, then dates, then figures in what is left, then candidates."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lienthong.delivery.progress import tell_nobody
from lienthong.delivery.reading.candidates import find_candidates
from lienthong.delivery.reading.dates import find_dates
from lienthong.delivery.reading.figures import find_figures
from lienthong.delivery.reading.found import FoundDate, Reading, Reference, Span, list_within
from lienthong.delivery.reading.references import find_references, is_plan_of_years
from lienthong.delivery.reading.scan import make_scan, mask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.delivery.progress import Tell
    from lienthong.delivery.reading.found import Figure

_BETWEEN: Final = re.compile(r"[ ,(]{0,3}")
"""What may stand between a document's number and its day."""
_NEAR: Final = 4
"""Characters: one more than may stand between."""
STEPS: Final = 4
"""Of which reading tells: references, dates, figures, candidates."""
_WHOLE_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def read_text(text: str, tell: Tell = tell_nobody) -> Reading:
    """Find all that the reader knows of in one text; nothing is kept and nothing is asked from outside."""
    tell("looking for references", 0, STEPS)
    scan = make_scan(text)
    references = find_references(scan.scan)
    tell("looking for dates", 1, STEPS)
    rest = _hide(scan.scan, [reference for reference in references if not is_plan_of_years(reference)])
    dates = find_dates(rest)
    tell("looking for figures", 2, STEPS)
    figures = find_figures(_hide(rest, dates))
    tell("looking for tasks and targets", 3, STEPS)
    candidates = find_candidates(scan.scan, dates, figures)
    return Reading(scan.text, _date_references(scan.scan, references, dates), dates, figures, candidates)


def _date_references(
    scan: str, references: tuple[Reference, ...], dates: tuple[FoundDate, ...]
) -> tuple[Reference, ...]:
    """Give each reference the day that stands right behind it."""
    days = [date for date in dates if _WHOLE_DAY.fullmatch(date.value)]
    return tuple(replace(reference, dated=_find_day(scan, reference.span, days)) for reference in references)


def _find_day(scan: str, span: Span, days: list[FoundDate]) -> str:
    """Give the first day behind a place, if nothing but a comma stands between."""
    ahead = list_within(days, Span(span.end, span.end + _NEAR))
    return ahead[0].value if ahead and _BETWEEN.fullmatch(scan, span.end, ahead[0].span.start) else ""


def _hide(scan: str, found: Iterable[Reference | FoundDate | Figure]) -> str:
    return mask(scan, [(thing.span.start, thing.span.end) for thing in found])

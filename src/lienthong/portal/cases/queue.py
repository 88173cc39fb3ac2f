"""The queue of an office: filters that stand in the address, what of it is due, and the cases of who is away."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from lienthong.cases.complaint_limits import reckon_answer
from lienthong.cases.errors import CasesError
from lienthong.cases.field_values import PERSONAL_NUMBER
from lienthong.cases.numbering import parse_code
from lienthong.cases.queue import Due, QueueFilter, count_complained, count_due, list_queue, list_substituted
from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.cases.words import NationalStatus
from lienthong.identity.models import Account
from lienthong.portal.cases.deadline_words import tell_distance
from lienthong.portal.cases.office_names import name_unit
from lienthong.portal.cases.officers import for_officers, get_officer
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.saved_searches import find_search, keep_search
from lienthong.portal.cases.words import OFFICE_WAITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse, QueryDict

    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseLine
    from lienthong.cases.working_days import WorkingDays
    from lienthong.portal.cases.officers import Officer

MOST_TEXT: Final = 100
WHOSE: Final = ("all", "mine", "away")
"""All cases of the office, those that one handles oneself, and those of colleagues who are away."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, each part one of those that there are.

    `search` is the key under which the session keeps `text`, where the address does not carry it.
    """

    unit: str
    status: NationalStatus | None
    due: Due | None
    procedure: str
    text: str
    search: str
    whose: str
    is_over: bool
    is_complained: bool
    page: int

    @property
    def is_search_over(self) -> bool:
        """Whether the address names a search that the session does not keep, or no more."""
        return bool(self.search) and not self.text

    def as_filter(self, account: str) -> QueueFilter:
        """Give the filter of the house of cases."""
        return QueueFilter(
            self.unit,
            self.status,
            self.due,
            self.procedure,
            self.text,
            handler=account if self.whose == "mine" else "",
            substitute=account if self.whose == "away" else "",
            is_over=self.is_over,
            is_complained=self.is_complained,
        )

    def find_way(self, **changed: Any) -> str:  # noqa: ANN401 # any part of it
        """Give the address's query with some parts changed; a changed filter begins at its first page."""
        parts = {
            "unit": self.unit,
            "status": self.status.value if self.status else "",
            "due": self.due or "",
            "procedure": self.procedure,
            "text": "" if self.search else self.text,
            "search": self.search if self.text else "",
            "whose": self.whose if self.whose != WHOSE[0] else "",
            "over": "yes" if self.is_over else "",
            "complaints": "yes" if self.is_complained else "",
            "page": "",
        } | changed
        return "?" + urlencode({name: value for name, value in parts.items() if value})


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def show_queue(request: HttpRequest) -> HttpResponse:
    """Show what waits at an office of the officer's.

    Filters stand in the address, to be kept and passed on; whom somebody looks for does not, but the key of a search.
    """
    cases = make_site_cases()
    officer = get_officer(request, cases)
    if request.method == "POST":
        typed = read_asked(request.POST, officer)
        is_told = not typed.text or _is_code(typed.text)
        search = "" if is_told else keep_search(request.session, typed.text, int(time.time()))
        return HttpResponseRedirect(reverse("case-queue") + replace(typed, search=search).find_way())
    asked = read_asked(request.GET, officer)
    if asked.text and not _is_code(asked.text):
        # Typed into the address by hand, or kept from elsewhere: it goes no further than this.
        return HttpResponseRedirect(reverse("case-queue") + replace(asked, text="").find_way())
    if asked.search:
        asked = replace(asked, text=find_search(request.session, asked.search, int(time.time())))
    wanted = asked.as_filter(officer.account)
    found = list_queue(cases, wanted, asked.page)
    told = {
        "asked": asked,
        "queue": found,
        "rows": describe_rows(cases, found.lines),
        "counts": count_due(cases, wanted),
        "complained": count_complained(wanted.unit),
        "units": [(unit, name_unit(unit, cases.today())) for unit in officer.units],
        "procedures": {each.code: each.title for each in cases.catalogue.procedures},
        "substituted": list_substituted(officer.account, asked.unit, cases.today()),
        "running": list(NationalStatus),
        "place": "queue",
    }
    return show_page(request, "queue", told)


def read_asked(query: QueryDict | Mapping[str, str], officer: Officer) -> Asked:
    """Read the address; what is not one of the choices is as if it were not there."""
    unit, status, due = (query.get(name, "") for name in ("unit", "status", "due"))
    page, whose = query.get("page", ""), query.get("whose", "")
    statuses = {str(each.value): each for each in NationalStatus}
    return Asked(
        unit=unit if unit in officer.units else officer.units[0],
        status=statuses.get(status),
        due=Due(due) if due in list(Due) else None,
        procedure=_read_text(query.get("procedure", "")),
        text=_read_text(query.get("text", "")),
        search=query.get("search", "")[:MOST_TEXT],
        whose=whose if whose in WHOSE else WHOSE[0],
        is_over=query.get("over") == "yes",
        is_complained=query.get("complaints") == "yes",
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < len("10000") else 1,
    )


def _is_code(text: str) -> bool:
    """Say whether a text is a case's code, which names no person."""
    try:
        parse_code(text)
    except CasesError:
        return False
    return True


def _read_text(text: str) -> str:
    """Read what is looked for; a personal number also as cards and pages space it. No row holds a NUL."""
    text = text.replace("\0", "")
    joined = "".join(text.split())
    return joined if PERSONAL_NUMBER.fullmatch(joined) else text.strip()[:MOST_TEXT]


def describe_rows(cases: Cases, lines: tuple[CaseLine, ...]) -> list[dict[str, Any]]:
    """Give what the rows show: the procedure, what the case waits for, how far its day is, and who handles it."""
    handlers = {line.handler for line in lines if line.handler}
    names = {str(row.pk): row.full_name for row in Account.objects.filter(pk__in=handlers)} if handlers else {}
    today, calendar = cases.today(), load_site_days()
    return [
        {
            "line": line,
            "title": cases.catalogue.get_version(line.procedure, line.version).title,
            "waits": "" if line.waiting_reason is None else OFFICE_WAITS[line.waiting_reason],
            "distance": "" if line.due_on is None or line.is_over else tell_distance(line.due_on, today),
            "is_late": _is_late(line, cases),
            "handler": names.get(line.handler, ""),
            "answer": tell_answer_due(line, calendar),
        }
        for line in lines
    ]


def tell_answer_due(line: CaseLine, calendar: WorkingDays) -> str:
    """Tell until when the oldest complaint about a case is to be answered; nothing where none waits."""
    if line.complained_at is None:
        return ""
    reckoned = reckon_answer(line.complained_at, calendar)
    if reckoned is None:
        return gettext("Complaint to answer")
    return gettext("Complaint to answer by %(day)s") % {"day": f"{reckoned.due:%d/%m/%Y}"}


def _is_late(line: CaseLine, cases: Cases) -> bool:
    return line.due_on is not None and not line.is_over and line.due_on < cases.today()

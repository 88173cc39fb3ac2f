"""Cases through the province's own pages, as people use them: filing one, doing something to it, reading what happened.

Nothing here knows a table or a story of the house of cases; what a page shows is all that is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.sandbox.page_forms import Form, Upload
    from lienthong.sandbox.visitor import Page, Visitor

MOST_PAGES: Final = 30
"""Of one form; more would be a form that turns in a circle."""
ANSWERED: Final = 200

_CASE: Final = re.compile(r"/my-cases/([0-9a-f-]{36})/")
_DRAFT: Final = re.compile(r"/drafts/([0-9a-f-]{36})/")
_CODE: Final = re.compile(r'class="lt-receipt__code">([^<]+)<')
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_ERRORS: Final = re.compile(r'class="govuk-error-summary.*?</div>', re.DOTALL)
_EVENT: Final = re.compile(
    r'<p class="lt-timeline__title">(?P<title>.*?)</p>\s*<p class="lt-timeline__when">(?P<when>.*?)</p>'
    r'(?:\s*<p class="lt-timeline__text">(?P<text>.*?)</p>)?',
    re.DOTALL,
)
_STEP: Final = re.compile(
    r'<li class="lt-steps__step lt-steps__step--(?P<state>[a-z-]+)".*?<h3 class="lt-steps__title">(?P<title>.*?)</h3>'
    r"(?P<rest>.*?)</li>",
    re.DOTALL,
)
_TOLD: Final = re.compile(r'<(?:p class="lt-told"|div class="lt-trouble"><p)>(.*?)</p>', re.DOTALL)
_PAPER: Final = re.compile(
    r'<a class="govuk-link" href="(?P<href>/my-papers/[^"]+|/my-cases/[^"]+/papers/[^"]+)">(?P<title>.*?)</a>'
)
_LOOK_UP: Final = re.compile(r'<dl class="govuk-summary-list">(.*?)</dl>', re.DOTALL)
_VALUE: Final = re.compile(r'<dd class="govuk-summary-list__value[^"]*">(.*?)</dd>', re.DOTALL)
_TAG: Final = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's timeline."""

    title: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step at an agency as a page shows it; `told` says what it waits for."""

    title: str
    state: str
    told: str


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A paper that a page offers."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class FiledCase:
    """A case that was filed: its id in addresses, its code, and the draft that it was."""

    case_id: str
    code: str
    draft: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """A look-up of a person's data, as the page of who looked tells it."""

    when: str
    who: str
    service: str
    purpose: str
    exchange: str


@dataclass(frozen=True, slots=True)
class CasePages:
    """The pages of one site, in one person's hands."""

    visitor: Visitor
    url: str

    def file(self, start: Page, told: Mapping[str, str], files: Mapping[str, Upload]) -> FiledCase:
        """Fill in and submit the form that `start` begins."""
        page = self.visitor.send(start, _get_form(start), {})
        draft = _DRAFT.search(page.url)
        for _ in range(MOST_PAGES):
            path = urlsplit(page.url).path
            if (found := _CASE.search(path)) is not None:
                return FiledCase(found[1], self._read_code(page), draft[1] if draft else "")
            form = _get_form(page)
            values = {name: text for name, text in told.items() if name in form.names}
            chosen = {name: each for name, each in files.items() if name in form.names}
            sent, page = page, self.visitor.send(page, form, values, chosen)
            if urlsplit(page.url).path == path and form.names == _get_form(page).names:
                raise _unexpected(f"{path} goes on", page if page.status != ANSWERED else sent, page)
        raise SandboxError(SandboxErrorKind.SITE, f"{start.url}: the form has more than {MOST_PAGES} pages")

    def do(self, case_id: str, deed: str, told: Mapping[str, str] | None = None) -> None:
        """Do something to a case at the office's desk: the form, and the page that asks once more."""
        asked = self.visitor.open(f"{self.url}/work/{case_id}/{deed}/")
        confirm = self.visitor.send(asked, _get_form(asked), told or {})
        done = self.visitor.send(confirm, _get_form(confirm), {"confirmed": "yes"})
        if not urlsplit(done.url).path.endswith(f"/work/{case_id}/") or done.status != ANSWERED:
            raise _unexpected(f"expected that {deed} is done", confirm, done)

    def open_case(self, case_id: str) -> Page:
        """Open the applicant's page of a case."""
        page = self.visitor.open(f"{self.url}/my-cases/{case_id}/")
        if page.status != ANSWERED:
            raise _unexpected("expected the case", page, page)
        return page

    def open_desk(self, case_id: str) -> Page:
        """Open the office's page of a case."""
        return self.visitor.open(f"{self.url}/work/{case_id}/")

    def _read_code(self, page: Page) -> str:
        found = _CODE.search(page.text)
        if found is None:
            raise _unexpected("expected a receipt with a code", page, page)
        return unescape(found[1])


def read_events(page: Page) -> list[Event]:
    """Give the timeline of a case's page, the oldest first."""
    found = [
        Event(*(_say(part or "") for part in each.group("title", "when", "text")))
        for each in _EVENT.finditer(page.text)
    ]
    return found[::-1]


def read_steps(page: Page) -> list[StepLine]:
    """Give the steps at agencies that a case's page shows."""
    return [
        StepLine(_say(each["title"]), each["state"], " ".join(_say(told) for told in _TOLD.findall(each["rest"])))
        for each in _STEP.finditer(page.text)
    ]


def read_papers(page: Page) -> list[PaperLink]:
    """Give the papers that a case's page offers."""
    return [PaperLink(_say(each["title"]), each["href"]) for each in _PAPER.finditer(page.text)]


def read_look_ups(page: Page) -> list[LookUp]:
    """Give the look-ups that the page of who looked lists, the newest first."""
    rows = [[_say(value) for value in _VALUE.findall(each)] for each in _LOOK_UP.findall(page.text)]
    # Behind the exchange's number there may stand what can be done with it.
    whole = [row for row in rows if len(row) == len(LookUp.__slots__)]
    return [
        LookUp(when, who, service, purpose, exchange.partition(" ")[0])
        for when, who, service, purpose, exchange in whole
    ]


def _get_form(page: Page) -> Form:
    """Give the page's own form: the last, as a sign-out or a language switch may stand before it."""
    forms = [form for form in page.forms if "sign-out" not in form.action]
    if not forms or page.status != ANSWERED:
        raise _unexpected("expected a form", page, page)
    return forms[-1]


def _unexpected(what: str, page: Page, shown: Page) -> SandboxError:
    title = _TITLE.search(shown.text)
    errors = _ERRORS.search(shown.text)
    said = _say(title[1]) if title else "a page without a title"
    more = f": {_say(errors[0])}" if errors else ""
    path = urlsplit(page.url).path
    return SandboxError(SandboxErrorKind.SITE, f"{what} at {path}, got {shown.status} {said}{more}")


def _say(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", html)).split())

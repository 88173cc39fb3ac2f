"""A draft as its pages see it: whose it is, under which procedure, which pages it has, and where one goes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse

from lienthong.cases.drafts import get_draft
from lienthong.cases.errors import CasesError
from lienthong.cases.forms import list_pages
from lienthong.cases.site_cases import make_site_cases
from lienthong.portal.cases.citizens import ask_for_level, get_applicant

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.drafts import Applicant, Draft
    from lienthong.cases.form_parts import FormPage
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Filling:
    """Somebody's draft, open on the screen."""

    cases: Cases
    applicant: Applicant
    draft: Draft
    procedure: Procedure

    def with_draft(self, draft: Draft) -> Filling:
        """Give the same with the draft as it was saved since."""
        return replace(self, draft=draft)

    @property
    def pages(self) -> tuple[FormPage, ...]:
        """The pages on which something is asked, after the answers so far."""
        return list_pages(self.procedure.form, self.draft.answers)

    def get_page(self, name: str) -> FormPage:
        """Give one of its pages; 404 for another."""
        found = next((page for page in self.pages if page.name == name), None)
        if found is None:
            raise Http404
        return found

    def find_way(self, name: str, step: int) -> str:
        """Give the address of the page that lies `step` pages on: the service before the first, the check last."""
        names = [page.name for page in self.pages]
        place = names.index(name) + step
        if place < 0:
            return reverse("service", args=[self.procedure.code])
        if place >= len(names):
            return reverse("check-answers", args=[self.draft.id])
        return reverse("fill-in", args=[self.draft.id, names[place]])


def get_filling(request: HttpRequest, draft_id: UUID) -> Filling:
    """Get the draft of whoever is at the screen; 404 for another's, and for one whose time is over."""
    cases, applicant = make_site_cases(), get_applicant(request)
    try:
        draft = get_draft(cases, draft_id, applicant)
        return Filling(cases, applicant, draft, cases.catalogue.get_version(draft.procedure, draft.version))
    except CasesError as error:
        raise Http404 from error


def lead_away(request: HttpRequest, filling: Filling) -> HttpResponse | None:
    """Lead a draft that was filed to its receipt: pressing again, or going back, files nothing anew.

    Whoever is signed in at a lower level than the service needs is led to the sign-in: what was opened at a higher one
    shows, and asks for, what only that may see.
    """
    if filling.draft.case_id is None:
        return ask_for_level(request, filling.procedure.level)
    return HttpResponseRedirect(reverse("receipt", args=[filling.draft.case_id]))

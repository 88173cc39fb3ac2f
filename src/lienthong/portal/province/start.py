"""The first page of the role `province`: what one needs, the ways in, and in a sandbox a path to try it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lienthong.cases.site_cases import load_site_catalogue
from lienthong.portal.cases.pages import PAGE_WORDS, is_filing_open
from lienthong.portal.cases.procedure_words import say
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import Promise

    from lienthong.cases.procedure import Procedure

SHOWN_SERVICES: Final = 4
"""On the first page; the rest is one click away."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody made up whom one can be in the sandbox; `name` is what they sign in with, empty where it is drawn."""

    title: Promise
    name: str
    text: Promise


PERSONAS: Final = (
    Persona(_("A parent"), "", _("Files a case and follows it. Signs in by personal number.")),
    Persona(_("Officer who receives"), "tiep-nhan-mau", _("Looks whether cases are complete and receives them.")),
    Persona(_("Officer who handles"), "xu-ly-mau", _("Works on cases and on what agencies answer.")),
    Persona(_("Officer who decides"), "phe-duyet-mau", _("Approves or declines, and reads the office's figures.")),
    Persona(_("Statistician"), "thong-ke-mau", _("Takes figures in, and enters what documents report.")),
    Persona(_("Leader"), "lanh-dao-mau", _("Reads boards and reports, and no single case.")),
)
"""Whom the sandbox's filling makes (sandbox/province_staff.py), with the names that they sign in by."""


@open_to(Caller.ANYONE)
def show_start(request: HttpRequest) -> HttpResponse:
    """Show what this site is for, and the ways in."""
    told = {
        **PAGE_WORDS,
        "office": settings.OFFICE,
        "is_filing_open": is_filing_open(),
        "services": _choose_services(),
        "personas": PERSONAS if settings.IS_SANDBOX else (),
    }
    return render(request, "province/start.html", told)


def _choose_services() -> list[Procedure]:
    """Choose what saves people most ways: what most agencies do together comes first, then by title."""
    listed = load_site_catalogue().list_procedures(timezone.localdate())
    found = sorted(listed, key=lambda procedure: (-len(procedure.steps), say(procedure.title)))
    return found[:SHOWN_SERVICES]

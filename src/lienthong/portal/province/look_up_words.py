"""A look-up in words: which agency asked, what for, and why. What has no words here keeps its identifier alone.

The identifiers always stand beside the words: they are what the proof holds.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lienthong.cases.site_cases import load_site_catalogue
from lienthong.portal.cases.office_names import name_unit
from lienthong.portal.cases.procedure_words import say

if TYPE_CHECKING:
    from collections.abc import Callable

MEMBER_PARTS: Final = 3
"""Instance, class and code: a member's identifier begins with them."""

SERVICES: Final = {
    "POPULATION/persons": _("Data about a person in the population registry"),
    "POPULATION/births": _("Registering a birth"),
    "POPULATION/residences": _("Registering or ending a residence"),
    "POPULATION/deaths": _("Registering a death"),
    "POPULATION/cards": _("An identity card"),
}
"""What the services of the population registry are for, by subsystem and service."""


LAWS: Final = {"91/2025/QH15": _("Law on Personal Data Protection")}
"""Laws that are given as the purpose of a look-up."""


def make_look_up_words() -> dict[str, Callable[[str], str]]:
    """Give what names an agency, a service and a purpose on one page; each agency is looked up once."""
    today = timezone.localdate()

    @cache
    def name_member(identifier: str) -> str:
        """Name the agency of a member or a subsystem; empty where its code is no agency's."""
        parts = identifier.split("/")
        code = parts[MEMBER_PARTS - 1] if len(parts) >= MEMBER_PARTS else ""
        named = name_unit(code, today)
        return "" if named == code else named

    return {"name_member": name_member, "name_service": name_service, "name_purpose": name_purpose}


def name_service(identifier: str) -> str:
    """Say what a service is for; empty for one that has no words here."""
    return str(SERVICES.get("/".join(identifier.split("/")[MEMBER_PARTS:]), ""))


def name_purpose(purpose: str) -> str:
    """Name the law that a purpose is, or the procedure that it begins with; empty for any other."""
    if purpose in LAWS:
        return str(LAWS[purpose])
    code = purpose.partition("#")[0]
    found = [each for each in load_site_catalogue().procedures if each.code == code]
    return say(found[-1].title) if found else ""

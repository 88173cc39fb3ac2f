"""What all pages of the clerks' back office share: who may open them, and as whom the record names a clerk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone

from lienthong.identity.posts import list_assignments
from lienthong.identity.signed_in import find_account
from lienthong.identity.words import Level
from lienthong.portal.registry.words import PAGE_WORDS
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

for_clerks: Final = open_to(Caller.CLERK, level=Level.CARD)
"""Every page of the back office: a post of a clerk, at level 2."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who is at the screen: the account's key, and the name and agencies that the record keeps.

    `areas` are the communes of the posts; None when one of them is a post of the whole registry.
    """

    account: str
    text: str
    areas: frozenset[str] | None

    def may_see(self, area_code: str) -> bool:
        """Whether what belongs to a commune is the clerk's to see and to work."""
        return self.areas is None or area_code in self.areas

    @property
    def may_import(self) -> bool:
        """Whether files are the clerk's to import: they may hold people of any commune, so by a post of all only."""
        return self.areas is None


def get_clerk(request: HttpRequest) -> Clerk:
    """Get the clerk; agencies and communes are those of the posts that make them one today."""
    account = find_account(request)
    if account is None:
        raise PermissionDenied
    held = list_assignments(account, timezone.localdate())
    posts = [each.post for each in held if Caller.CLERK in each.post.roles]
    agencies = sorted({post.agency_code for post in posts})
    areas = frozenset(post.area_code for post in posts)
    return Clerk(str(account.pk), ", ".join([account.full_name, *agencies]), None if "" in areas else areas)


def show_page(request: HttpRequest, template: str, told: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with a page of the back office, which has the words of the closed lists and the ways that are open."""
    shared = {**PAGE_WORDS, "may_import": get_clerk(request).may_import}
    return render(request, template, {**shared, **told}, status=status)

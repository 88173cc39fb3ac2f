"""Who works on cases: an officer at the screen, the agencies of their posts, and what they are towards a case there.

What a post makes somebody is the house's to say: an officer's post receives and handles the cases of its agency, one
that is a leader's as well decides on them, and a leader alone sees no case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied

from lienthong.cases.actions import Actor
from lienthong.cases.site_cases import WORKING, find_case_roles
from lienthong.cases.words import ActorKind, CaseRole
from lienthong.cases.workflow import Who, is_allowed, next_actions
from lienthong.identity.models import Assignment
from lienthong.identity.signed_in import find_account
from lienthong.identity.words import Level
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases
    from lienthong.cases.words import ActionKind

for_officers: Final = open_to(Caller.OFFICER, level=Level.CARD)
"""Every page of the desk: a post of an officer, at level 2."""

_ROLES: Final = (CaseRole.RECEIVER, CaseRole.HANDLER, CaseRole.APPROVER)


@dataclass(frozen=True, slots=True)
class Officer:
    """Who is at the screen: the account, its name, and in which role at which agencies they work."""

    account: str
    name: str
    roles: frozenset[tuple[str, CaseRole]]

    @property
    def units(self) -> tuple[str, ...]:
        """The agencies, by code."""
        return tuple(sorted({unit for unit, _role in self.roles}))

    def list_whos(self, unit: str) -> tuple[Who, ...]:
        """Give as whom they look at a case of an agency; none: it is not theirs."""
        return tuple(Who(role, unit, self.account) for role in _ROLES if (unit, role) in self.roles)

    def list_deeds(self, state: CaseState) -> tuple[ActionKind, ...]:
        """Give what they can do to a case now, in the order of the house's table."""
        kinds = (next_actions(state, who) for who in self.list_whos(state.unit))
        return tuple(dict.fromkeys(kind for some in kinds for kind in some))

    def find_role(self, state: CaseState, kind: ActionKind) -> CaseRole | None:
        """Find in which role they can do something now."""
        return next((who.role for who in self.list_whos(state.unit) if is_allowed(state, who, kind)), None)

    def as_actor(self, unit: str) -> Actor:
        """Give who they are in the record of a case."""
        return Actor(ActorKind.OFFICER, self.account, unit, self.name)


def get_officer(request: HttpRequest, cases: Cases) -> Officer:
    """Get the officer at the screen, by the posts that they hold today."""
    account = find_account(request)
    if account is None:
        raise PermissionDenied
    key = str(account.pk)
    return Officer(key, account.full_name, cases.people.list_roles(key, cases.today()))


def list_colleagues(unit: str, day: date) -> list[tuple[str, str]]:
    """List who can work on cases of an agency: account and name, each once, by name."""
    held = Assignment.objects.filter(
        post__agency_code=unit, post__valid__contains=day, valid__contains=day, account__is_active=True
    ).select_related("account", "post")
    working = {str(each.account_id): each.account.full_name for each in held if _is_working(each.post.roles)}
    return sorted(working.items(), key=lambda item: item[1])


def _is_working(callers: list[str]) -> bool:
    return find_case_roles(callers) == WORKING

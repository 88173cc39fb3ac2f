"""The house of cases of the running site: its settings, the machine's clock, its key, catalogue, people and jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings

from lienthong.cases.catalogue import Catalogue, load_catalogue
from lienthong.cases.documents.site_documents import make_site_documents
from lienthong.cases.due_days import find_due_in
from lienthong.cases.forms import verify_answers
from lienthong.cases.house import Cases, find_day
from lienthong.cases.jobs import defer_follow_up
from lienthong.cases.national_portal.site_portal import find_site_portal
from lienthong.cases.words import CaseRole
from lienthong.cases.working_days import load_working_days
from lienthong.identity.models import Account, Assignment
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.keys import SigningKey, load_signing_key, make_signing_key, store_signing_key
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from lienthong.cases.procedure import Procedure
    from lienthong.cases.working_days import WorkingDays

WORKING: Final = frozenset({CaseRole.RECEIVER, CaseRole.HANDLER})
DECIDING: Final = frozenset({CaseRole.APPROVER})


def make_site_cases() -> Cases:
    """Make what this house's stories take, for views, jobs and commands of this site."""
    site = settings.SITE
    own = site.settings.cases
    cases = Cases(
        instance=site.settings.instance,
        unit=own.unit,
        clock=SystemClock(),
        signing_key=_load_key(site.data / own.receipt_key_file),
        catalogue=load_site_catalogue(),
        people=SitePeople(),
        follow_up=defer_follow_up,
        find_due=find_due_in(load_site_days()),
        verify_answers=verify_form,
        data=site.data,
        code_format=own.code_format,
        documents=make_site_documents(site),
    )
    return replace(cases, portal=find_site_portal(cases))


class SitePeople:
    """Accounts and posts of this site, as cases ask for them."""

    def find_number(self, account: str) -> str | None:
        """Give the personal number that a citizen's account is bound to."""
        if not _is_uuid(account):
            return None
        found = Account.objects.filter(pk=account, is_active=True).values_list("personal_number", flat=True).first()
        return found or None

    def list_roles(self, account: str, day: date) -> frozenset[tuple[str, CaseRole]]:
        """Give in which role an officer's account may act at which offices on a day."""
        if not _is_uuid(account):
            return frozenset()
        held = Assignment.objects.filter(
            account_id=account, account__is_active=True, valid__contains=day, post__valid__contains=day
        )
        posts = held.values_list("post__agency_code", "post__roles")
        return frozenset((unit, role) for unit, callers in posts for role in find_case_roles(callers))


def find_case_roles(callers: Iterable[str]) -> frozenset[CaseRole]:
    """Say what a post makes somebody towards the cases of its agency, by what the post may do.

    An officer's post receives and handles; one that is a leader's as well decides. A leader alone sees no case.
    """
    held = {Caller(caller) for caller in callers}
    if Caller.OFFICER not in held:
        return frozenset()
    return DECIDING if Caller.LEADER in held else WORKING


def verify_form(procedure: Procedure, answers: Mapping[str, Any]) -> None:
    """Check answers against the procedure's form."""
    verify_answers(procedure.form, answers, find_day_now())


def find_day_now() -> date:
    """Give the day in Vietnam by the machine's clock."""
    return find_day(datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC))


@lru_cache(maxsize=1)
def load_site_catalogue() -> Catalogue:
    """Load the catalogue, once in each process: a changed procedure is taken up by a restart."""
    site = settings.SITE
    return load_catalogue([site.folder / folder for folder in site.settings.cases.procedures])


def load_site_days() -> WorkingDays:
    """Load the calendar of working days, with the province's own file over it."""
    site = settings.SITE
    own = site.settings.cases.days_off
    return load_working_days(site.folder / own if own else None)


@lru_cache(maxsize=4)
def _load_key(path: Path) -> SigningKey:
    """Give the key that signs receipts; the first start makes it. Several machines of one site need the same file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            store_signing_key(path, make_signing_key())
        except KernelError as error:
            # Another process of this site was quicker; its key counts.
            if error.kind is not KernelErrorKind.KEY_EXISTS:
                raise
    return load_signing_key(path)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

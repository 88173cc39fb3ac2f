from __future__ import annotations

import stat
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from lienthong.cases.receipts import verify_receipt
from lienthong.cases.site_cases import SitePeople, find_case_roles, make_site_cases
from lienthong.cases.words import CaseRole
from lienthong.identity.posts import NewPost, assign_post, end_assignment, make_post
from lienthong.web.callers import Caller
from tests.cases.houses import START, file_case, make_cases
from tests.identity.persons import NUMBER, make_citizen, make_staff

if TYPE_CHECKING:
    from lienthong.identity.models import Account, Assignment

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 30)
R, H, A = CaseRole.RECEIVER, CaseRole.HANDLER, CaseRole.APPROVER


def give_post(account: Account, unit: str, *roles: Caller) -> Assignment:
    post = make_post(NewPost(unit, "Công chức", "", roles), DAY, None)
    return assign_post(account, post, DAY, None, START)


@pytest.mark.parametrize(
    ("callers", "roles"),
    [
        ({Caller.OFFICER}, {R, H}),
        ({Caller.OFFICER, Caller.LEADER}, {A}),
        ({Caller.LEADER}, set()),
        ({Caller.CLERK, Caller.OPERATOR, Caller.ADMINISTRATOR}, set()),
    ],
)
def test_a_post_makes_somebody_what_its_roles_say(callers: set[Caller], roles: set[CaseRole]) -> None:
    assert find_case_roles(callers) == roles


def test_an_officer_acts_at_the_offices_of_their_posts_while_they_hold_them() -> None:
    people, officer = SitePeople(), make_staff()
    held = give_post(officer, "Z99.01", Caller.OFFICER)
    give_post(officer, "Z99.02", Caller.OFFICER, Caller.LEADER)
    key = str(officer.pk)

    assert people.list_roles(key, DAY) == {("Z99.01", R), ("Z99.01", H), ("Z99.02", A)}
    assert people.list_roles(key, DAY - timedelta(days=1)) == frozenset()
    end_assignment(held, DAY, None, START)
    assert people.list_roles(key, DAY + timedelta(days=1)) == {("Z99.02", A)}
    officer.is_active = False
    officer.save()
    assert people.list_roles(key, DAY) == frozenset()


def test_a_citizens_account_has_a_number_and_nobody_elses_has() -> None:
    people, citizen = SitePeople(), make_citizen()
    assert people.find_number(str(citizen.pk)) == NUMBER
    assert people.find_number(str(make_staff().pk)) is None
    assert people.find_number("system") is None
    assert people.list_roles("system", DAY) == frozenset()


def test_the_sites_key_signs_its_receipts_and_is_made_once_for_its_owner_alone() -> None:
    cases = make_site_cases()
    receipt = file_case(make_cases(signing_key=cases.signing_key))
    assert verify_receipt(receipt.body, receipt.signature, make_site_cases().signing_key.verify_key) == receipt
    path = settings.SITE.data / "receipts.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (cases.unit, cases.portal) == ("Z99.01", None)

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.first_administrator import make_first_administrator
from lienthong.identity.lowering import lower_level
from lienthong.identity.models import Account, Assignment, LevelRecord, Post
from lienthong.identity.posts import NewPost, assign_post, end_assignment, find_roles, make_post
from lienthong.identity.words import Level
from lienthong.web.callers import Caller
from tests.identity.persons import PASSWORD, add_app, make_citizen, make_staff, sign_in, sign_in_fully

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.identity.urls_levels")]

FIRST_DAY = date(2026, 1, 1)
POST = {"agency_code": "Z99.01", "title": "Công chức tư pháp", "title_en": "", "roles": ["officer"]}


@pytest.fixture
def administrator(client: Client) -> Account:
    account = make_staff(Caller.ADMINISTRATOR, username="quan.tri", full_name="Lê Thị Quản")
    sign_in_fully(client, account)
    return account


def test_a_colleague_gets_an_account_a_code_and_a_post_and_then_works(client: Client, administrator: Account) -> None:
    page = client.post(reverse("staff"), {"full_name": "Trần Bình", "username": "Binh.Tran"}).content.decode()
    code = page.split("lt-paper__code")[1].split(">")[1].split("<")[0]
    colleague = Account.objects.get(username="binh.tran")
    client.post(reverse("posts"), POST)
    post = administrator.assignments.get().post.__class__.objects.latest("pk")
    client.post(reverse("colleague", kwargs={"key": colleague.pk}), {"post": post.pk, "first_day": "1/1/2026"})
    assert not colleague.assignments.exists(), "the post is not there before today"
    today = f"{timezone.localdate():%d/%m/%Y}"
    client.post(reverse("colleague", kwargs={"key": colleague.pk}), {"post": post.pk, "first_day": today})

    other = Client()
    other.post(
        reverse("account_reset_password"), {"username": "binh.tran", "code": code, "password": "mười hai con giáp"}
    )
    assert other.get("/work/").status_code == 302
    add_app(colleague)
    sign_in_fully(Client(), make_staff(username="unrelated.one"))
    assert find_roles(colleague, timezone.localdate()) == {Caller.OFFICER}
    assert colleague.assignments.get().given_by == administrator


def test_a_post_that_ended_opens_nothing_from_the_next_day_on_and_stays_in_the_record() -> None:
    account = make_staff(Caller.OFFICER)
    held = account.assignments.get()
    end_assignment(held, date(2026, 6, 30), None, timezone.now())

    assert find_roles(account, date(2026, 6, 30)) == {Caller.OFFICER}
    assert find_roles(account, date(2026, 7, 1)) == frozenset()
    assert Assignment.objects.filter(pk=held.pk).exists()


def test_an_assignment_ended_before_it_began_holds_on_no_day() -> None:
    account = make_staff(Caller.OFFICER)
    held = account.assignments.get()
    end_assignment(held, FIRST_DAY - timedelta(days=10), None, timezone.now())

    assert find_roles(account, FIRST_DAY) == frozenset()


def test_nobody_gives_a_post_to_themselves_or_closes_their_own_account(client: Client, administrator: Account) -> None:
    post = make_post(NewPost("Z99.02", "Lãnh đạo", "", (Caller.LEADER,)), FIRST_DAY, None)
    place = reverse("colleague", kwargs={"key": administrator.pk})
    client.post(place, {"post": post.pk, "first_day": "24/11/2026"})
    client.post(reverse("colleague-change", kwargs={"key": administrator.pk}), {"action": "close"})

    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.assignments.count() == 1


def test_a_citizens_own_account_holds_no_post() -> None:
    post = make_post(NewPost("Z99.02", "Lãnh đạo", "", (Caller.LEADER,)), FIRST_DAY, None)
    with pytest.raises(IdentityError) as caught:
        assign_post(make_citizen(), post, FIRST_DAY, None, timezone.now())

    assert caught.value.kind is IdentityErrorKind.BAD_POST


def test_a_closed_colleague_is_out_at_once(client: Client, administrator: Account) -> None:
    colleague = make_staff(Caller.OFFICER)
    other = Client()
    sign_in_fully(other, colleague)
    client.post(reverse("colleague-change", kwargs={"key": colleague.pk}), {"action": "close"})

    assert other.get("/work/").status_code == 302
    assert administrator.is_active


def test_a_colleague_whose_account_is_opened_again_needs_the_new_code(client: Client, administrator: Account) -> None:
    colleague = make_staff(Caller.OFFICER)
    place = reverse("colleague-change", kwargs={"key": colleague.pk})
    client.post(place, {"action": "close"})
    page = client.post(place, {"action": "open"})
    other = Client()
    sign_in(other, colleague, PASSWORD)

    assert "lt-paper__code" in page.content.decode()
    assert other.get(reverse("my-account")).status_code == 302
    assert administrator.is_active


def test_only_administrators_keep_accounts(client: Client) -> None:
    sign_in_fully(client, make_staff(Caller.OFFICER, Caller.CLERK, Caller.LEADER))

    assert client.get(reverse("staff")).status_code == 403
    assert client.post(reverse("posts"), POST).status_code == 403


def test_a_citizens_account_is_not_reached_through_the_page_of_colleagues(
    client: Client, administrator: Account
) -> None:
    citizen = make_citizen()

    assert client.get(reverse("colleague", kwargs={"key": citizen.pk})).status_code == 404
    assert administrator.is_active


def test_a_name_that_is_taken_is_told_beside_its_field(client: Client, administrator: Account) -> None:
    page = client.post(reverse("staff"), {"full_name": "X", "username": administrator.username})

    assert 'href="#id_username"' in page.content.decode()


def test_the_first_administrator_is_made_at_the_machine_with_a_post_and_a_code() -> None:
    account, code = make_first_administrator("quan.tri", "Lê Thị Quản", "Z99.01")

    assert find_roles(account, timezone.localdate()) == {Caller.ADMINISTRATOR}
    assert len(code) == 19
    assert account.assignments.get().given_by is None


def test_a_post_of_one_commune_names_a_commune() -> None:
    post = make_post(NewPost("Z99.01", "Công chức", "", (Caller.CLERK,), "06673"), FIRST_DAY, None)
    assert post.area_code == "06673"
    for code in ("0667", "Bãi Cháy"):
        with pytest.raises(IdentityError, match="expected the code of a commune"):
            make_post(NewPost("Z99.01", "Công chức", "", (Caller.CLERK,), code), FIRST_DAY, None)


def test_a_post_is_ended_with_its_assignments_and_the_record_says_by_whom(
    client: Client, administrator: Account
) -> None:
    colleague = make_staff(Caller.CLERK, full_name="Trần Thanh Bình")
    post = Post.objects.get(assignments__account=colleague)
    answer = client.post(reverse("close-post", kwargs={"post": post.pk}))
    assert answer.status_code == 302
    post.refresh_from_db()
    held = Assignment.objects.get(account=colleague)
    today = timezone.localdate()
    assert post.valid.upper == held.valid.upper == today + timedelta(days=1)
    assert (post.ended_by, held.ended_by) == (administrator, administrator)
    assert find_roles(colleague, today + timedelta(days=1)) == frozenset()
    page = client.get(reverse("posts")).content.decode()
    assert "Chức vụ đã kết thúc" in page
    again = client.post(reverse("close-post", kwargs={"post": post.pk}))
    assert again.status_code == 200
    with pytest.raises(IdentityError):
        assign_post(colleague, post, today + timedelta(days=1), None, timezone.now())


def test_ending_a_post_is_asked_about_on_a_page_that_names_its_holders_and_changes_nothing(
    client: Client, administrator: Account
) -> None:
    colleague = make_staff(Caller.CLERK, full_name="Trần Thanh Bình")
    held = Assignment.objects.get(account=colleague)
    one = reverse("end-post", kwargs={"key": colleague.pk, "assignment": held.pk})
    whole = reverse("close-post", kwargs={"post": held.post_id})
    for place in (one, whole):
        page = client.get(place).content.decode()
        assert "Trần Thanh Bình" in page
        assert f'<form method="post" action="{place}"' in page
        held.refresh_from_db()
        assert (held.ended_at, held.post.ended_at) == (None, None)
    assert client.post(one).status_code == 302
    held.refresh_from_db()
    assert held.ended_by == administrator
    assert "Trần Thanh Bình" not in client.get(whole).content.decode(), "held no more"
    assert client.get(one).status_code == 302, "what has ended is not asked about"


def test_nobody_ends_a_post_that_they_hold_and_no_post_that_is_not_there(
    client: Client, administrator: Account
) -> None:
    own = Post.objects.get(assignments__account=administrator)
    answer = client.post(reverse("close-post", kwargs={"post": own.pk}))
    assert "Không ai tự làm" in answer.content.decode()
    own.refresh_from_db()
    assert own.ended_at is None
    assert client.post(reverse("close-post", kwargs={"post": 0})).status_code == 404


def test_a_citizens_level_is_taken_back_with_both_names_and_the_reason_in_the_record(
    client: Client, administrator: Account
) -> None:
    citizen = make_citizen(Level.CARD)
    theirs = Client()
    sign_in_fully(theirs, citizen)
    assert theirs.get(reverse("my-account")).status_code == 200
    told = {"number": citizen.personal_number, "level": "1", "reason": "Nhầm người tại quầy"}
    page = client.post(reverse("levels"), told).content.decode()
    citizen.refresh_from_db()
    assert citizen.level == Level.DATA
    assert theirs.get(reverse("my-account")).status_code == 302
    record = LevelRecord.objects.filter(account=citizen).latest("pk")
    assert (record.way, record.seen["reason"], record.seen["level_before"]) == ("lowered", "Nhầm người tại quầy", 2)
    for word in (citizen.full_name, administrator.full_name, "Nhầm người tại quầy"):
        assert word in page


@pytest.mark.parametrize(
    "change", [{"level": "2"}, {"level": "1"}, {"reason": ""}, {"number": "999190012346"}, {"number": "12"}]
)
def test_a_level_is_only_lowered_with_a_reason_and_for_somebody_with_an_account(
    client: Client, administrator: Account, change: dict[str, str]
) -> None:
    assert administrator.is_active
    citizen = make_citizen(Level.DATA)
    told = {"number": citizen.personal_number, "level": "0", "reason": "Nhầm người", **change}
    page = client.post(reverse("levels"), told).content.decode()
    assert "govuk-error-summary" in page
    citizen.refresh_from_db()
    assert citizen.level == Level.DATA


def test_only_an_administrator_takes_levels_back_and_ends_posts() -> None:
    client, officer, citizen = Client(), make_staff(Caller.OFFICER), make_citizen(Level.CARD)
    sign_in_fully(client, officer)
    assert client.get(reverse("levels")).status_code == 403
    post = Post.objects.get(assignments__account=officer)
    assert client.post(reverse("close-post", kwargs={"post": post.pk})).status_code == 403
    with pytest.raises(IdentityError, match="no administrator's post"):
        lower_level(citizen, Level.DATA, "why", officer, timezone.now())

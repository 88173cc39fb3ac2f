from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lienthong.identity.counter import COUNTER_MINUTES
from lienthong.identity.models import Account, CounterAct, CounterSession, LevelRecord
from lienthong.identity.words import Level, LevelWay
from lienthong.web.callers import Caller
from tests.identity.persons import NAME, NUMBER, make_citizen, make_staff, sign_in, sign_in_fully

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.identity.urls_levels")]

SEEN = {"issued_on": "2/9/2024", "seen": "on"}


@pytest.fixture
def officer() -> Account:
    return make_staff(Caller.OFFICER)


@pytest.fixture
def counter(client: Client, officer: Account) -> Client:
    """Give a client in which an officer sits at a counter, the card's number found."""
    sign_in_fully(client, officer)
    assert client.post(reverse("counter"), {"number": "999 190 012 345"})["Location"] == reverse("counter-card")
    return client


def do(counter: Client, action: str, **changed: str) -> HttpResponse:
    told = SEEN | {"action": action} | changed
    return counter.post(reverse("counter-card"), told)  # type: ignore[return-value] # the client's own subclass


def test_an_officer_sees_what_the_registry_says_and_compares(counter: Client) -> None:
    page = counter.get(reverse("counter-card")).content.decode()

    assert NAME in page
    assert "999 190 012 345" in page
    assert "17/05/1990" in page


def test_a_citizen_by_themselves_is_refused_the_counter(client: Client) -> None:
    sign_in_fully(client, make_citizen(Level.CARD))
    assert client.get(reverse("counter")).status_code == 403
    assert client.post(reverse("counter"), {"number": NUMBER}).status_code == 403


def test_a_number_that_nobody_has_goes_no_further(client: Client, officer: Account) -> None:
    sign_in_fully(client, officer)

    assert client.post(reverse("counter"), {"number": "999190099999"}).status_code == 200
    assert client.get(reverse("counter-card")).status_code == 302


def test_the_number_stands_in_no_address(counter: Client) -> None:
    answer = do(counter, "session")

    assert NUMBER not in str(answer["Location"])
    assert not CounterAct.objects.filter(path__contains=NUMBER).exists()


def test_a_checked_card_brings_an_account_to_level_2_and_says_by_whom(counter: Client, officer: Account) -> None:
    citizen = make_citizen()
    do(counter, "check")

    record = LevelRecord.objects.filter(account=citizen).latest("pk")
    citizen.refresh_from_db()
    assert citizen.level == Level.CARD
    assert (record.way, record.checked_by, record.post) == (
        LevelWay.COUNTER_CHECK,
        officer,
        officer.assignments.get().post,
    )
    assert record.seen["card_issued_on"] == "2024-09-02"
    assert record.seen["registry"] == "agreed"


def test_nothing_is_done_unless_the_officer_says_that_the_card_was_seen(counter: Client) -> None:
    answer = counter.post(reverse("counter-card"), {"issued_on": "2/9/2024", "action": "check"})

    assert answer.status_code == 200
    assert not LevelRecord.objects.filter(way=LevelWay.COUNTER_CHECK).exists()


def test_a_code_on_paper_lets_the_person_in_at_level_2(counter: Client) -> None:
    page = do(counter, "code").content.decode()
    code = page.split("lt-paper__code")[1].split(">")[1].split("<")[0]
    person = Client()
    person.post(reverse("account_reset_password"), {"username": NUMBER, "code": code, "password": "mười hai con giáp"})

    assert person.get("/level-1/").status_code == 200


def test_only_who_holds_a_post_at_a_counter_gets_there(client: Client) -> None:
    sign_in_fully(client, make_staff(Caller.LEADER))
    assert client.get(reverse("counter")).status_code == 403
    citizen = Client()
    sign_in(citizen, make_citizen())
    assert citizen.get(reverse("counter")).status_code == 302


class TestSupervisedSession:
    def test_the_citizen_is_at_the_screen_and_both_names_stand_in_the_record(
        self, counter: Client, officer: Account
    ) -> None:
        do(counter, "session")
        citizen = Account.objects.get(username=NUMBER)

        assert counter.get("/level-2/").content.decode() == f"{citizen.pk} 2 {officer.pk}"
        act = CounterAct.objects.latest("pk")
        assert (act.session.officer, act.session.citizen) == (officer, citizen)
        assert (act.method, act.path, act.status) == ("GET", "/level-2/", 200)

    def test_every_page_shows_both_names(self, counter: Client) -> None:
        do(counter, "session")
        for path in ("/", reverse("counter"), "/nowhere"):
            page = counter.get(path).content.decode()
            assert NAME in page, path
            assert "Nguyễn Văn An" in page, path

    def test_the_officers_own_roles_and_account_rest_meanwhile(self, counter: Client) -> None:
        do(counter, "session")

        assert counter.get("/work/").status_code == 403
        assert counter.get(reverse("counter-card")).status_code == 403
        assert counter.get(reverse("my-account"))["Location"] == reverse("counter")
        assert counter.get(reverse("mfa_index"))["Location"] == reverse("counter")
        assert counter.post(reverse("account_change_password"))["Location"] == reverse("counter")

    def test_it_ends_by_itself_and_what_is_sent_after_is_not_done(self, counter: Client) -> None:
        do(counter, "session")
        past = timezone.now() - timedelta(minutes=COUNTER_MINUTES)
        CounterSession.objects.update(opened_at=past, ends_at=timezone.now())

        answer = counter.post("/level-2/")
        assert answer["Location"] == reverse("counter-over")
        assert counter.get("/level-2/").status_code == 403
        assert counter.get("/work/").status_code == 200

    def test_the_officer_ends_it(self, counter: Client) -> None:
        do(counter, "session")
        counter.post(reverse("counter-end"))

        assert counter.get("/level-2/").status_code == 403
        assert CounterSession.objects.get().ended_at is not None

    def test_signing_out_leaves_none_open_for_the_next_one_at_the_machine(
        self, counter: Client, officer: Account
    ) -> None:
        do(counter, "session")
        counter.post(reverse("account_logout"))
        sign_in(counter, officer)

        assert "identity.counter" not in counter.session

    def test_another_officer_does_not_enter_it(self, counter: Client) -> None:
        do(counter, "session")
        key = str(CounterSession.objects.get().pk)
        other = Client()
        sign_in_fully(other, make_staff(Caller.OFFICER, username="binh.tran"))
        session = other.session
        session["identity.counter"] = key
        session.save()

        assert other.get("/level-2/")["Location"] == reverse("counter-over")

    def test_an_officer_has_one_at_a_time(self, counter: Client) -> None:
        do(counter, "session")
        counter.post(reverse("counter-end"))
        counter.post(reverse("counter"), {"number": NUMBER})
        do(counter, "session")

        assert CounterSession.objects.filter(ended_at=None).count() == 1

    def test_a_closed_officers_session_is_over(self, counter: Client, officer: Account) -> None:
        do(counter, "session")
        Account.objects.filter(pk=officer.pk).update(is_active=False)

        assert counter.get("/level-2/").status_code == 302

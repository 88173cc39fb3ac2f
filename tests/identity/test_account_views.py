from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lienthong.identity.codes import make_code
from lienthong.identity.models import Account, OneTimeCode
from lienthong.identity.words import CodePurpose, Level
from lienthong.web.callers import Caller
from tests.identity.hashing import CountingHasher
from tests.identity.persons import (
    NAME,
    NUMBER,
    PASSWORD,
    add_app,
    find_code,
    make_citizen,
    make_staff,
    sign_in,
    sign_in_fully,
)
from tests.identity.test_sign_in_attacks import is_signed_in, wear_out

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.identity.urls_levels")]

TOLD = {
    "number": "999 190 012 345",
    "full_name": NAME,
    "birth_date": "17/5/1990",
    "card_issued_on": "02/09/2024",
    "password": PASSWORD,
}
OTHER = "mười hai con giáp"


def try_sign_up(**changed: str) -> tuple[HttpResponse, int]:
    """Sign up as a stranger; gives the answer and how many hashes it took."""
    CountingHasher.computed = 0
    answer = Client().post(reverse("account_signup"), TOLD | changed)
    return answer, CountingHasher.computed  # type: ignore[return-value] # the client's own subclass


class TestSigningUp:
    def test_who_knows_the_card_gets_an_account_of_level_1_and_is_signed_in(self, client: Client) -> None:
        answer = client.post(reverse("account_signup"), TOLD)

        assert answer["Location"] == reverse("mfa_index")
        account = Account.objects.get(username=NUMBER)
        assert (account.level, account.full_name) == (Level.DATA, NAME)
        assert client.get("/level-1/").status_code == 200
        assert account.levels.get().seen == {"compared": ["number", "full_name", "birth_date", "card_issued_on"]}

    def test_wrong_data_nobody_and_somebody_with_an_account_get_one_answer_after_the_same_work(self) -> None:
        wrong, wrong_work = try_sign_up(birth_date="18/5/1990")
        nobody, nobody_work = try_sign_up(number="999190099999")
        make_citizen()
        taken, taken_work = try_sign_up()

        assert wear_out(wrong) == wear_out(nobody) == wear_out(taken)
        assert (wrong_work, nobody_work, taken_work) == (1, 1, 1)

    def test_the_sixth_try_for_one_number_waits_in_the_same_words_whoever_has_it(self) -> None:
        for number in (NUMBER, "999190099999"):
            answers = [try_sign_up(number=number, birth_date="1/1/2000")[0] for _ in range(6)]
            assert [answer.status_code for answer in answers] == [200] * 5 + [429]

    def test_a_weak_password_and_a_wrong_day_are_told_beside_their_fields(self) -> None:
        answer, _ = try_sign_up(password="1234567890", birth_date="31/2/1990")  # noqa: S106 # a weak one
        text = answer.content.decode()

        assert answer.status_code == 200
        assert 'href="#id_birth_date"' in text
        assert 'href="#id_password"' in text
        assert not Account.objects.exists()

    def test_a_password_that_holds_the_name_is_refused(self) -> None:
        answer, _ = try_sign_up(password=NAME)

        assert 'href="#id_password"' in answer.content.decode()


class TestOneTimeCodes:
    def use(self, client: Client, username: str, code: str, password: str = OTHER) -> HttpResponse:
        told = {"username": username, "code": code, "password": password}
        return client.post(reverse("account_reset_password"), told)  # type: ignore[return-value] # the client's own

    def test_a_code_sets_a_password_and_opens_a_session_in_which_a_second_factor_is_added(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        add_app(account)
        code = make_code(account, CodePurpose.RESET, None, timezone.now())

        answer = self.use(client, NUMBER, code.lower().replace("-", " "))

        assert answer["Location"] == reverse("mfa_index")
        assert not Authenticator.objects.filter(user=account).exists()
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        client.post(reverse("mfa_activate_totp"), {"code": find_code(secret=client.session["mfa.totp.secret"])})
        assert client.get("/level-2/").status_code == 200

    def test_a_code_counts_once(self, client: Client) -> None:
        account = make_citizen()
        code = make_code(account, CodePurpose.RESET, None, timezone.now())
        self.use(client, NUMBER, code)
        again = Client()
        self.use(again, NUMBER, code)

        assert not is_signed_in(again)

    def test_the_next_code_ends_the_one_before(self, client: Client) -> None:
        account = make_citizen()
        first = make_code(account, CodePurpose.RESET, None, timezone.now())
        make_code(account, CodePurpose.RESET, None, timezone.now())
        self.use(client, NUMBER, first)

        assert not is_signed_in(client)

    def test_a_code_that_is_too_old_is_not_good(self, client: Client) -> None:
        account = make_citizen()
        code = make_code(account, CodePurpose.RESET, None, timezone.now() - timedelta(days=1, minutes=1))
        self.use(client, NUMBER, code)

        assert not is_signed_in(client)

    def test_a_code_of_one_account_opens_no_other(self, client: Client) -> None:
        make_citizen()
        code = make_code(make_citizen(number="999190099998"), CodePurpose.RESET, None, timezone.now())
        self.use(client, NUMBER, code)

        assert not is_signed_in(client)

    def test_a_closed_account_takes_no_code(self, client: Client) -> None:
        account = make_citizen()
        code = make_code(account, CodePurpose.RESET, None, timezone.now())
        Account.objects.filter(pk=account.pk).update(is_active=False)
        self.use(client, NUMBER, code)

        assert OneTimeCode.objects.get().used_at is None

    def test_a_wrong_code_and_nobody_get_one_answer_after_the_same_work(self) -> None:
        make_citizen()
        answers = []
        for name in (NUMBER, "999190099999"):
            CountingHasher.computed = 0
            answers.append((wear_out(self.use(Client(), name, "AAAA-BBBB-CCCC-DDDD")), CountingHasher.computed))

        assert answers[0] == answers[1]
        assert answers[0][1] == 1

    def test_the_sixth_try_for_one_name_waits(self, client: Client) -> None:
        statuses = [self.use(client, NUMBER, "AAAA-BBBB-CCCC-DDDD").status_code for _ in range(6)]

        assert statuses == [200] * 5 + [429]

    def test_a_code_ends_the_sessions_of_before(self, client: Client) -> None:
        account = make_citizen()
        sign_in(client, account)
        self.use(Client(), NUMBER, make_code(account, CodePurpose.RESET, None, timezone.now()))

        assert not is_signed_in(client)

    def test_nothing_of_who_was_signed_in_before_stays_in_the_session(self, client: Client) -> None:
        sign_in(client, make_citizen(number="999190099998"))
        account = make_citizen()
        self.use(client, NUMBER, make_code(account, CodePurpose.RESET, None, timezone.now()))

        assert client.session["_auth_user_id"] == str(account.pk)
        assert [record["method"] for record in client.session["account_authentication_methods"]] == ["code"]


class TestStepUp:
    def test_a_page_of_level_2_leads_through_the_second_factor_and_back(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        sign_in(client, account)
        add_app(account)

        asked = client.get("/level-2/", follow=True)
        assert asked.redirect_chain[-1][0] == f"{reverse('mfa_reauthenticate')}?next=%2Flevel-2%2F"
        answer = client.post(reverse("mfa_reauthenticate"), {"code": find_code(), "next": "/level-2/"})

        assert answer["Location"] == "/level-2/"
        assert client.get("/level-2/").content.decode() == f"{account.pk} 2"

    def test_an_account_of_level_1_is_told_how_to_reach_level_2(self, client: Client) -> None:
        account = make_citizen()
        sign_in_fully(client, account)

        asked = client.get("/level-2/", follow=True)

        assert asked.redirect_chain[-1][0] == f"{reverse('my-level')}?next=%2Flevel-2%2F"

    def test_nobody_is_asked_to_sign_in_and_then_led_on(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        add_app(account)
        asked = client.get("/level-2/", follow=True)
        assert 'value="/level-2/"' in asked.content.decode()
        sign_in(client, account, next="/level-2/")

        answer = client.post(reverse("mfa_authenticate"), {"code": find_code()})
        assert answer["Location"] == "/level-2/"
        assert client.get("/level-2/").status_code == 200

    def test_an_account_without_level_comes_to_level_1_by_its_own_data_only(self, client: Client) -> None:
        account = make_citizen(Level.NONE)
        sign_in(client, account)
        assert client.get("/level-1/", follow=True).redirect_chain[-1][0].startswith(reverse("my-level"))

        client.post(reverse("my-level"), TOLD | {"full_name": "Somebody Else"})
        assert client.get("/level-1/").status_code == 302
        client.post(reverse("my-level"), TOLD)

        assert client.get("/level-1/").status_code == 200

    def test_staff_without_a_second_factor_are_led_to_add_one(self, client: Client) -> None:
        sign_in(client, make_staff(Caller.OFFICER))

        assert client.get("/work/", follow=True).redirect_chain[-1][0].startswith(reverse("mfa_index"))

    def test_staff_with_a_second_factor_work(self, client: Client) -> None:
        sign_in_fully(client, make_staff(Caller.OFFICER))

        assert client.get("/work/").status_code == 200
        assert client.get("/level-1/").status_code == 403


class TestSessions:
    def test_ones_sessions_are_listed_and_ended(self, client: Client) -> None:
        account = make_citizen()
        phone = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile Safari/537.36"})
        sign_in(phone, account)
        sign_in(client, account)
        page = client.get(reverse("my-sessions")).content.decode()
        assert "Chrome · Android" in page
        client.post(reverse("my-sessions"), {"which": "others"})

        assert not is_signed_in(phone)
        assert is_signed_in(client)

    def test_signing_out_everywhere_ends_this_one_too(self, client: Client) -> None:
        account = make_citizen()
        other = Client()
        sign_in(other, account)
        sign_in(client, account)
        client.post(reverse("my-sessions"), {"which": "all"})

        assert not is_signed_in(client)
        assert not is_signed_in(other)

    def test_a_session_of_somebody_else_is_not_ended(self, client: Client) -> None:
        other = Client()
        sign_in(other, make_citizen(number="999190099998"))
        sign_in(client, make_citizen())
        session = UserSession.objects.get(session_key=other.session.session_key)
        client.post(reverse("my-sessions"), {"which": str(session.pk)})

        assert is_signed_in(other)


class TestPasskeys:
    def add_passkey(self, client: Client, account: Account) -> tuple[str, str]:
        """Give an account a passkey, whose owner has proved lately who they are; gives where it is renamed, removed."""
        told = {"name": "Điện thoại", "passwordless": True, "credential": {}}
        passkey = Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=told)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return reverse("mfa_edit_webauthn", args=[passkey.pk]), reverse("mfa_remove_webauthn", args=[passkey.pk])

    def test_a_passkey_gets_another_name_and_is_never_without_one(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        sign_in_fully(client, account)
        rename, _ = self.add_passkey(client, account)
        page = client.get(rename).content.decode()
        assert "Tên khóa truy cập" in page
        assert 'value="Điện thoại"' in page
        assert "Nhập tên" in client.post(rename, {"name": " "}).content.decode()
        client.post(rename, {"name": "Điện thoại của mẹ"})
        assert "Điện thoại của mẹ" in client.get(reverse("mfa_list_webauthn")).content.decode()

    def test_who_removes_one_of_several_second_factors_is_told_that_the_others_stay(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        sign_in_fully(client, account)
        _, remove = self.add_passkey(client, account)
        page = client.get(remove).content.decode()
        assert "Các cách xác thực khác của bạn vẫn giữ nguyên." in page
        client.post(remove)
        assert not Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).exists()

    def test_a_citizen_may_remove_the_last_one_and_is_told_what_that_means(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        sign_in_fully(client, account)
        _, remove = self.add_passkey(client, account)
        Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
        page = client.get(remove).content.decode()
        assert "Đây là bước xác thực thứ hai cuối cùng của bạn" in page
        client.post(remove)
        assert not Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).exists()

    def test_staff_are_told_to_add_another_before_they_remove_the_last_one(self, client: Client) -> None:
        account = make_staff(Caller.OFFICER)
        sign_in_fully(client, account)
        _, remove = self.add_passkey(client, account)
        assert "Các cách xác thực khác" in client.get(remove).content.decode()
        Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
        page = client.get(remove).content.decode()
        assert "Thêm bước xác thực thứ hai khác" in page
        assert "govuk-button--warning" not in page
        client.post(remove)
        assert Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).exists()

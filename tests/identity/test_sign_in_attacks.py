"""Attacks on signing in, each as its own test."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lienthong.identity.models import Account
from lienthong.identity.words import Level
from lienthong.web.callers import Caller
from tests.identity.hashing import CountingHasher
from tests.identity.persons import (
    NUMBER,
    PASSWORD,
    add_app,
    find_code,
    make_citizen,
    make_staff,
    sign_in,
    sign_in_fully,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.identity.urls_levels")]

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver/../@evil.example",
    "http://localhost:9999/",
    "\t//evil.example",
)


def wear_out(answer: Any) -> str:  # noqa: ANN401 # any of the client's answers
    """Give a page without what differs by chance: tokens, nonces, and what was typed in."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    text = re.sub(r'nonce="[^"]+"', "", text)
    return re.sub(r'value="[^"]*"', "", text)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("my-account")).status_code == 200


class TestFixation:
    def test_a_session_key_planted_before_the_sign_in_is_worth_nothing_after_it(self, client: Client) -> None:
        client.get(reverse("account_login"))
        session = client.session
        session["planted"] = "by somebody else"
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = planted = str(session.session_key)

        sign_in(client, make_citizen())

        assert is_signed_in(client)
        assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = planted
        assert not is_signed_in(thief)

    def test_a_key_from_before_the_second_factor_is_worth_nothing_after_it(self, client: Client) -> None:
        account = make_citizen(Level.CARD)
        add_app(account)
        sign_in(client, account)
        half = client.cookies[settings.SESSION_COOKIE_NAME].value

        client.post(reverse("mfa_authenticate"), {"code": find_code()})

        assert is_signed_in(client)
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = half
        assert not is_signed_in(thief)

    def test_a_session_key_that_nobody_issued_is_not_taken(self, client: Client) -> None:
        client.cookies[settings.SESSION_COOKIE_NAME] = chosen = "c" * 32
        sign_in(client, make_citizen())

        assert client.cookies[settings.SESSION_COOKIE_NAME].value != chosen

    def test_an_earlier_persons_session_data_do_not_pass_to_the_next_one(self, client: Client) -> None:
        sign_in_fully(client, make_staff(Caller.OFFICER))
        session = client.session
        session["identity.counter-number"] = NUMBER
        session.save()
        client.post(reverse("account_logout"))
        sign_in(client, make_citizen())

        assert "identity.counter-number" not in client.session


class TestOpenRedirect:
    @pytest.mark.parametrize("target", ELSEWHERE)
    def test_signing_in_never_leads_to_another_site(self, client: Client, target: str) -> None:
        answer = sign_in(client, make_citizen(), next=target)

        assert answer["Location"] in {reverse("account_login"), reverse("my-account")}

    @pytest.mark.parametrize("target", ELSEWHERE)
    def test_who_is_signed_in_already_is_not_sent_to_another_site(self, client: Client, target: str) -> None:
        sign_in(client, make_citizen())

        assert client.get(reverse("account_login"), {"next": target})["Location"] == reverse("my-account")

    @pytest.mark.parametrize("target", ELSEWHERE)
    def test_proving_it_again_and_signing_out_never_lead_to_another_site(self, client: Client, target: str) -> None:
        sign_in(client, make_citizen())
        again = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": target})
        out = client.post(reverse("account_logout"), {"next": target})

        assert again["Location"].startswith("/")
        assert not again["Location"].startswith(("//", "/\\"))
        assert out["Location"] == "/"

    def test_a_page_of_this_site_is_gone_on_to(self, client: Client) -> None:
        assert sign_in(client, make_citizen(), next="/level-1/?a=b")["Location"] == "/level-1/?a=b"


class TestForgedRequests:
    @pytest.mark.parametrize(
        "name",
        [
            "account_login",
            "account_logout",
            "account_signup",
            "account_reset_password",
            "account_change_password",
            "account_reauthenticate",
            "mfa_authenticate",
            "mfa_login_webauthn",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_generate_recovery_codes",
            "my-sessions",
            "counter",
            "counter-card",
            "counter-end",
            "staff",
            "posts",
        ],
    )
    def test_a_form_of_another_site_is_refused(self, name: str) -> None:
        client = Client(enforce_csrf_checks=True)

        assert client.post(reverse(name), {"login": NUMBER, "password": PASSWORD}).status_code == 403

    def test_a_link_or_an_image_signs_nobody_out(self, client: Client) -> None:
        sign_in(client, make_citizen())
        client.get(reverse("account_logout"))

        assert is_signed_in(client)


class TestBruteForce:
    def test_after_five_wrong_passwords_the_right_one_waits_too(self, client: Client) -> None:
        account = make_citizen()
        for _ in range(5):
            sign_in(client, account, "wrong")

        assert sign_in(client, account).status_code == 200
        assert not is_signed_in(client)

    def test_another_address_does_not_help(self, client: Client) -> None:
        account = make_citizen()
        for last in range(5):
            client.post(
                reverse("account_login"),
                {"login": account.username, "password": "wrong"},
                REMOTE_ADDR=f"192.0.2.{last}",
            )

        assert sign_in(client, account).status_code == 200
        assert not is_signed_in(client)

    def test_spelling_the_number_otherwise_does_not_help(self, client: Client) -> None:
        account = make_citizen()
        for spelt in (NUMBER, f" {NUMBER}", f"{NUMBER[:3]} {NUMBER[3:]}", f"{NUMBER[:6]}-{NUMBER[6:]}", f"{NUMBER} "):
            client.post(reverse("account_login"), {"login": spelt, "password": "wrong"})

        assert sign_in(client, account).status_code == 200
        assert not is_signed_in(client)

    def test_a_name_that_nobody_has_is_held_back_in_the_same_words(self, client: Client) -> None:
        for name in (NUMBER, "999190099999"):
            make_citizen(number=NUMBER)
            for _ in range(5):
                client.post(reverse("account_login"), {"login": name, "password": "wrong"})
        known = client.post(reverse("account_login"), {"login": NUMBER, "password": "wrong"})
        unknown = client.post(reverse("account_login"), {"login": "999190099999", "password": "wrong"})

        assert wear_out(known) == wear_out(unknown)

    def test_a_code_of_six_digits_is_not_guessed(self, client: Client) -> None:
        account = make_citizen()
        add_app(account)
        sign_in(client, account)
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        client.post(reverse("mfa_authenticate"), {"code": find_code()})

        assert not is_signed_in(client)

    def test_who_is_signed_in_does_not_guess_the_password_either(self, client: Client) -> None:
        sign_in(client, make_citizen())
        answers = [client.post(reverse("account_reauthenticate"), {"password": "wrong"}).status_code for _ in range(11)]

        assert answers[-1] == 429


class TestTiming:
    def count(self, client: Client, name: str, told: dict[str, str]) -> int:
        CountingHasher.computed = 0
        client.post(reverse(name), told)
        return CountingHasher.computed

    def test_a_name_that_nobody_has_costs_as_many_hashes_as_a_wrong_password(self, client: Client) -> None:
        make_citizen()
        make_citizen(number="999190054321").is_active = False
        Account.objects.filter(username="999190054321").update(is_active=False)
        without = make_citizen(number="999190000001")
        without.set_unusable_password()
        without.save()
        counts = [
            self.count(client, "account_login", {"login": name, "password": "wrong"})
            for name in (NUMBER, "999190099999", "999190054321", "999190000001", "nobody")
        ]

        assert counts == [1, 1, 1, 1, 1]


class TestEnumeration:
    def test_signing_in_answers_the_same_for_a_wrong_password_and_for_nobody(self, client: Client) -> None:
        make_citizen()
        known = client.post(reverse("account_login"), {"login": NUMBER, "password": "wrong"})
        unknown = client.post(reverse("account_login"), {"login": "999190099999", "password": "wrong"})

        assert wear_out(known) == wear_out(unknown)
        assert known.status_code == unknown.status_code

    def test_the_second_factor_is_asked_only_of_who_knows_the_password(self, client: Client) -> None:
        account = make_citizen()
        add_app(account)

        assert wear_out(sign_in(client, account, "wrong")) == wear_out(
            client.post(reverse("account_login"), {"login": "999190099999", "password": "wrong"})
        )

    def test_passkeys_are_offered_without_saying_who_has_one(self, client: Client) -> None:
        answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})

        assert answer.json()["request_options"]["publicKey"]["allowCredentials"] == []


class TestReplay:
    def forget_librarys_mark(self, account: Account, code: str) -> None:
        """Do as if more than 30 seconds had passed: the library then takes a code again that is still good."""
        cache.delete(f"allauth.mfa.totp.used?user={account.pk}&code={code}")

    def test_a_code_of_the_app_counts_once_for_as_long_as_it_is_good(self, client: Client) -> None:
        account = make_citizen()
        add_app(account)
        code = find_code()
        sign_in(client, account)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_signed_in(client)
        client.post(reverse("account_logout"))
        self.forget_librarys_mark(account, code)

        sign_in(client, account)
        client.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"})
        assert not is_signed_in(client)

    def test_a_code_from_the_window_before_is_good_and_one_from_long_ago_is_not(self, client: Client) -> None:
        account = make_citizen()
        add_app(account)
        sign_in(client, account)
        client.post(reverse("mfa_authenticate"), {"code": find_code(-3)})
        assert not is_signed_in(client)
        client.post(reverse("mfa_authenticate"), {"code": find_code(-1)})

        assert is_signed_in(client)

    def test_a_recovery_code_counts_once(self, client: Client) -> None:
        account = make_citizen()
        codes = add_app(account)
        sign_in(client, account)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_signed_in(client)
        client.post(reverse("account_logout"))

        sign_in(client, account)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert not is_signed_in(client)
        client.post(reverse("mfa_authenticate"), {"code": codes[1]})
        assert is_signed_in(client)


class TestDisabledAccounts:
    def test_the_session_of_a_closed_account_is_over_with_the_next_request(self, client: Client) -> None:
        account = make_citizen()
        sign_in(client, account)
        Account.objects.filter(pk=account.pk).update(is_active=False)

        assert not is_signed_in(client)

    def test_a_closed_account_does_not_sign_in(self, client: Client) -> None:
        account = make_citizen()
        Account.objects.filter(pk=account.pk).update(is_active=False)
        sign_in(client, account)

        assert not is_signed_in(client)

    def test_a_session_of_before_a_change_of_password_is_over(self, client: Client) -> None:
        account = make_citizen()
        thief = Client()
        sign_in(thief, account)
        sign_in(client, account)
        client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "mười hai con giáp"})

        assert is_signed_in(client)
        assert not is_signed_in(thief)


class TestFactorsOfOthers:
    def test_a_password_alone_adds_no_first_second_factor_to_an_account_checked_at_a_counter(
        self, client: Client
    ) -> None:
        account = make_citizen(Level.CARD)
        sign_in(client, account)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

        assert client.get(reverse("mfa_activate_totp")).status_code == 403
        assert client.get(reverse("mfa_add_webauthn")).status_code == 403

    def test_a_session_of_before_the_second_factor_ends_when_one_is_added(self, client: Client) -> None:
        account = make_citizen()
        thief = Client()
        sign_in(thief, account)
        sign_in(client, account)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = client.session["mfa.totp.secret"]
        assert page.status_code == 200
        client.post(reverse("mfa_activate_totp"), {"code": find_code(secret=secret)})

        assert Authenticator.objects.filter(user=account, type="totp").exists()
        assert is_signed_in(client)
        assert not is_signed_in(thief)

    def test_a_secret_of_an_app_stands_encrypted_in_the_database(self) -> None:
        account = make_citizen()
        add_app(account)

        assert "JBSWY3DP" not in str(Authenticator.objects.get(user=account, type="totp").data)

    def test_a_password_alone_opens_no_page_of_an_agency(self, client: Client) -> None:
        sign_in(client, make_staff(Caller.OFFICER))

        assert client.get("/work/").status_code == 302
        assert client.get(reverse("counter")).status_code == 302

    def test_staff_do_not_remove_their_last_second_factor(self, client: Client) -> None:
        account = make_staff(Caller.OFFICER)
        sign_in_fully(client, account)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.post(reverse("mfa_deactivate_totp"))

        assert Authenticator.objects.filter(user=account, type="totp").exists()


class TestCookies:
    def test_scripts_and_other_sites_do_not_get_the_session(self, client: Client) -> None:
        sign_in(client, make_citizen())
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]

        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["max-age"]
        assert not cookie["domain"]

    def test_the_forms_token_is_for_this_site_alone(self, client: Client) -> None:
        client.get(reverse("account_login"))
        cookie = client.cookies[settings.CSRF_COOKIE_NAME]

        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"

    def test_a_page_of_an_account_is_kept_by_no_cache(self, client: Client) -> None:
        sign_in(client, make_citizen())

        assert "no-store" in client.get(reverse("my-account"))["Cache-Control"]

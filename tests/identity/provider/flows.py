"""A browser and a relying party for the provider's tests: Django's client, and what a party sends and reads."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client
from jwcrypto import jwk, jws

from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from lienthong.identity.models import Account

ISSUER = "https://registry.example"
CLIENT = "demo-province"
CALLBACK = "https://province.example/sign-in/provider/answer"
SIGNED_OUT = "https://province.example/"
VERIFIER = "v" * 43
CHALLENGE = encode_base64url(hashlib.sha256(VERIFIER.encode()).digest())
LEVEL_1, LEVEL_2 = "urn:lienthong:level:1", "urn:lienthong:level:2"

_RECORDS: dict[str, dict[str, Any]] = {
    "pwd": {"method": "password"},
    "otp": {"method": "mfa", "type": "totp"},
    "passkey": {"method": "mfa", "type": "webauthn", "passwordless": True},
}


class Browser(Client):
    """A browser at the registry's site."""

    def __init__(self, **extra: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(enforce_csrf_checks=True, **extra)

    def sign_in(self, account: Account, *ways: str, ago: float = 10) -> Browser:
        """Sign in as the account's own pages would: with the library's record of each step, `ago` seconds ago."""
        self.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        return self.prove(*ways, ago=ago)

    def prove(self, *ways: str, ago: float = 0) -> Browser:
        """Add steps to the session's record."""
        session = self.session
        session["account_authentication_methods_user"] = session["_auth_user_id"]
        kept = session.get("account_authentication_methods", [])
        session["account_authentication_methods"] = [
            *kept,
            *({**_RECORDS[way], "at": time.time() - ago} for way in ways),
        ]
        session.save()
        return self

    def ask(self, **changes: str | None) -> Answer:
        """Make an authorization request; `None` leaves a parameter out."""
        return self.follow("/openid/authorize?" + make_query(**changes))

    def agree(self, decision: str = "allow", **changes: str | None) -> Answer:
        """Ask, and answer the consent page that must come."""
        page = self.ask(**changes)
        action, token = _read_form(page.page)
        return Answer.of(self.post(action, {"csrfmiddlewaretoken": token, "decision": decision}))

    def follow(self, address: str) -> Answer:
        """Open an address of the registry."""
        return Answer.of(self.get(address))


@dataclass(frozen=True)
class Answer:
    """An answer to the browser: where it leads, with which parameters, or which page it is."""

    status: int
    place: str
    told: dict[str, str]
    page: str

    @classmethod
    def of(cls, response: Any) -> Answer:  # noqa: ANN401 # Django's test response
        """Read a response: a redirect, or a page that leads on by itself."""
        refresh = response.headers.get("Refresh", "")
        to = urlsplit(refresh.removeprefix("0;url=") or response.headers.get("Location", ""))
        told = dict(parse_qsl(to.query, keep_blank_values=True))
        return cls(response.status_code, to._replace(query="").geturl(), told, response.content.decode())

    @property
    def address(self) -> str:
        """Where it leads, whole."""
        return f"{self.place}?{urlencode(self.told)}"


def make_query(**changes: str | None) -> str:
    """Give the query of a good request with some changes."""
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "scope": "openid profile",
        "state": "of the party",
        "nonce": "once",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return urlencode({name: value for name, value in asked.items() if value is not None})


def _read_form(page: str) -> tuple[str, str]:
    """Give the address and the token of the form of our own that a page has (the language switch is no form)."""
    action = re.search(r'<form method="post" action="(/openid/[^"]+)"', page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert action is not None, page
    assert token is not None, page
    return html.unescape(action.group(1)), token.group(1)


@dataclass
class Party:
    """A relying party's own calls."""

    client_id: str
    secret: str
    calls: Client = field(default_factory=Client)

    def exchange(self, code: str, **changes: str | None) -> Told:
        """Exchange a code, with the client's secret in the header."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.post({name: value for name, value in form.items() if value is not None}, self.basic())

    def post(self, form: dict[str, str], authorization: str = "") -> Told:
        """Post to the token endpoint."""
        headers = {"Authorization": authorization} if authorization else {}
        return Told.of(self.calls.post("/openid/token", form, headers=headers))

    def basic(self) -> str:
        """Give the header of the client's name and secret."""
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()

    def ask_user(self, access_token: str) -> Told:
        """Ask for the person's claims."""
        return Told.of(self.calls.get("/openid/user", headers={"Authorization": f"Bearer {access_token}"}))

    def read(self, id_token: str) -> dict[str, Any]:
        """Give an ID token's claims, its signature checked with the published keys."""
        keys = {key["kid"]: key for key in self.calls.get("/openid/keys").json()["keys"]}
        signed = jws.JWS()
        signed.deserialize(id_token)
        key = keys[signed.jose_header["kid"]]
        assert key["alg"] == signed.jose_header["alg"]
        signed.verify(jwk.JWK(**key), alg=key["alg"])
        claims: dict[str, Any] = json.loads(signed.payload)
        return claims


@dataclass(frozen=True)
class Told:
    """What an endpoint told a party."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @classmethod
    def of(cls, response: Any) -> Told:  # noqa: ANN401 # Django's test response
        """Read a JSON answer."""
        return cls(response.status_code, json.loads(response.content or b"{}"), dict(response.headers))

    @property
    def is_ok(self) -> bool:
        """Whether it was granted."""
        return self.status == HTTPStatus.OK

    @property
    def error(self) -> str:
        """The error's code."""
        return str(self.body.get("error", ""))

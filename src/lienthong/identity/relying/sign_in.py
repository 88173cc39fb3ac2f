"""A citizen signs in at the provider: the story from the answer in the browser to the account.

1. The answer belongs to a sign-in that this browser began (`requests.py`), and is its only one.
2. It comes from the issuer that was asked (RFC 9207), so a code for one provider never goes to another.
3. The code is exchanged with the verifier that only this session knows.
4. The ID token is checked (`id_token.py`) before anything it says is used.
5. The person's data is fetched, and must be of the same subject.
6. The pair of issuer and subject finds the account; a new pair is linked by the personal number that was told.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from lienthong.identity.citizens import get_or_make_citizen
from lienthong.identity.levels import Reached, record_level
from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind
from lienthong.identity.relying.id_token import Expected, IdToken, verify_id_token
from lienthong.identity.relying.models import ProviderLink
from lienthong.identity.relying.transport import ask_json, post_form
from lienthong.identity.words import Level, LevelWay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.identity.models import Account
    from lienthong.identity.relying.configuration import RelyingParty
    from lienthong.identity.relying.metadata import Provider
    from lienthong.identity.relying.requests import SignInRequest

NUMBER_DIGITS: Final = 12
MOST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class ProvenSignIn:
    """Who signed in: the account, the provider's names for the person, the level, and when (seconds since 1970)."""

    account: Account
    issuer: str
    subject: str
    level: int
    at: int
    access: str = ""
    access_until: int = 0
    """The access token, and until when (seconds since 1970) it can be exchanged for others."""


def finish_sign_in(
    party: RelyingParty, provider: Provider, request: SignInRequest, answer: Mapping[str, str]
) -> ProvenSignIn:
    """Turn the provider's answer into an account. Every refusal is a `RelyingError`."""
    require_issuer(provider, request, answer)
    if "error" in answer or "code" not in answer:
        kind = RelyingErrorKind.REFUSED
        raise RelyingError(kind, f"{request.issuer} refused: {answer.get('error', 'no code')[:80]!r}")
    tokens = _exchange_code(party, provider, request, answer["code"])
    expected = _expect(party, request, tokens["access_token"])
    claims = verify_id_token(tokens["id_token"], expected, provider.find_key)
    told = ask_json(provider.get_metadata().userinfo_endpoint, tokens["access_token"])
    if told.get("sub") != claims.sub:
        raise RelyingError(RelyingErrorKind.BAD_TOKEN, "user information: of another person than the ID token")
    account = find_linked(party, claims, told)
    level = party.settings.levels[claims.acr]
    if account.level < level:
        seen = {"issuer": claims.iss, "acr": claims.acr}
        record_level(account, Reached(Level(level), LevelWay.PROVIDER, seen), timezone.now())
    life = tokens.get("expires_in")
    until = int(time.time()) + life if isinstance(life, int) else 0
    at = claims.auth_time or claims.iat
    return ProvenSignIn(account, claims.iss, claims.sub, level, at, tokens["access_token"], until)


def require_issuer(provider: Provider, request: SignInRequest, answer: Mapping[str, str]) -> None:
    """Return when the answer comes from the issuer that was asked, else raise `MIXED_UP` (RFC 9207 section 2.4)."""
    named = answer.get("iss")
    is_announced = provider.get_metadata().authorization_response_iss_parameter_supported
    if provider.issuer != request.issuer or (named is None and is_announced) or named not in {None, request.issuer}:
        message = f"expected the answer of {request.issuer}, got that of {named!r}"
        raise RelyingError(RelyingErrorKind.MIXED_UP, message)


def _exchange_code(party: RelyingParty, provider: Provider, request: SignInRequest, code: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.callback,
        "code_verifier": request.verifier,
    }
    metadata, client = provider.get_metadata(), party.settings.client_id
    basic = None
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        basic = (client, party.secret)
    else:
        form |= {"client_id": client, "client_secret": party.secret}
    tokens = post_form(metadata.token_endpoint, form, basic)
    if str(tokens.get("token_type", "")).lower() != "bearer" or not all(
        isinstance(tokens.get(name), str) for name in ("access_token", "id_token")
    ):
        message = "the token answer: expected an ID token and an access token of type Bearer"
        raise RelyingError(RelyingErrorKind.BAD_TOKEN, message)
    return tokens


def _expect(party: RelyingParty, request: SignInRequest, access_token: str) -> Expected:
    return Expected(
        issuer=request.issuer,
        client_id=party.settings.client_id,
        nonce=request.nonce,
        algorithms=party.settings.algorithms,
        levels=party.settings.levels,
        level=request.level,
        access_token=access_token,
        now=int(time.time()),
    )


def find_linked(party: RelyingParty, claims: IdToken, told: Mapping[str, Any]) -> Account:
    """Give the account of issuer and subject; the first time it is found or made by the personal number.

    Errors: `NO_NUMBER`; `OTHER_PERSON` for a number that belongs to another subject, or a subject whose number
    changed: the province keeps cases under it, so that is for somebody to look at.
    """
    number = str(told.get(party.settings.number_claim, ""))
    with transaction.atomic():
        link = ProviderLink.objects.select_related("account").filter(issuer=claims.iss, subject=claims.sub).first()
        if link is None:
            return _link(party, claims, told, number)
        if number not in {"", link.account.personal_number} or not link.account.is_active:
            raise _other_person()
        return link.account


def _link(party: RelyingParty, claims: IdToken, told: Mapping[str, Any], number: str) -> Account:
    if len(number) != NUMBER_DIGITS or not (number.isascii() and number.isdecimal()):
        message = f"the provider told no {party.settings.number_claim}, which the province needs"
        raise RelyingError(RelyingErrorKind.NO_NUMBER, message)
    name = str(told.get(party.settings.name_claim, ""))[:MOST_NAME]
    account = get_or_make_citizen(number, name)
    if not account.is_active or ProviderLink.objects.filter(issuer=claims.iss, account=account).exists():
        raise _other_person()
    ProviderLink.objects.create(account=account, issuer=claims.iss, subject=claims.sub, linked_at=timezone.now())
    return account


def _other_person() -> RelyingError:
    return RelyingError(RelyingErrorKind.OTHER_PERSON, "this person is known here by another name of the provider's")

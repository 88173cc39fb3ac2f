"""Who is at the screen, as a relying party is told: a citizen's account, and how and when this session signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lienthong.identity.sessions import read_proof
from lienthong.identity.signed_in import find_account

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.identity.models import Account


@dataclass(frozen=True, slots=True)
class Signing:
    """A citizen's sign-in: the account, the level of this session, the moment (ms since 1970), RFC 8176 words."""

    account: Account
    level: int
    at_ms: int
    methods: tuple[str, ...]


def find_signing(request: HttpRequest) -> Signing | None:
    """Find the citizen's sign-in of this session; None for nobody, for staff, and for a session without a record.

    An officer in a counter session counts as staff here: nobody signs in elsewhere in another's name.
    """
    account = find_account(request)
    if account is None or not account.is_citizen:
        return None
    proof = read_proof(request, account)
    if proof.proven_at is None:
        return None
    level = min(account.level, int(proof.level))
    return Signing(account, level, int(proof.proven_at.timestamp() * 1000), proof.methods)


def is_other_account(request: HttpRequest) -> bool:
    """Say whether somebody is signed in who is no citizen: their session cannot be told to a relying party."""
    account = find_account(request)
    return account is not None and not account.is_citizen

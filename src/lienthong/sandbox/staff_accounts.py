"""Opens accounts for the made-up people of the sandbox's agencies: a password and a second factor, drawn here."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from lienthong.sandbox.logins import StaffLogin

if TYPE_CHECKING:
    from lienthong.identity.models import Account


def open_account(account: Account, what: str) -> StaffLogin:
    """Give an account a password and a second factor, and say how to sign in."""
    password, totp = secrets.token_urlsafe(15), generate_totp_secret()
    account.set_password(password)
    account.save(update_fields=["password"])
    TOTP.activate(account, totp)
    return StaffLogin(account.username, what, password, totp)

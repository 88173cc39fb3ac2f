"""What the sign-in library asks of us: who may sign up, what messages say, how secrets are kept, the QR picture."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # the library has no types
    """Accounts are made by our own stories only; nothing is sent by e-mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no to the library's own sign-up, which knows no registry."""
        del request
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send nothing: no account has an address."""

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Send nothing: no account has an address."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # the library has no types
    """Second factors: their secrets are encrypted under a key of the site's."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Name the account in the person's app."""
        return str(user.get_username())

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code as an SVG element for the page itself; the policy allows no data: pictures."""
        drawn: str = segno.make(url, error="m").svg_inline(scale=4, border=4, light="#fff", omitsize=True)
        return drawn

    def encrypt(self, text: str) -> str:
        """Encrypt what stands in the database: a stolen backup without the site's key opens no account."""
        return _make_cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt it again; raises `InvalidToken` if the site's key is another."""
        return _make_cipher().decrypt(encrypted_text.encode("ascii")).decode()


def _make_cipher() -> Fernet:
    """Make the cipher from the site's key, under a label of this use alone."""
    digest = hashlib.blake2b(
        b"second factors", key=hashlib.sha256(str(settings.SECRET_KEY).encode()).digest(), digest_size=32
    )
    return Fernet(base64.urlsafe_b64encode(digest.digest()))

"""What the sign-in library asks of us: who may sign up, what messages say, how secrets are kept, the QR picture."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, ClassVar, Final

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lienthong.identity.places import is_own_place

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest


NOTICES: Final = {
    "account/messages/password_changed.txt": _("Your password is changed. All your other sessions have ended."),
    "mfa/messages/totp_activated.txt": _("The authenticator app is added. All your other sessions have ended."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added. All your other sessions have ended."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": _("New recovery codes are made; the former ones are no longer good."),
}
"""The library's messages that a person needs, in our words."""

WRONG_SIGN_IN: Final = _("The name and password do not go together. Try again, or use a one-time code.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # the library has no types
    """Accounts are made by our own stories only; nothing is sent by e-mail."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG_SIGN_IN,
        "account_inactive": WRONG_SIGN_IN,
        "incorrect_password": _("This is not your password"),
        "enter_current_password": _("This is not your present password"),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no to the library's own sign-up, which knows no registry."""
        del request
        return False

    def is_safe_url(self, url: str) -> bool:
        """Lead to pages of this site only; the library would take any host that the site answers under."""
        return bool(url) and is_own_place(url)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Go on to the page that knows what is still missing, and leads to one's account if nothing is."""
        del request
        return reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to one's account."""
        del request
        return reverse("my-account")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: object,
        **kwargs: Any,  # noqa: ANN401 # the library's
    ) -> None:
        """Say in our words what was done; what the page shows anyway is not said."""
        del args
        words = NOTICES.get(message_template or "") or kwargs.get("message")
        if words:
            messages.add_message(request, level, str(words))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send nothing: no account has an address."""

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Send nothing: no account has an address."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # the library has no types
    """Second factors: their secrets are encrypted under a key of the site's."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong, or was used before. Wait for the next one and try again."),
        "cannot_delete_authenticator": _("Staff need a second factor: add another one before you remove this one."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of staff, who could not work without it."""
        return authenticator.user.is_citizen or has_other_factor(authenticator)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 # the library's
        """Name a passkey whose owner gave it no name."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

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


def has_other_factor(authenticator: Authenticator) -> bool:
    """Say whether an account has another second factor; recovery codes alone are none."""
    others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
    return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def _make_cipher() -> Fernet:
    """Make the cipher from the site's key, under a label of this use alone."""
    digest = hashlib.blake2b(
        b"second factors", key=hashlib.sha256(str(settings.SECRET_KEY).encode()).digest(), digest_size=32
    )
    return Fernet(base64.urlsafe_b64encode(digest.digest()))

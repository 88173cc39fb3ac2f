"""The forms of sign-in pages: our wording over the library's forms, and the rules the library lacks.

A code from an authenticator app is good for one use: the library forgets a used code after 30 seconds, while it takes
one for 90, so a code looked at over a shoulder could be used again. Here it is remembered for as long as it is good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.mfa import app_settings as factor_settings
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from lienthong.identity.usernames import normalise_username

if TYPE_CHECKING:
    from lienthong.identity.models import Account

MOST_PASSWORD_CHARACTERS: Final = 128
"""A hash takes longer the longer the password; nobody types more."""

PASSWORD_HINT: Final = _("At least 10 characters, not only digits, and not one that many people use.")

_PASSWORD: Final = {"autocomplete": "current-password"}
NEW_PASSWORD: Final = {"autocomplete": "new-password"}


class SignInForm(LoginForm):  # type: ignore[misc] # the library has no types
    """Personal number or name, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("Personal number or staff name")
        login.widget = forms.TextInput(attrs={"autocomplete": "username webauthn", "spellcheck": "false"})
        login.error_messages["required"] = _("Enter your personal number or staff name")
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""
        password.max_length = MOST_PASSWORD_CHARACTERS
        password.widget = forms.PasswordInput(attrs=_PASSWORD)
        password.error_messages["required"] = _("Enter your password")

    def clean_login(self) -> str:
        """Take a number however it is grouped."""
        return normalise_username(self.cleaned_data["login"])


class ProofAgainForm(PasswordAgainForm):  # type: ignore[misc] # the library has no types
    """The password once more, before something grave."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label, field.help_text = _("Password"), ""
        field.widget = forms.PasswordInput(attrs=_PASSWORD)
        field.error_messages["required"] = _("Enter your password")


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc] # the library has no types
    """Another password, typed once: the field can be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["oldpassword"].label = _("Current password")
        self.fields["oldpassword"].help_text = ""
        self.fields["oldpassword"].widget = forms.PasswordInput(attrs=_PASSWORD)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password1"].widget = forms.PasswordInput(attrs=NEW_PASSWORD)


class _OneUse:
    """A code counts once, for as long as it would be good."""

    def use_once(self, account: Account, code: str) -> None:
        """Refuse a code that was used before."""
        periods = 2 * factor_settings.TOTP_TOLERANCE + 1
        key = f"identity:used-code:{account.pk}:{''.join(filter(str.isalnum, code))}"
        if not cache.add(key, value=True, timeout=periods * factor_settings.TOTP_PERIOD):
            raise get_factor_adapter().validation_error("incorrect_code")


class SecondFactorForm(_OneUse, AuthenticateForm):  # type: ignore[misc] # the library has no types
    """A code from the app, or a recovery code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        _name_code(self.fields["code"])

    def clean_code(self) -> str:
        """Check the code; it counts once."""
        code: str = super().clean_code()
        self.use_once(self.user, code)
        return code


class SecondFactorAgainForm(_OneUse, ReauthenticateForm):  # type: ignore[misc] # the library has no types
    """The same in a session that is open already: the step up to level 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        _name_code(self.fields["code"])

    def clean_code(self) -> str:
        """Check the code; it counts once."""
        code: str = super().clean_code()
        self.use_once(self.user, code)
        return code


class AddAppForm(_OneUse, ActivateTOTPForm):  # type: ignore[misc] # the library has no types
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        _name_code(self.fields["code"])
        self.fields["code"].label = _("Code shown in the app")

    def clean_code(self) -> str:
        """Check the code; it counts once, so it does not also sign somebody in."""
        code: str = super().clean_code()
        self.use_once(self.user, code)
        return code


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # the library has no types
    """A new passkey; it always asks its owner for a finger, face or PIN, so it stands for both factors."""

    passwordless = forms.BooleanField(required=True, initial=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        kwargs.setdefault("initial", {})["name"] = ""
        super().__init__(*args, **kwargs)
        self.fields["name"] = _make_passkey_name(is_needed=False)


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc] # the library has no types
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # the library's
        super().__init__(*args, **kwargs)
        self.fields["name"] = _make_passkey_name(is_needed=True)


def _make_passkey_name(*, is_needed: bool) -> forms.Field:
    return forms.CharField(
        required=is_needed,
        max_length=60,
        label=_("Name of the passkey"),
        help_text=_("So that you know it later, for example “My phone”."),
        error_messages={"required": _("Enter a name")},
    )


def _name_code(field: forms.Field) -> None:
    field.label = _("Code from your app, or a recovery code")
    field.widget = forms.TextInput(
        attrs={
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "spellcheck": "false",
            "class": "govuk-input--width-10",
        }
    )
    field.error_messages["required"] = _("Enter a code")

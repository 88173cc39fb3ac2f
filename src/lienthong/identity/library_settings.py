"""The settings of the sign-in library (django-allauth), of passwords, and of what counts attempts.

Only what we use is on: names and passwords, passkeys, authenticator apps, recovery codes, the list of sessions. No
e-mail is asked for or sent, since most of the people served have none.
"""

from __future__ import annotations

from typing import Any, Final

LIBRARY_APPS: Final = ("allauth", "allauth.account", "allauth.mfa", "allauth.usersessions")

ACCOUNT_MIDDLEWARE: Final = (
    "allauth.account.middleware.AccountMiddleware",
    "lienthong.identity.signed_in.SignedInAccount",
)
"""After Django's sessions, authentication and messages."""

_FORMS: Final = "lienthong.identity.sign_in_forms"

LEAST_PASSWORD_CHARACTERS: Final = 10
"""Longer than the eight that NIST SP 800-63B asks of a password with a second factor: citizens may have none."""

PROOF_SECONDS: Final = 300
"""Whoever changes passwords or second factors must have signed in, or proved it again, this lately."""

RATE_LIMITS: Final = {
    "login": "30/m/ip",
    # Ten a minute from one address, five in five minutes for one name whether or not there is such an account.
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/m/key",
}


def make_account_settings(*, is_behind_proxy: bool) -> dict[str, Any]:
    """Give the part of Django's settings that is about accounts."""
    return {
        "AUTH_USER_MODEL": "identity.Account",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "LOGIN_REDIRECT_URL": "/account/",
        "CACHES": {"default": {"BACKEND": "lienthong.identity.attempt_cache.AttemptCache"}},
        **_make_password_settings(),
        **_make_library_settings(is_behind_proxy=is_behind_proxy),
        **_make_factor_settings(),
    }


def _make_password_settings() -> dict[str, Any]:
    validation = "django.contrib.auth.password_validation."
    return {
        # Memory-hard, in Python's own library.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.ScryptPasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": f"{validation}UserAttributeSimilarityValidator",
                "OPTIONS": {"user_attributes": ("username", "full_name")},
            },
            {"NAME": f"{validation}MinimumLengthValidator", "OPTIONS": {"min_length": LEAST_PASSWORD_CHARACTERS}},
            {"NAME": f"{validation}CommonPasswordValidator"},
            {"NAME": f"{validation}NumericPasswordValidator"},
        ],
    }


def _make_library_settings(*, is_behind_proxy: bool) -> dict[str, Any]:
    return {
        "ACCOUNT_ADAPTER": "lienthong.identity.adapter.AccountAdapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "username",
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_PRESERVE_USERNAME_CASING": False,
        "ACCOUNT_SESSION_REMEMBER": False,
        # A link or an image on another page signs nobody out.
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/",
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": False,
        "ACCOUNT_FORMS": {
            "login": f"{_FORMS}.SignInForm",
            "reauthenticate": f"{_FORMS}.ProofAgainForm",
            "change_password": f"{_FORMS}.NewPasswordForm",
        },
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": PROOF_SECONDS,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_RATE_LIMITS": RATE_LIMITS,
        # How many proxies to believe about where a request came from: the one in front of the site, or none.
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1 if is_behind_proxy else 0,
    }


def _make_factor_settings() -> dict[str, Any]:
    return {
        "MFA_ADAPTER": "lienthong.identity.adapter.FactorAdapter",
        "MFA_SUPPORTED_TYPES": ["webauthn", "totp", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_PASSKEY_SIGNUP_ENABLED": False,
        # A passkey always asks its owner for a finger, face or PIN, so it stands for both factors.
        "MFA_WEBAUTHN_USER_VERIFICATION": "required",
        "MFA_TRUST_ENABLED": False,
        "MFA_TOTP_ISSUER": "Lienthong",
        "MFA_TOTP_TOLERANCE": 1,
        "MFA_RECOVERY_CODE_COUNT": 10,
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        "MFA_FORMS": {
            "authenticate": f"{_FORMS}.SecondFactorForm",
            "reauthenticate": f"{_FORMS}.SecondFactorAgainForm",
            "activate_totp": f"{_FORMS}.AddAppForm",
            "add_webauthn": f"{_FORMS}.AddPasskeyForm",
            "edit_webauthn": f"{_FORMS}.RenamePasskeyForm",
        },
    }

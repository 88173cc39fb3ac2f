"""The URLs of accounts, made by each role with the registry that it can ask, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views as library
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as apps
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from lienthong.identity import account_views, counter_views, level_views, sign_in_views, staff_views
from lienthong.identity.sign_in_views import adding_factor, changing_password, own_account, removing_factor
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.urls import URLPattern

    from lienthong.identity.registry_port import RegistryPort


def make_account_patterns(registry: RegistryPort | None) -> list[URLPattern]:
    """Give all URLs of this house; without a registry nobody signs up."""
    port = {"registry": registry}
    return [
        *_make_sign_in(),
        *([] if registry is None else [path("sign-up/", account_views.show_sign_up, port, name="account_signup")]),
        path("account/", account_views.show_my_account, name="my-account"),
        path("account/level/", account_views.show_my_level, port, name="my-level"),
        path("account/sessions/", account_views.show_my_sessions, name="my-sessions"),
        *_make_factors(),
        path("counter/", counter_views.show_counter, port, name="counter"),
        path("counter/card/", counter_views.show_card, port, name="counter-card"),
        path("counter/end/", counter_views.end, name="counter-end"),
        path("counter/over/", counter_views.show_over, name="counter-over"),
        path("staff/", staff_views.show_staff, name="staff"),
        path("staff/posts/", staff_views.show_posts, name="posts"),
        path("staff/posts/<int:post>/end/", staff_views.close_post, name="close-post"),
        path("staff/levels/", level_views.show_levels, name="levels"),
        path("staff/<uuid:key>/", staff_views.show_colleague, name="colleague"),
        path("staff/<uuid:key>/change/", staff_views.change_colleague, name="colleague-change"),
        path("staff/<uuid:key>/posts/<int:assignment>/end/", staff_views.end_held_post, name="end-post"),
    ]


def _make_sign_in() -> list[URLPattern]:
    anyone = open_to(Caller.ANYONE)
    return [
        path("sign-in/", sign_in_views.sign_in, name="account_login"),
        path("sign-in/second/", anyone(factors.authenticate), name="mfa_authenticate"),
        path("sign-in/passkey/", anyone(passkeys.login_webauthn), name="mfa_login_webauthn"),
        path("sign-in/closed/", anyone(library.account_inactive), name="account_inactive"),
        path("sign-in/code/", account_views.show_code, name="account_reset_password"),
        path("sign-in/step-up/", sign_in_views.step_up, name="step-up"),
        path("sign-out/", anyone(library.logout), name="account_logout"),
    ]


def _make_factors() -> list[URLPattern]:
    return [
        path(
            "account/password/", own_account(changing_password(library.password_change)), name="account_change_password"
        ),
        path("account/again/", own_account(library.reauthenticate), name="account_reauthenticate"),
        path("account/again/code/", own_account(factors.reauthenticate), name="mfa_reauthenticate"),
        path(
            "account/again/passkey/",
            own_account(passkeys.reauthenticate_webauthn),
            name="mfa_reauthenticate_webauthn",
        ),
        path("account/factors/", own_account(factors.index), name="mfa_index"),
        path("account/factors/app/", own_account(adding_factor(apps.activate_totp)), name="mfa_activate_totp"),
        path("account/factors/app/remove/", own_account(apps.deactivate_totp), name="mfa_deactivate_totp"),
        path("account/factors/passkeys/", own_account(passkeys.list_webauthn), name="mfa_list_webauthn"),
        path(
            "account/factors/passkeys/add/",
            own_account(adding_factor(passkeys.add_webauthn)),
            name="mfa_add_webauthn",
        ),
        path("account/factors/passkeys/<int:pk>/", own_account(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
        path(
            "account/factors/passkeys/<int:pk>/remove/",
            own_account(removing_factor(passkeys.remove_webauthn)),
            name="mfa_remove_webauthn",
        ),
        path("account/factors/recovery/", own_account(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
        path(
            "account/factors/recovery/new/",
            own_account(recovery.generate_recovery_codes),
            name="mfa_generate_recovery_codes",
        ),
    ]

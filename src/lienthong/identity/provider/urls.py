"""The URLs of the OpenID provider, at the root of the role `registry`: discovery has its place fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.identity.provider.authorize import authorize, decide_consent
from lienthong.identity.provider.endpoints import give_tokens, show_discovery, show_keys, tell_user
from lienthong.identity.provider.sign_out import confirm_sign_out, sign_out

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/openid-configuration", show_discovery, name="openid-discovery"),
    path("openid/authorize", authorize, name="openid-authorize"),
    path("openid/consent", decide_consent, name="openid-consent"),
    path("openid/token", give_tokens, name="openid-token"),
    path("openid/user", tell_user, name="openid-user"),
    path("openid/keys", show_keys, name="openid-keys"),
    path("openid/sign-out", sign_out, name="openid-sign-out"),
    path("openid/sign-out/confirm", confirm_sign_out, name="openid-sign-out-confirm"),
]

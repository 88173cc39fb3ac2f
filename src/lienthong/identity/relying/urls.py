"""The URLs of the sign-in at a provider, under `/sign-in/provider/` of the role `province`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.identity.relying.views import begin, sign_out, take_answer

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("", begin, name="provider-sign-in"),
    path("answer", take_answer, name="provider-answer"),
    path("sign-out", sign_out, name="provider-sign-out"),
]

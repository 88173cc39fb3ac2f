"""How strict a site is towards browsers: headers, the content security policy, cookies, and which hosts it answers.

Pages run only our own scripts, by a nonce per answer, and nothing may frame them or be loaded from elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csp.constants import NONCE, NONE, SELF

from lienthong.site.site_file import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from lienthong.site.site_file import Site

CONTENT_POLICY: Final = {
    "default-src": [NONE],
    # With a nonce an injected element without it stays dead, even one that names our own host.
    "script-src": [NONCE],
    "style-src": [SELF],
    "font-src": [SELF],
    "img-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
}
"""The policy of every page. A page that must post to another origin (a sign-in's answer) widens its own."""

_DEVICES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)

PERMISSIONS_POLICY: Final = ", ".join(f"{device}=()" for device in _DEVICES)
"""No page asks for a device; passkeys (publickey-credentials) keep their default, our own origin."""

SESSION_SECONDS: Final = 8 * 3600
"""A working day; who leaves a shared machine signed in is signed out by then at the latest."""


class PolicyHeaders:
    """Puts on each answer what Django has no setting for; no cache keeps an answer that does not allow it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers."""
        response = self._get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def make_security_settings(site: Site) -> dict[str, Any]:
    """Give the part of Django's settings that keeps browsers strict."""
    return {**_make_hosts(site), **_make_cookies(site), **_make_headers(site)}


def _make_hosts(site: Site) -> dict[str, Any]:
    host = site.public_url.hostname or ""
    near = LOOPBACK_HOSTS if host in LOOPBACK_HOSTS else (host,)
    settings: dict[str, Any] = {"ALLOWED_HOSTS": [*near, *site.settings.hosts]}
    if site.settings.behind_proxy:
        settings["SECURE_PROXY_SSL_HEADER"] = ("HTTP_X_FORWARDED_PROTO", "https")
    return settings


def _make_cookies(site: Site) -> dict[str, Any]:
    # Browsers accept this prefix only from TLS, for this host alone: no neighbour can plant such a cookie. The
    # role is in the name, since two sites on one host share cookies whatever their ports.
    prefix = f"{'__Host-' if site.is_secure else ''}lt_{site.settings.role}_"
    return {
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_SECURE": site.is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        # Lax: a sign-in comes back by a link from the provider.
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_AGE": SESSION_SECONDS,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"{prefix}form",
        "CSRF_COOKIE_SECURE": site.is_secure,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_FAILURE_VIEW": "lienthong.portal.error_pages.refuse_form",
        "LANGUAGE_COOKIE_SECURE": site.is_secure,
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
    }


def _make_headers(site: Site) -> dict[str, Any]:
    return {
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": dict(CONTENT_POLICY)},
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SECURE_SSL_REDIRECT": site.is_secure and site.settings.behind_proxy,
        "SECURE_HSTS_SECONDS": site.settings.hsts_seconds if site.is_secure else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    }

"""Django's settings, computed from a site's own: nothing here is chosen at run time or read from elsewhere.

The strict values (headers, cookies) are in `security.py`; the roles' parts in `roles.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

import lienthong.portal
from lienthong.identity.library_settings import ACCOUNT_MIDDLEWARE, LIBRARY_APPS, make_account_settings
from lienthong.identity.provider.configuration import make_provider_settings
from lienthong.identity.relying.configuration import RELYING_BACKENDS, RELYING_MIDDLEWARE, make_relying_settings
from lienthong.site.roles import ROLES, Role
from lienthong.site.security import make_security_settings

if TYPE_CHECKING:
    from lienthong.site.site_file import Site

PORTAL: Final = Path(lienthong.portal.__file__).parent

MOST_FORM_FIELDS: Final = 500
"""More fields than any form of ours has; a body with more is refused before it is parsed."""

MOST_BODY_BYTES: Final = 2_621_440
"""Of a request without files, kept in memory while it is parsed."""

_LIBRARY_APPS: Final = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    *LIBRARY_APPS,
)

_MIDDLEWARE: Final = (
    # Outermost first: headers are put on every answer, also on refusals by what follows.
    "django.middleware.security.SecurityMiddleware",
    "lienthong.site.security.PolicyHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lienthong.portal.language.LanguageChoice",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    *ACCOUNT_MIDDLEWARE,
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


class SiteSecrets(msgspec.Struct, frozen=True):
    """What a site keeps secret; `key` signs sessions and forms.

    `gateway` is what the member's gateway tells its services, `exchange` the site's token before that gateway, `admin`
    the one for its packages and counts. Empty: there is no gateway.
    """

    key: str
    gateway: str = ""
    exchange: str = ""
    admin: str = ""


def compose_settings(site: Site, secrets: SiteSecrets, database: dict[str, Any]) -> dict[str, Any]:
    """Give all of Django's settings for a site; `database` is the default connection in Django's form."""
    parts = ROLES[site.settings.role]
    composed: dict[str, Any] = {
        "SITE": site,
        "SITE_ROLE": site.settings.role,
        "IS_SANDBOX": site.is_sandbox,
        "SECRET_KEY": secrets.key,
        "GATEWAY_SECRET": secrets.gateway,
        "PROFILE": site.profile,
        "OFFICE": site.settings.office,
        "EXCHANGE": site.settings.exchange,
        "EXCHANGE_TOKEN": secrets.exchange,
        "EXCHANGE_ADMIN_TOKEN": secrets.admin,
        "COUNTING": site.settings.counting,
        "DEBUG": False,
        "INSTALLED_APPS": [*_LIBRARY_APPS, *parts.apps],
        "MIDDLEWARE": list(_MIDDLEWARE),
        "ROOT_URLCONF": parts.urls,
        "WSGI_APPLICATION": "lienthong.site.wsgi.application",
        "DATABASES": {"default": database},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": MOST_FORM_FIELDS,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": MOST_BODY_BYTES,
        "FILE_UPLOAD_HANDLERS": [
            "lienthong.site.bodies.BoundedBodies",
            "django.core.files.uploadhandler.MemoryFileUploadHandler",
            "django.core.files.uploadhandler.TemporaryFileUploadHandler",
        ],
        # Finds each house's background jobs.
        "PROCRASTINATE_AUTODISCOVER_MODULE_NAME": "jobs",
        "LOGGING": _make_logging(),
        **_make_pages(),
        **_make_language(site),
        **make_security_settings(site),
        **make_account_settings(is_behind_proxy=site.settings.behind_proxy),
    }
    return composed | _make_openid(site, composed)


def _make_openid(site: Site, composed: dict[str, Any]) -> dict[str, Any]:
    """Give the registry's part as a provider of sign-ins, or the province's as one that relies on a provider."""
    if site.settings.role is Role.REGISTRY:
        settings = site.settings
        return make_provider_settings(site.issuer, site.data / settings.openid_keys, settings.openid_approved_clients)
    return {
        **make_relying_settings(site.settings.relying, site.folder, site.public_url.geturl().rstrip("/")),
        "AUTHENTICATION_BACKENDS": [*composed["AUTHENTICATION_BACKENDS"], *RELYING_BACKENDS],
        "MIDDLEWARE": [*composed["MIDDLEWARE"], *RELYING_MIDDLEWARE],
    }


def _make_pages() -> dict[str, Any]:
    """Own pages are Jinja2; libraries' pages stay Django templates, which a Jinja2 page of the same name replaces."""
    return {
        "LOGIN_URL": "/sign-in/",
        # A province that relies on a provider sends citizens there instead.
        "CITIZEN_LOGIN_URL": "/sign-in/",
        # Libraries ask for it; our own files are under /assets/ (portal/assets.py).
        "STATIC_URL": "/static/",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [PORTAL / "templates"],
                "APP_DIRS": False,
                "OPTIONS": {"environment": "lienthong.site.jinja.make_environment"},
            },
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "csp.context_processors.nonce",
                    ]
                },
            },
        ],
    }


def _make_language(site: Site) -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": site.settings.language,
        "LANGUAGES": [("vi", "Tiếng Việt"), ("en", "English")],
        "LANGUAGE_COOKIE_NAME": f"lt_{site.settings.role}_language",
        "LOCALE_PATHS": sorted(PORTAL.glob("**/locale")),
        "USE_I18N": True,
        # Instants are kept in UTC; people see Vietnam's clock.
        "USE_TZ": True,
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
    }


def _make_logging() -> dict[str, Any]:
    """Warnings and errors of requests to standard error; without the values that people typed in."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # What strangers ask for that is not there would fill it.
            "django.request": {"level": "ERROR"},
            # At a lower level they would write down codes.
            "oauthlib": {"level": "WARNING"},
            "oauth2_provider": {"level": "WARNING"},
        },
    }

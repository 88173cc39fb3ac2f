"""The Jinja2 environment of our own pages: escaping always on, wording by gettext, GOV.UK Frontend's components."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from lienthong.portal.account_words import ACCOUNT_FILTERS, ACCOUNT_GLOBALS
from lienthong.portal.assets import asset_url
from lienthong.site.roles import Role


def make_environment(**options: Any) -> Environment:  # noqa: ANN401 # Django's, passed on to Jinja2
    """Make the environment; Django gives the loader of our own templates among `options`."""
    own = options.pop("loader")
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(  # noqa: S701 # Django's option turns autoescape on, and it is set again below
        loader=ChoiceLoader([own, components]),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    environment.autoescape = True
    environment.globals.update(
        asset=asset_url,
        url=_make_url,
        language=translation.get_language,
        languages=settings.LANGUAGES,
        is_sandbox=settings.IS_SANDBOX,
        role=str(settings.SITE_ROLE),
        site_name=_name_site,
        relies_on_provider=_relies_on_provider,
    )
    # In both languages as people here write it: month and day never change places.
    environment.filters["day"] = lambda value: f"{value:%d/%m/%Y}"
    environment.globals.update(ACCOUNT_GLOBALS)
    environment.filters.update(ACCOUNT_FILTERS)
    _install_wording(environment)
    return environment


def _install_wording(environment: Environment) -> None:
    """Take Django's translations, which follow the language of each request."""
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the i18n extension adds it
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )


def _relies_on_provider() -> bool:
    """Say whether citizens sign in at a provider that settings name."""
    return getattr(settings, "RELYING_PARTY", None) is not None


def _name_site() -> str:
    """Give what the site calls itself in its head and titles, in the page's language."""
    if settings.SITE_ROLE == Role.REGISTRY:
        return translation.gettext("Population registry")
    return translation.gettext("Public services")


def _make_url(name: str, /, **arguments: Any) -> str:  # noqa: ANN401 # of the route
    return reverse(name, kwargs=arguments or None)

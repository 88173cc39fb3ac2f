"""The national portal of the running site, as its settings name it."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from django.conf import settings

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.national_portal.link import PortalLink
from lienthong.cases.national_portal.portal import NationalPortal
from lienthong.cases.national_portal.settings import verify_portal_settings

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.cases.house import Cases


def has_site_portal() -> bool:
    """Tell whether this site's settings name a portal."""
    return bool(settings.SITE.settings.national_portal.address)


def find_site_portal(cases: Cases) -> NationalPortal | None:
    """Give the portal for a house of cases of this site; None: the site has none. Raises NO_PORTAL."""
    site = settings.SITE
    own = site.settings.national_portal
    if not own.address:
        return None
    verify_portal_settings(own)
    return NationalPortal(_open_link(own.address, own.account, site.folder / own.secret_file), own, cases)


@lru_cache(maxsize=2)
def _open_link(address: str, account: str, secret_file: Path) -> PortalLink:
    """Give the one link of this process, which keeps the token."""
    return PortalLink(address, account, partial(read_secret, secret_file))


def read_secret(file: Path) -> str:
    """Give an account's secret; raises NO_PORTAL."""
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"[national_portal] secret_file {file} cannot be read ({error}); it holds the account's secret"
        raise CasesError(CasesErrorKind.NO_PORTAL, message) from error

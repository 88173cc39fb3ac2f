"""The agencies of the running site, reached over its own gateway."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

from lienthong.cases.agency_exchange import AgencyExchange
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.exchange.client import GatewayClient, Retries

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S: Final = 3600
TRIES: Final = Retries(tries=2)
"""The gateway is next to us; what it does not take is tried again by the next job."""


def find_site_exchange() -> AgencyExchange | None:
    """Give the way to agencies as the site's settings name it; None: the site asks none."""
    site = settings.SITE
    own, address = site.settings.agencies, site.settings.exchange.address
    if not own.client or not address:
        return None
    client = _open_client(address, own.client, site.folder / own.token_file)
    return AgencyExchange(client, own.services, own.life_hours * HOUR_S, own.longest_pause_s)


@lru_cache(maxsize=1)
def _open_client(address: str, client: str, token_file: Path) -> GatewayClient:
    """Give the one client of this process; made at the first message, since connections do not survive a fork."""
    try:
        token = token_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"[agencies] token_file {token_file} cannot be read ({error}); it holds the subsystem's token"
        raise CasesError(CasesErrorKind.UNKNOWN_AGENCY, message) from error
    return GatewayClient(address, client, token, retries=TRIES)

"""Django's settings module: what `compose_settings` makes of the file that `LIENTHONG_SITE` names."""

from __future__ import annotations

import os

from lienthong.site.compose import SiteSecrets, compose_settings
from lienthong.site.connection import make_connection
from lienthong.site.site_file import (
    load_admin_token,
    load_exchange_token,
    load_gateway_secret,
    load_secret_key,
    load_site,
)

_site = load_site(os.environ)
_secrets = SiteSecrets(
    load_secret_key(_site), load_gateway_secret(_site), load_exchange_token(_site), load_admin_token(_site)
)
globals().update(compose_settings(_site, _secrets, make_connection(_site)))

"""What the province's delivery side offers over the commune's gateway, and what that gateway lets the site see.

Sample agencies may put questions for their tasks (docs/directives.md). The site reads the gateway's counts and the
packages behind figures and answers, with a token of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.kernel.canonical import encode_base64url
from lienthong.sandbox.agencies.coordination import ASKS as THEIR_ASKS
from lienthong.sandbox.agencies.coordination import STATISTICS
from lienthong.sandbox.agencies.insurance import INSURANCE as INSURANCE_KIND
from lienthong.sandbox.agencies.offices import SERVICE_NAMES
from lienthong.sandbox.gateway_home import ensure_secret, hash_token, write_private
from lienthong.sandbox.marks import PROVINCE_AREA
from lienthong.sandbox.members import COMMUNE, HOME_AFFAIRS, INSURANCE
from lienthong.sandbox.purposes import PLANS, write_purposes
from lienthong.sandbox.site_offers import PROVINCE_SECRET

if TYPE_CHECKING:
    from lienthong.sandbox.federation import Federation

ASKS: Final = "PORTAL/asks"
TOKEN_FILE: Final = "site-exporter.token"  # noqa: S105 # a file's name
CARD_COUNTS: Final = f"{HOME_AFFAIRS.name_subsystem('POPULATION')}/{STATISTICS}"
EXPORTED: Final = tuple(
    [COMMUNE.name_subsystem(ASKS)]
    + [f"{agency}/{name}" for agency in sorted(SERVICE_NAMES.values()) for name in (THEIR_ASKS, STATISTICS)]
)
"""Whose exchanges the site may show with their proofs: questions and counts, which name nobody."""
INSURANCE_SOURCE: Final = "insurance-sample"
"""Of what the insurance agency publishes (data/ward-plan.toml)."""


def offer_delivery(federation: Federation, url: str) -> None:
    """Write the commune's services and grants, and let its site have packages and counts; to be called once a start."""
    home = federation.consumer
    services = f"""\
[services."{ASKS}"]
url = "{url}/services/delivery/asks"
openapi = "{url}/services/delivery/asks/openapi.json"
secret_file = "../{PROVINCE_SECRET}"
requires_purpose = true
idempotent = true
"""
    grants = "\n".join(
        f"""\
[[grant]]
to = "{agency}"
service = "{ASKS}"
methods = ["{method}"]
paths = ["{path}"]
{write_purposes(PLANS)}
"""
        for agency in sorted(set(SERVICE_NAMES.values()))
        for method, path in (("POST", "/"), ("GET", "/*"))
    )
    write_private(home.folder / "services.toml", services.encode())
    write_private(home.folder / "grants.toml", grants.encode())
    token = encode_base64url(ensure_secret(federation.folder / TOKEN_FILE))
    told = (home.folder / "gateway.toml").read_text("utf-8")
    exported = ", ".join(f'"{service}"' for service in EXPORTED)
    table = f'[admin]\nexporters = ["{hash_token(token)}"]\nexported = [{exported}]\n'
    together = told.replace("[admin]\n", table) if "[admin]\n" in told else f"{told}\n{table}"
    write_private(home.folder / "gateway.toml", together.encode())


def describe_delivery(federation: Federation) -> str:
    """Give the lines of the province's settings: the gateway's proofs, within `[exchange]`, then what is counted."""
    statistics = f"{INSURANCE.name_subsystem(INSURANCE_KIND.subsystem)}/{STATISTICS}"
    return f"""\
admin = "{federation.consumer.admin}"
admin_token_file = "../{TOKEN_FILE}"
root = "{federation.root_text}"

[counting]
area = "{PROVINCE_AREA}"
cards = "{CARD_COUNTS}"

[counting.figures]
{INSURANCE_SOURCE} = "{statistics}"
"""

"""What the sandbox's sites offer over their members' gateways, to whom and for which purposes.

The registry's services are the provider's; the province's only service is for its own gateway, which asks whether a
purpose is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.sandbox.agencies.offices import CASES
from lienthong.sandbox.federation import CLIENT
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.members import CIVIL_REGISTRY
from lienthong.sandbox.purposes import write_purposes

if TYPE_CHECKING:
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.purposes import Purposes

CIVIL: Final = CIVIL_REGISTRY.name_subsystem("CIVIL")
REGISTRY_SECRET: Final = "sites/gateway.secret"  # noqa: S105 # a file's place
PROVINCE_SECRET: Final = "sites/province-gateway.secret"  # noqa: S105 # as above
REGISTRY_KEYS: Final = "registry-keys.json"
"""In the provider's gateway's home: the keys of the registry, whose tokens it takes."""


TOLD: Final = (
    (CIVIL, "births", "/"),
    (CIVIL, "deaths", "/"),
    (CASES, "residences", "/"),
    (CASES, "residences", "/end"),
    (CASES, "cards", "/"),
)
"""Who tells the registry of what."""
COUNTS_GRANT: Final = f"""\
[[grant]]
to = "{CLIENT}"
service = "POPULATION/statistics"
methods = ["GET"]
paths = ["/cards/counts"]
"""
"""Below the address of all services of the registry this grant opens the counts alone, which name nobody."""


def offer_registry(federation: Federation, url: str, purposes: Purposes) -> None:
    """Write who offers what to whom: units to all communes, people to the province's own site, with a purpose."""
    secret = f"../{REGISTRY_SECRET}"
    services = f"""\
[services."AREAS/units"]
url = "{url}/services/areas/units"
secret_file = "{secret}"
idempotent = true

[services."POPULATION/persons"]
url = "{url}/services/people/persons"
secret_file = "{secret}"
subject = "path:/{{number}}"
idempotent = true

[services."POPULATION/births"]
url = "{url}/services/people/births"
secret_file = "{secret}"
requires_purpose = true
idempotent = true
"""
    for service in ("deaths", "residences", "cards"):
        services += f"""
[services."POPULATION/{service}"]
url = "{url}/services/people/{service}"
secret_file = "{secret}"
subject = "body:/number"
idempotent = true
"""
    services += _describe_counts(url, secret)
    grants = f"""{COUNTS_GRANT}
[[grant]]
to = "group:communes"
service = "AREAS/units"
methods = ["GET", "HEAD"]
paths = ["/", "/*", "/*/successors"]

[[grant]]
to = "{CLIENT}"
service = "POPULATION/persons"
methods = ["GET"]
paths = ["/*", "/*/facts", "/*/household", "/*/as-parent"]
{write_purposes(purposes.look_ups)}
"""
    for client, service, path in TOLD:
        agency = "civil" if client == CIVIL else "population"
        grants += f"""
[[grant]]
to = "{client}"
service = "POPULATION/{service}"
methods = ["POST"]
paths = ["{path}"]
{write_purposes(purposes.by_agency[agency])}
"""
    # Who looked is told to the bearers of this registry's tokens; its key set comes once the site is up.
    settings = (federation.provider.folder / "gateway.toml").read_text("utf-8")
    trust = f'\n[tracker]\nissuer = "{url}"\nkeys = "{REGISTRY_KEYS}"\n'
    write_private(federation.provider.folder / "gateway.toml", (settings + trust).encode())
    write_private(federation.provider.folder / "services.toml", services.encode())
    write_private(federation.provider.folder / "grants.toml", grants.encode())


def _describe_counts(url: str, secret: str) -> str:
    return f"""
[services."POPULATION/statistics"]
url = "{url}/services/people"
secret_file = "{secret}"
idempotent = true
"""


def offer_case_check(federation: Federation, url: str) -> None:
    """Let the commune's gateway ask the case system about each purpose that names a case, and send none unchecked."""
    settings = (federation.consumer.folder / "gateway.toml").read_text("utf-8")
    check = f"""
[case_check]
url = "{url}/services/cases/check"
secret_file = "../{PROVINCE_SECRET}"
required = true
"""
    write_private(federation.consumer.folder / "gateway.toml", (settings + check).encode())

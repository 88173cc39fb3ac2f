"""Where the sample agencies are: their settings and books, and what their gateways offer to the cases' system.

Made again with each call; books stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.sandbox.agencies.civil_registry import CIVIL
from lienthong.sandbox.agencies.coordination import ASKS, STATISTICS
from lienthong.sandbox.agencies.insurance import INSURANCE as INSURANCE_KIND
from lienthong.sandbox.agencies.social_affairs import SOCIAL
from lienthong.sandbox.federation import CLIENT
from lienthong.sandbox.gateway_home import FOLDER_MODE, ensure_secret, write_private
from lienthong.sandbox.members import CIVIL_REGISTRY, COMMUNE, HOME_AFFAIRS, INSURANCE, SOCIAL_AFFAIRS
from lienthong.sandbox.ports import LOOPBACK, find_free_ports
from lienthong.sandbox.purposes import PLANS, write_purposes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lienthong.sandbox.agencies.duties import AgencyKind
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.members import SandboxMember

AGENCIES_FOLDER: Final = "agencies"
KINDS: Final = ((CIVIL_REGISTRY, CIVIL), (INSURANCE, INSURANCE_KIND), (SOCIAL_AFFAIRS, SOCIAL))
CASES: Final = COMMUNE.name_subsystem("CASES")
"""The subsystem that asks the agencies."""
SERVICE_NAMES: Final = {
    "civil": CIVIL_REGISTRY.name_subsystem(CIVIL.subsystem),
    "population": HOME_AFFAIRS.name_subsystem("POPULATION"),
    "insurance": INSURANCE.name_subsystem(INSURANCE_KIND.subsystem),
    "social": SOCIAL_AFFAIRS.name_subsystem(SOCIAL.subsystem),
}
"""What procedures call an agency, and the subsystem that answers for it."""
NAMES: Final = {subsystem.rpartition("/")[2]: name for name, subsystem in SERVICE_NAMES.items()}
"""The same, by the subsystem's own code."""


@dataclass(frozen=True, slots=True)
class AgencyOffice:
    """One sample agency: who it is, and where its process finds its settings and listens."""

    member: SandboxMember
    kind: AgencyKind
    folder: Path
    port: int

    @property
    def settings(self) -> Path:
        """The settings of its process."""
        return self.folder / "agency.toml"

    @property
    def behaviour(self) -> Path:
        """What it is told to do otherwise than usual."""
        return self.folder / "behaviour.json"

    @property
    def url(self) -> str:
        """Where its own gateway finds it."""
        return f"http://{LOOPBACK}:{self.port}"


def make_offices(federation: Federation, purposes: Mapping[str, tuple[str, ...]]) -> tuple[AgencyOffice, ...]:
    """Write the settings of all sample agencies, and let their gateways offer what they do, each for its purposes.

    `purposes` are codes of procedures by the name that these have for an agency.
    """
    folder = federation.folder / AGENCIES_FOLDER
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    ports = find_free_ports(len(KINDS))
    offices = tuple(
        AgencyOffice(member, kind, folder / member.folder, port)
        for (member, kind), port in zip(KINDS, ports, strict=True)
    )
    for office in offices:
        office.folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        ensure_secret(office.folder / "gateway.secret")
        write_private(office.settings, _describe(office, federation).encode())
        home = federation.find_home(office.member).folder
        write_private(home / "services.toml", _offer(office).encode())
        write_private(home / "grants.toml", _grant(office, purposes[NAMES[office.kind.subsystem]]).encode())
    return offices


def _describe(office: AgencyOffice, federation: Federation) -> str:
    settings = f"""\
subsystem = "{office.kind.subsystem}"
port = {office.port}
folder = "{office.folder}"
secret_file = "{office.folder / "gateway.secret"}"
"""
    if not office.member.asking:
        return settings
    return f"""\
{settings}gateway = "{federation.find_home(office.member).consumers}"
client = "{office.member.name_subsystem(office.kind.subsystem)}"
token_file = "{federation.find_token_file(office.kind.subsystem)}"
population = "{SERVICE_NAMES["population"]}"
"""


def _offer(office: AgencyOffice) -> str:
    """Give services.toml: every service asks a purpose; one whose messages name a person by number says where."""
    offers = []
    for service in office.kind.list_services():
        place = next(duty.tells_person for duty in office.kind.duties if duty.service == service)
        asks = f'subject = "{place}"' if place else "requires_purpose = true"
        offers.append(f"""\
[services."{office.kind.subsystem}/{service}"]
url = "{office.url}/{service}"
openapi = "{office.url}/{service}/openapi.json"
secret_file = "../{AGENCIES_FOLDER}/{office.member.folder}/gateway.secret"
idempotent = true
{asks}
""")
    return "\n".join([*offers, _offer_coordination(office)])


def _offer_coordination(office: AgencyOffice) -> str:
    """Give services.toml of what others ask for their tasks: questions with their legal basis, and figures for all."""
    secret = f"../{AGENCIES_FOLDER}/{office.member.folder}/gateway.secret"
    return f"""\
[services."{office.kind.subsystem}/{ASKS}"]
url = "{office.url}/{ASKS}"
openapi = "{office.url}/{ASKS}/openapi.json"
secret_file = "{secret}"
idempotent = true
requires_purpose = true

[services."{office.kind.subsystem}/{STATISTICS}"]
url = "{office.url}/{STATISTICS}"
secret_file = "{secret}"
idempotent = true
"""


def _grant(office: AgencyOffice, purposes: tuple[str, ...]) -> str:
    told = "\n".join(
        f"""\
[[grant]]
to = "{CASES}"
service = "{office.kind.subsystem}/{service}"
methods = ["POST"]
paths = ["/", "/cancel", "/outcome/*"]
{write_purposes(purposes)}
"""
        for service in office.kind.list_services()
    )
    asked = "\n".join(
        f"""\
[[grant]]
to = "{CLIENT}"
service = "{office.kind.subsystem}/{ASKS}"
methods = ["{method}"]
paths = ["{path}"]
{write_purposes(PLANS)}
"""
        for method, path in (("POST", "/"), ("GET", "/*"))
    )
    return f"""\
{told}
{asked}
[[grant]]
to = "{CLIENT}"
service = "{office.kind.subsystem}/{STATISTICS}"
methods = ["GET"]
paths = ["/figures"]
"""

"""The sandbox's members as data: who they are, which of their systems ask others, and where their gateways' homes lie.

`PAIR` is enough for one exchange; `PROVINCE` is all that a linked case needs. Nothing here is a real agency: the State
assigns no agency code under Z99.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lienthong.directory.members import Member, Subsystem
from lienthong.sandbox.marks import (
    CIVIL_AGENCY,
    COMMUNE_AGENCY,
    HOME_AFFAIRS_AGENCY,
    INSTANCE,
    INSURANCE_AGENCY,
    SOCIAL_AGENCY,
)


@dataclass(frozen=True, slots=True)
class SandboxMember:
    """One member: what the directory says of it, its gateway's folder, and its subsystems that ask others."""

    member: Member
    folder: str
    asking: tuple[str, ...] = ()

    def name_subsystem(self, code: str) -> str:
        """Give the whole name of one of its subsystems."""
        return f"{self.member.id}/{code}"


COMMUNE: Final = SandboxMember(
    Member(
        f"{INSTANCE}/GOV/{COMMUNE_AGENCY}",
        "UBND phường mẫu (sandbox)",
        (
            Subsystem("PORTAL", "Cổng dịch vụ công mẫu (sandbox)"),
            Subsystem("CASES", "Hệ thống giải quyết thủ tục hành chính mẫu (sandbox)"),
        ),
    ),
    "commune",
    ("PORTAL", "CASES"),
)
HOME_AFFAIRS: Final = SandboxMember(
    Member(
        f"{INSTANCE}/GOV/{HOME_AFFAIRS_AGENCY}",
        "Sở Nội vụ mẫu (sandbox)",
        (
            Subsystem("AREAS", "Danh mục đơn vị hành chính (sandbox)"),
            Subsystem("POPULATION", "Cơ sở dữ liệu dân cư mẫu (sandbox)"),
        ),
    ),
    "home-affairs",
)
CIVIL_REGISTRY: Final = SandboxMember(
    Member(
        f"{INSTANCE}/GOV/{CIVIL_AGENCY}",
        "Cơ quan hộ tịch mẫu (sandbox)",
        (Subsystem("CIVIL", "Phần mềm đăng ký, quản lý hộ tịch mẫu (sandbox)"),),
    ),
    "civil-registry",
    ("CIVIL",),
)
INSURANCE: Final = SandboxMember(
    Member(
        f"{INSTANCE}/GOV/{INSURANCE_AGENCY}",
        "Bảo hiểm xã hội mẫu (sandbox)",
        (Subsystem("INSURANCE", "Phần mềm cấp thẻ bảo hiểm y tế mẫu (sandbox)"),),
    ),
    "insurance",
)
SOCIAL_AFFAIRS: Final = SandboxMember(
    Member(
        f"{INSTANCE}/GOV/{SOCIAL_AGENCY}",
        "Cơ quan trợ giúp xã hội mẫu (sandbox)",
        (Subsystem("SOCIAL", "Phần mềm trợ cấp xã hội mẫu (sandbox)"),),
    ),
    "social-affairs",
)

PAIR: Final = (COMMUNE, HOME_AFFAIRS)
PROVINCE: Final = (COMMUNE, HOME_AFFAIRS, CIVIL_REGISTRY, INSURANCE, SOCIAL_AFFAIRS)

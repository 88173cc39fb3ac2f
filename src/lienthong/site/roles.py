"""The roles of a site: which applications and which URLs each has.

A role is a deployment of its own: `registry` is the State's side (the population registry and the provider of
sign-ins), `province` is what a province installs. The province has no part of `people`: it asks over the exchange.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lienthong.identity.provider.configuration import PROVIDER_APPS
from lienthong.identity.relying.configuration import RELYING_APPS


class Role(StrEnum):
    """What a site is."""

    REGISTRY = "registry"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class RoleParts:
    """The parts of a role: its applications of ours, and the module of its URLs."""

    apps: tuple[str, ...]
    urls: str


ROLES: Final = {
    Role.REGISTRY: RoleParts(
        ("lienthong.areas", "lienthong.people", "lienthong.identity", *PROVIDER_APPS, "lienthong.portal"),
        "lienthong.site.urls_registry",
    ),
    Role.PROVINCE: RoleParts(
        (
            "lienthong.areas",
            "lienthong.identity",
            *RELYING_APPS,
            "lienthong.cases",
            "lienthong.delivery",
            "lienthong.portal",
        ),
        "lienthong.site.urls_province",
    ),
}

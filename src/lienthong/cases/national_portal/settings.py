"""How a site reaches the national portal: the section `[national_portal]` of its settings."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import msgspec

from lienthong.cases.errors import CasesError, CasesErrorKind


class NationalPortalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `address` there is no portal: nothing is asked, and nothing told."""

    address: str = ""
    account: str = ""
    secret_file: str = ""
    units: dict[str, str] = {}
    """By the portal's code of a receiving unit, our code of the agency; an agency that is not here has one code."""
    counter_cases: bool = False
    """Whether cases of the counter are made known there, with their papers."""
    is_remote: bool = False
    """Whether it may be beyond this machine. The names are second-hand: first try them with who keeps the portal."""


def verify_portal_settings(own: NationalPortalSettings) -> None:
    """Refuse an address that is no portal's, or that leaves this machine unasked; raises NO_PORTAL."""
    if not own.address:
        return
    parts = urlsplit(own.address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise _fault(f"address {own.address!r}: expected https://HOST/PATH, or http:// inside this machine")
    if not own.account or not own.secret_file:
        raise _fault("expected `account` and `secret_file`: who asks, and the file of their secret")
    if _is_loopback(parts.hostname):
        return
    if not own.is_remote:
        raise _fault(f"address {own.address!r}: it is beyond this machine; set `is_remote = true` if that is meant")
    if parts.scheme != "https":
        raise _fault(f"address {own.address!r}: expected https, for what is sent is about people")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fault(text: str) -> CasesError:
    return CasesError(CasesErrorKind.NO_PORTAL, f"[national_portal] {text}; docs/national-portal.md has an example")

"""What a site's settings say of its own pages of cases: whether people file here, and how they reach the office."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Profile(StrEnum):
    """Where people file their cases."""

    VIETNAM = "vietnam"
    """On the national portal, or at a counter: our pages say so, and offer no filing of their own."""
    STANDALONE = "standalone"
    """Here: for a sandbox, and wherever no national portal stands before this site."""


class OfficeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[office]`: what is shown wherever a person may want to ask somebody."""

    phone: str = ""
    address: str = ""
    hours: str = ""

"""What a province counts each night beside its cases: the section `[counting]` of a site's settings."""

from __future__ import annotations

import msgspec


class CountingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Services are named in full, `INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE`; what is empty is not asked for."""

    area: str = ""
    """The province's code: the counts of its gateway stand there."""
    cards: str = ""
    """The service at which the registry offers `/cards/counts`."""
    figures: dict[str, str] = {}
    """Of each source the agency's service, which answers `/figures`."""

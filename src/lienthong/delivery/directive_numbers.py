"""What a document's number tells: whose it is, of which kind, and by whom (pure).

12-NQ/TW is a resolution of the Party's centre, 1811/QĐ-UBND a decision of a People's Committee. A name such as Đề án 06
tells its kind only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lienthong.delivery.directive_words import DirectiveKind, Side, Tier
from lienthong.delivery.reading.references import find_references

_KINDS: Final = {
    "NQ": DirectiveKind.RESOLUTION,
    "NQLT": DirectiveKind.RESOLUTION,
    "QĐ": DirectiveKind.DECISION,
    "CT": DirectiveKind.INSTRUCTION,
    "KL": DirectiveKind.CONCLUSION,
    "QC": DirectiveKind.REGULATION,
    "QCPH": DirectiveKind.REGULATION,
    "QyĐ": DirectiveKind.REGULATION,
    "QĐi": DirectiveKind.REGULATION,
    "L": DirectiveKind.LAW,
    "NĐ": DirectiveKind.DECREE,
    "TT": DirectiveKind.CIRCULAR,
    "TTLT": DirectiveKind.CIRCULAR,
    "ĐA": DirectiveKind.SCHEME,
    "CTr": DirectiveKind.PROGRAMME,
    "CTHĐ": DirectiveKind.PROGRAMME,
    "KH": DirectiveKind.PLAN,
    "KHLT": DirectiveKind.PLAN,
    "HD": DirectiveKind.GUIDANCE,
    "BC": DirectiveKind.REPORT,
    "CV": DirectiveKind.LETTER,
}
_NAMED: Final = {
    "Nghị quyết": DirectiveKind.RESOLUTION,
    "Quyết định": DirectiveKind.DECISION,
    "Chỉ thị": DirectiveKind.INSTRUCTION,
    "Kết luận": DirectiveKind.CONCLUSION,
    "Đề án": DirectiveKind.SCHEME,
    "Chương trình": DirectiveKind.PROGRAMME,
    "Kế hoạch": DirectiveKind.PLAN,
    "Quy hoạch": DirectiveKind.PLAN,
    "Nghị định": DirectiveKind.DECREE,
    "Thông tư": DirectiveKind.CIRCULAR,
    "Quy định": DirectiveKind.REGULATION,
}
_CENTRE: Final = ("TW", "QH", "CP", "TTg", "UBTVQH", "VPCP", "BCA", "BTC", "BNV", "BTP", "BCT")
_PROVINCE: Final = ("TU", "VPTU", "BTVTU")


@dataclass(frozen=True, slots=True)
class NumberParts:
    """What could be told: the tier is empty where the issuer's letters do not say (a UBND has any)."""

    number: str
    kind: DirectiveKind
    side: Side
    tier: Tier | None


def describe_number(number: str) -> NumberParts:
    """Tell what a number or short name says by itself."""
    found = find_references(number)
    if found and found[0].symbol:
        reference = found[0]
        side = Side.PARTY if "-" in reference.value.split("/", maxsplit=1)[0] else Side.STATE
        kind = _KINDS.get(reference.symbol, DirectiveKind.OTHER)
        return NumberParts(reference.value, kind, side, _find_tier(reference.issuer))
    named = next((kind for start, kind in _NAMED.items() if number.startswith(start)), DirectiveKind.OTHER)
    is_party = "Đại hội" in number
    return NumberParts(number, named, Side.PARTY if is_party else Side.STATE, None)


def _find_tier(issuer: str) -> Tier | None:
    first = issuer.split("-", maxsplit=1)[0]
    if first in _PROVINCE:
        return Tier.PROVINCE
    is_central = issuer.endswith("TW") or first.rstrip("0123456789") in _CENTRE
    return Tier.CENTRE if is_central else None

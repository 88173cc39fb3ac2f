"""What every sandbox answer and screen carries, so that nothing synthetic is taken for real.

Owns the instance name, the agencies' codes and the notice. Refuses nothing by itself: the callers put
the marks on what they show.
"""

from __future__ import annotations

from typing import Final

import msgspec

INSTANCE: Final = "DEMO"
"""The only instance the sandbox ever uses; a real one is `VN`."""

NO_LEGAL_VALUE: Final = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"  # noqa: RUF001 # the dash of the official wording
"""The notice of every sandbox answer, page and paper ("sample, without legal value")."""

PROVINCE_AREA: Final = "99"
"""The invented province, in which all stands that the sandbox counts."""

COMMUNE_AGENCY: Final = "Z99.01"
"""The consumer. The State assigns no agency code under Z99, so it can meet no real one."""

HOME_AFFAIRS_AGENCY: Final = "Z99.02"
"""The provider of the areas service and of the people's."""

CIVIL_AGENCY: Final = "Z99.03"
"""The civil registry: births and deaths."""

INSURANCE_AGENCY: Final = "Z99.04"
"""The health insurance agency."""

SOCIAL_AGENCY: Final = "Z99.05"
"""The agency of social affairs: allowances after a death."""


class SandboxMark(msgspec.Struct, frozen=True):
    """The `sandbox` field of every answer: which agency answered, and that it is no authority."""

    agency: str
    instance: str = INSTANCE
    notice: str = NO_LEGAL_VALUE

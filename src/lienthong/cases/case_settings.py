"""What a site's settings say of its cases: the section `[cases]`."""

from __future__ import annotations

import msgspec

from lienthong.cases.numbering import CodeFormat


class CaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At which office cases are filed, how they are numbered, and where the key of receipts lies."""

    unit: str = ""
    code_format: CodeFormat = CodeFormat.AGENCY
    receipt_key_file: str = "receipts.key"

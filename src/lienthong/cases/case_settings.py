"""What a site's settings say of its cases: the section `[cases]`."""

from __future__ import annotations

import msgspec

from lienthong.cases.numbering import CodeFormat


class CaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At which office cases are filed, how they are numbered, and where what they need lies."""

    unit: str = ""
    code_format: CodeFormat = CodeFormat.AGENCY
    receipt_key_file: str = "receipts.key"
    procedures: tuple[str, ...] = ()
    """Folders of the province's own procedures, beside those that come with this program."""
    days_off: str = ""
    """A file of days off and days worked over what is known."""

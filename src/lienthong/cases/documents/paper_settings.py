"""What a site's settings say of documents and papers: the section `[papers]`."""

from __future__ import annotations

import msgspec


class PaperSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where files and keys lie, what scans a file before it is kept, and the place that papers are dated from."""

    files: str = "documents"
    keys: str = "paper-keys"
    roots_file: str = ""
    scan: tuple[str, ...] = ()
    place: str = ""

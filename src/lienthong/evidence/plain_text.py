"""Text of strangers on a person's screen: statements and headers may hold what would move the cursor or hide words."""

from __future__ import annotations

from datetime import UTC, datetime


def plain_text(text: str) -> str:
    """Give the text with everything that is not printable, such as escapes and direction marks, spelled out."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def show_time(ms: int) -> str:
    """Give a time in UTC with its milliseconds; a number that no calendar holds stays a number."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).isoformat(" ", "milliseconds").replace("+00:00", " UTC")
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"

"""Text of strangers on a person's screen: statements and headers may hold what would move the cursor or hide words."""

from __future__ import annotations


def plain_text(text: str) -> str:
    """Give the text with everything that is not printable, such as escapes and direction marks, spelled out."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)

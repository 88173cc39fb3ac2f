"""Notes of doubt in the data files that come along, which are in English, for who reads Vietnamese.

A province's own notes are in the language in which it writes them, and are shown as they are.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 # what Babel knows a text by that is only marked

NOTES: Final = frozenset(
    {
        N_(
            "A part of the targets, from the press and not checked against the resolution: the list of the "
            "nineteen that a report of 2024 speaks of was not found. A province replaces this file with its "
            "own."
        ),
        N_("The source says about ten percent a year."),
        N_("The source says `top group`; that it is the first five is assumed here."),
        N_("From the press, not checked against the resolution."),
        N_("Its targets were not read; the plan stands here for its horizon."),
        N_("The year is concluded; the years counted and the threshold are not stated."),
        N_(
            "Whether 2015 counts is in dispute between the sources: with it, 2023 is the ninth year, without "
            "it the eighth."
        ),
        N_("Which three years is not stated; 2020 to 2022 is concluded. Two digits are read as ten percent."),
        N_("The year is concluded."),
        N_("Never worked out again from the rounded 9,500, which would give 2.22."),
        N_("What it is compared with is not stated; another source says about 1.23."),
        N_("Neither the list of the nineteen nor the rule is public."),
        N_("The specimen gives the name only; number, day and title are unconfirmed here."),
        N_("The specimen gives no number and no day."),
        N_("The press gives no number and no day of the resolution."),
        N_("The exact title was not read here."),
    }
)
"""The notes that the catalogue of these pages has."""


def word_note(note: str) -> str:
    """Give a note in the page's language, where it is one that comes along; else as it was written."""
    return gettext(note) if note in NOTES else note

"""The system's Chromium: `python -m tests.browser.chromium` says whether there is one, by its exit code."""

from __future__ import annotations

import shutil
import sys
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """Give the program's path."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    sys.exit(find_chromium() is None)

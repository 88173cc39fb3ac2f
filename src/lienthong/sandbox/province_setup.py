"""Fills the sandbox's province: `python -m lienthong.sandbox.province_setup --settings FILE --staff-logins FILE`.

A process of its own, as an operator's commands are: tables, units, officers and a leader with posts, plans, and tasks
of theirs. Safe to repeat: what is there stays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lienthong.kernel.errors import LienthongError
from lienthong.site.roles import Role
from lienthong.site.serving import migrate, prepare_site


def main() -> int:
    """Read the command line and fill; gives the exit code."""
    parser = argparse.ArgumentParser(prog="province_setup", description="Fill the sandbox's province.")
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--staff-logins", type=Path, required=True, help="where to write who can sign in")
    told = parser.parse_args()
    try:
        with prepare_site(told.settings, Role.PROVINCE, _say):
            from django.utils import timezone  # noqa: PLC0415 # settings come first

            from lienthong.delivery.loading import load_set  # noqa: PLC0415 # reads models
            from lienthong.delivery.tasks import find_day  # noqa: PLC0415 # reads models
            from lienthong.sandbox.country_units import load_country  # noqa: PLC0415 # reads models
            from lienthong.sandbox.delivery_tasks import make_illustrative_tasks  # noqa: PLC0415 # reads models
            from lienthong.sandbox.earlier_cases import make_earlier_cases  # noqa: PLC0415 # reads models
            from lienthong.sandbox.province_staff import make_province_logins  # noqa: PLC0415 # reads models
            from lienthong.sandbox.ward_plan import load_ward_plan  # noqa: PLC0415 # reads models

            migrate(lambda _: None)
            _say("made the tables")
            load_country(_say)
            make_province_logins(told.staff_logins, _say)
            for illustrative in (False, True):
                load_set(lambda _: None, illustrative=illustrative)
            _say("loaded what is reported of Quang Ninh, and the invented province")
            load_ward_plan(_say)
            make_illustrative_tasks(_say)
            make_earlier_cases(find_day(timezone.now()), _say)
    except LienthongError as error:
        sys.stderr.write(f"province_setup: {error.message}\n")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Fills the sandbox's registry: `python -m lienthong.sandbox.registry_setup --settings FILE --province URL`.

A process of its own, as an operator's commands are: tables, units, synthetic people with cards, the province as a
client of the sign-ins, one person who can sign in, clerks and an administrator. Safe to repeat: what is there stays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lienthong.kernel.errors import LienthongError
from lienthong.sandbox.people_counts import DEMO_PEOPLE
from lienthong.site.roles import Role
from lienthong.site.serving import migrate, prepare_site


def main() -> int:
    """Read the command line and fill; gives the exit code."""
    parser = argparse.ArgumentParser(prog="registry_setup", description="Fill the sandbox's registry.")
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--province", required=True, help="the province's address, as browsers see it")
    parser.add_argument("--client-secret", type=Path, required=True)
    parser.add_argument("--logins", type=Path, required=True, help="where to write who can sign in")
    parser.add_argument("--staff-logins", type=Path, required=True, help="the same for clerks and administrator")
    parser.add_argument("--people", type=int, default=DEMO_PEOPLE)
    told = parser.parse_args()
    try:
        with prepare_site(told.settings, Role.REGISTRY, _say):
            # These read models, which need Django set up.
            from lienthong.sandbox.country_units import load_country  # noqa: PLC0415 # reads models
            from lienthong.sandbox.registry_people import fill_people, make_citizen  # noqa: PLC0415 # as above
            from lienthong.sandbox.registry_places import register_province  # noqa: PLC0415 # as above
            from lienthong.sandbox.registry_staff import make_staff_logins  # noqa: PLC0415 # as above

            migrate(lambda _: None)
            _say("made the tables")
            load_country(_say)
            fill_people(told.people, _say)
            register_province(told.province, told.client_secret)
            make_citizen(told.logins, _say)
            make_staff_logins(told.staff_logins, _say)
    except LienthongError as error:
        sys.stderr.write(f"registry_setup: {error.message}\n")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

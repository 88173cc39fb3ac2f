"""`python -m lienthong.provider URL --body FILE --other-body FILE --count COMMAND`: the kit, from a shell."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from lienthong.provider.errors import ProviderError
from lienthong.provider.kit import Probe, check_other_content, check_sent_at_once, check_sent_twice

CHECKS = (check_sent_twice, check_other_content, check_sent_at_once)


def main(arguments: list[str] | None = None) -> int:
    """Run the checks that need no control over the service's process; 0 if it passes all."""
    parser = argparse.ArgumentParser(prog="python -m lienthong.provider", description=__doc__)
    parser.add_argument("url", help="the service, and the path that changes something")
    parser.add_argument("--method", default="POST")
    parser.add_argument("--body", type=Path, required=True, help="a file with the request's body")
    parser.add_argument("--other-body", type=Path, required=True, help="a file with other content")
    parser.add_argument("--header", action="append", default=[], help="NAME:VALUE, such as the gateway's secret")
    parser.add_argument("--count", required=True, help="a command that prints how many effects X-Road-Id {} had")
    chosen = parser.parse_args(arguments)
    headers = dict(each.split(":", 1) for each in chosen.header)
    probe = Probe(chosen.url, chosen.body.read_bytes(), chosen.other_body.read_bytes(), chosen.method, headers=headers)

    def count(message_id: str) -> int:
        command = [word.replace("{}", message_id) for word in shlex.split(chosen.count)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603 - theirs

    code = 0
    for check in CHECKS:
        try:
            check(probe, count)
            sys.stdout.write(f"passed  {check.__name__}\n")
        except ProviderError as error:
            sys.stdout.write(f"FAILED  {check.__name__}: {error.message}\n")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())

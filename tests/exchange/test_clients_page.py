"""The examples of docs/clients.md, run as they stand, one after another in one folder, against two gateways."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.exchange.gateway.province import CLIENT, TOKEN, Province
from tests.exchange.gateway.running import RunningGateway
from tests.guards.tree import ROOT
from tests.simulators.backend import Backend

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
EXAMPLES = _BLOCK.findall((ROOT / "docs" / "clients.md").read_text())
GRANTS = "".join(
    f'[[grant]]\nto = "{CLIENT}"\nservice = "AREAS/{service}"\nmethods = ["GET", "POST", "PUT"]\npaths = ["/**"]\n'
    for service in ("units", "persons")
)
RUNNERS = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
PATIENCE_S = 60


def _matches(told: str, wanted: str) -> bool:
    """`…` in the page stands for what differs each time."""
    return re.fullmatch(re.escape(wanted.strip()).replace("…", ".*"), told.strip(), re.DOTALL) is not None


@pytest.mark.parametrize("language", RUNNERS)
def test_every_example_of_the_page_does_what_the_page_says(tmp_path: Path, language: str) -> None:
    if language == "sh" and shutil.which("curl") is None:
        pytest.skip("this machine has no curl")
    work = tmp_path / "work"
    work.mkdir()
    with Backend() as service:
        province = Province(tmp_path, service.port)
        (province.agency.folder / "grants.toml").write_text(GRANTS)
        with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:
            known = {"GATEWAY": consumer.consumers, "CLIENT": CLIENT, "TOKEN": TOKEN}
            for example, wanted in [(example, wanted) for of, example, wanted in EXAMPLES if of == language]:
                done = subprocess.run(
                    [*RUNNERS[language], example],
                    cwd=work,
                    env={**os.environ, **known},
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE_S,
                    check=False,
                )
                assert (done.returncode, done.stderr) == (0, ""), example
                assert _matches(done.stdout, wanted), (example, done.stdout)


def test_the_page_has_each_kind_of_example() -> None:
    assert sum(language == "sh" for language, _, _ in EXAMPLES) >= 5
    assert sum(language == "python" for language, _, _ in EXAMPLES) >= 5
    assert _matches("a 1 b\n", "a … b")
    assert not _matches("a 1 c", "a … b")

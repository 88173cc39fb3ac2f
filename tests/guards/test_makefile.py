from __future__ import annotations

import re
import tomllib

from tests.guards.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_target_for_people_is_in_the_help() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None

    described = re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE)
    assert sorted(described) == sorted(phony.group(1).split())


def test_every_locked_requirement_has_hashes_and_each_file_its_source() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        source = ROOT / ("pyproject.toml" if lock.stem in {"core", "figures"} else f"requirements/{lock.stem}.in")
        assert source.is_file()
        requirements = re.split(r"\n(?=[a-z])", lock.read_text())[1:]
        assert requirements
        assert [text for text in requirements if "--hash=sha256:" not in text] == []


def test_every_dependency_of_the_package_is_locked() -> None:
    names = {
        re.split(r"[<>=\[; ]", requirement)[0]
        for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/core.txt").read_text(), re.MULTILINE))

    assert names <= locked


def test_ci_runs_make_test() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()

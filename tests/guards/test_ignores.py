from __future__ import annotations

import re

from tests.guards.tree import ROOT, python_files

# In pieces, so that this file is not taken for an ignore itself.
_LINT = re.compile(r"#\s*no" r"qa(?!: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* (?:#|-) \w)")
_TYPES = re.compile(r"#\s*type: " r"ignore(?!\[[a-z, -]+\] (?:#|-) \w)")
_COVERAGE = re.compile(r"#\s*pragma: " r"no cover")


def _lines(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("src", "tests", "bench")
        for path in python_files(ROOT / folder)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_ignored_lint_names_its_rule_and_its_reason() -> None:
    assert _lines(_LINT) == []


def test_every_ignored_type_error_names_its_code_and_its_reason() -> None:
    assert _lines(_TYPES) == []


def test_no_line_is_left_out_of_coverage() -> None:
    assert _lines(_COVERAGE) == []


def test_every_rule_that_is_off_for_the_project_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    lint = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8-type-checking]")]
    rules = [line for line in lint.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*",', line)]

    assert len(rules) > 5
    assert [line for line in rules if not re.search(r",\s+# \w.{5}", line)] == []

"""What is wrong with a procedure's folder is told with file and line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.cases.catalogue import load_catalogue
from lienthong.cases.catalogue_check import check_folder
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.marked_file import FaultsError, parse_marked

if TYPE_CHECKING:
    from pathlib import Path

PROCEDURE = """\
code: "9.900001"
code_status: sandbox
valid: {from: 2026-01-01, to: 2026-12-31}
title: {vi: "Mẫu", en: "Sample"}
legal:
  - {document: "1/QĐ", date: 2025-12-01, status: sandbox}
authority: commune
level: 1
form: form.schema.json
limits:
  - {step: one, working_days: 2}
chain: {working_days: 3}
variants:
  - {name: a, title: {vi: "A", en: "A"}}
  - {name: b, title: {vi: "B", en: "B"}}
parameters:
  - {name: sum, title: {vi: "S", en: "S"}, amount: 5, valid: {from: 2026-01-01}}
steps:
  - id: one
    title: {vi: "Một", en: "One"}
    agency: civil
    service: births
    send: "{name: form.name}"
  - id: two
    title: {vi: "Hai", en: "Two"}
    agency: population
    service: residences
    needs: [one]
    when: "form.variant == 'a'"
    send: "{number: steps.one.number}"
outcome:
  - {document: paper, title: {vi: "G", en: "P"}, from: two}
"""

WORDS = {"vi": "x", "en": "x"}
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["variant", "name"],
    "x-pages": [{"name": "one", "title": WORDS, "fields": ["variant", "name", "more"]}],
    "properties": {
        "variant": {"x-kind": "choice", "x-label": WORDS, "x-options": {"a": WORDS, "b": WORDS}},
        "name": {"x-kind": "name", "x-label": WORDS, "x-own": True, "x-prefill": {"service": "p", "path": "full_name"}},
        "more": {"x-kind": "text", "x-label": WORDS, "x-when": "variant == 'a'", "x-required": True},
    },
}


def make_folder(root: Path, procedure: str = PROCEDURE, form: str = "") -> Path:
    folder = root / "sample"
    folder.mkdir(exist_ok=True)
    (folder / "procedure.yaml").write_text(procedure, "utf-8")
    (folder / "form.schema.json").write_text(form or json.dumps(FORM, indent=1), "utf-8")
    return folder


def find_faults(folder: Path) -> list[str]:
    procedure, faults = check_folder(folder)
    assert (procedure is None) is bool(faults)
    return [str(fault) for fault in faults]


def test_a_good_folder_has_no_faults(tmp_path: Path) -> None:
    assert find_faults(make_folder(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('code: "9.900001"', "code: 9.900001", 1, "expected string"),
        ('code: "9.900001"', 'code: "1.1"', 1, "not of the form"),
        ("from: 2026-01-01, to", "from: 2026-02-30, to", 3, "no day of the calendar"),
        ("to: 2026-12-31", "to: 2025-12-31", 3, "before from"),
        ('en: "Sample"}', 'en: ""}', 4, "title.en"),
        ("status: sandbox}", "status: sure}", 6, "expected one of cited, unconfirmed, sandbox"),
        ("authority: commune", "authority: district", 7, "expected one of commune"),
        ("level: 1", "levels: 1", 1, "nobody reads levels"),
        ("level: 1", "", 1, "expected level"),
        ("form: form.schema.json", "form: other.json", 9, "no file 'other.json'"),
        ("{step: one, working_days: 2}", "{step: none, working_days: 2}", 11, "'none' is no step"),
        ("{step: one, working_days: 2}", "{working_days: 2}", 11, "the limit of the whole is `chain`"),
        ("{step: one, working_days: 2}", "{step: one, rule: same_day_before}", 11, "expected time"),
        ("{step: one, working_days: 2}", '{step: one, working_days: 2, time: "15:00"}', 11, "does not go with"),
        ("chain: {working_days: 3}", "chain: {working_days: 3, step: one}", 12, "limits"),
        ("name: b,", "name: c,", 13, "expected the variants a, c"),
        (
            "parameters:",
            'parameters:\n  - {name: sum, title: {vi: "S", en: "S"}, amount: 6, valid: {from: 2026-05-01}}',
            18,
            "another amount in the same time",
        ),
        ("  - id: two", "  - id: one", 24, "another step's id"),
        ("needs: [one]", "needs: [three]", 28, "no step that stands before"),
        ("needs: [one]", "needs: [two]", 28, "no step that stands before"),
        ("needs: [one]", "needs: []", 30, "'one' is no step that this one needs"),
        ("{name: form.name}", "{name: form.nam}", 23, "'nam' is no field of the form"),
        ("{name: form.name}", "{name: answers.name}", 23, "none of form, steps, case"),
        ("{name: form.name}", "{name: case.secret}", 23, "no word about the case"),
        ("{name: form.name}", "{name: form.", 23, "expression"),
        ("form.variant == 'a'", "form.varian == 'a'", 29, "'varian' is no field"),
        ("from: two}", "from: three}", 32, "'three' is no step"),
        ("level: 1", "level: 1\nlevel: 2", 9, "'level' stands twice"),
        ("level: 1", "level: [1", 9, ""),
        ("level: 1", "level: *one", 8, "an alias"),
    ],
)
def test_a_fault_of_a_procedure_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in PROCEDURE
    faults = find_faults(make_folder(tmp_path, PROCEDURE.replace(old, new)))
    assert any(fault.startswith(f"sample/procedure.yaml:{line}: ") and said in fault for fault in faults), faults


def change(path: tuple[str, ...], value: object) -> str:
    form = json.loads(json.dumps(FORM))
    place = form
    for part in path[:-1]:
        place = place[part]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(form, indent=1)


@pytest.mark.parametrize(
    ("path", "value", "at", "said"),
    [
        (("properties", "name", "x-kind"), "nam", '"x-kind": "nam"', "expected one of text"),
        (("properties", "name", "x-hind"), WORDS, '"name": {', "nobody reads x-hind"),
        (("properties", "name", "type"), "integer", '"type": "integer"', "is of type string"),
        (("properties", "name", "x-own"), False, '"name": {', "only a question about the applicant"),
        (("properties", "name", "x-sensitive"), True, '"name": {', "never filled in"),
        (("properties", "name", "x-prefill", "path"), "a..b", '"path": "a..b"', "expression"),
        (("properties", "name", "x-prefill", "path"), "ethnicity", '"path": "ethnicity"', "never filled in"),
        (("properties", "name", "x-options"), {"a": WORDS, "b": WORDS}, '"name": {', "x-options"),
        (("properties", "name", "minimum"), 3, '"name": {', "only a number"),
        (("properties", "variant", "maxLength"), 3, '"variant": {', "only text and names"),
        (("properties", "name", "x-not-after-today"), True, '"name": {', "only a date"),
        (("properties", "name", "x-not-before"), "more", '"name": {', "only a date"),
        (("properties", "name", "x-not-before"), "more", '"x-not-before"', "no question of kind date"),
        (("properties", "more", "x-when"), "nothing == 'a'", '"x-when": "nothing', "no question asked before"),
        (("properties", "more", "x-when"), "more", '"x-when": "more', "no question asked before"),
        (("properties", "more", "x-when"), "a ==", '"x-when": "a ==', "expression"),
        (("required",), ["variant", "more"], '"x-when"', "x-required"),
        (("required",), ["variant", "none"], '"required"', "'none' is no question"),
        (("properties", "lost"), {"x-kind": "text", "x-label": WORDS}, '"lost": {', "stands on no page"),
        (("properties", "more"), None, '"more"', "is no question"),
        (("x-number-checks",), [{"number": "name"}], '"number": "name"', "kind personal-number"),
        (("x-label",), WORDS, "{", "nobody reads x-label"),
    ],
)
def test_a_fault_of_a_form_is_told_with_its_line(
    tmp_path: Path, path: tuple[str, ...], value: object, at: str, said: str
) -> None:
    form = change(path, value)
    faults = find_faults(make_folder(tmp_path, form=form))
    lines = [number for number, line in enumerate(form.split("\n"), 1) if at in line]
    starts = tuple(f"sample/form.schema.json:{number}: " for number in lines)
    assert any(fault.startswith(starts) and said in fault for fault in faults), (faults, lines)


def test_two_versions_that_hold_on_one_day_are_refused(tmp_path: Path) -> None:
    make_folder(tmp_path)
    later = tmp_path / "later"
    later.mkdir()
    text = PROCEDURE.replace("{from: 2026-01-01, to: 2026-12-31}", "{from: 2026-12-31}")
    (later / "procedure.yaml").write_text(text, "utf-8")
    (later / "form.schema.json").write_text(json.dumps(FORM), "utf-8")
    with pytest.raises(CasesError, match="end sample the day before") as raised:
        load_catalogue([tmp_path])
    assert raised.value.kind is CasesErrorKind.BAD_PROCEDURE


def test_the_command_names_every_fault_and_ends_with_1(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, PROCEDURE.replace("form.name}", "form.nam}").replace("from: two}", "from: x}"))
    ran = CliRunner().invoke(make_app(), ["procedure", "check", str(folder)])
    assert ran.exit_code == 1
    assert re.findall(r"procedure\.yaml:(\d+)", ran.output) == ["23", "32"]


def test_the_command_compares_versions(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (tmp_path / "other").mkdir()
    other = make_folder(tmp_path / "other", PROCEDURE.replace("working_days: 3", "working_days: 4"))
    ran = CliRunner().invoke(make_app(), ["procedure", "diff", str(folder), str(other)])
    assert (ran.exit_code, ran.stdout) == (1, "~ chain.working_days: 3 -> 4\n")
    same = CliRunner().invoke(make_app(), ["procedure", "diff", str(folder), str(folder)])
    assert (same.exit_code, same.stdout) == (0, "")


def test_the_procedures_that_come_along_are_good() -> None:
    ran = CliRunner().invoke(make_app(), ["procedure", "check"])
    assert ran.exit_code == 0
    assert ran.stdout.startswith("7 versions")


@pytest.mark.parametrize(
    "arguments", [[], ["CODE", "--procedure", "x", "--received", "2026-01-01"], ["--procedure", "x"]]
)
def test_a_last_day_is_explained_of_a_case_or_of_a_procedure(arguments: list[str]) -> None:
    ran = CliRunner().invoke(make_app(), ["deadline", "explain", *arguments])
    assert ran.exit_code == 2


@given(st.text(alphabet="ab:{}[]-\n \"'&*!,1", max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        read = parse_marked(text, "f")
    except FaultsError as error:
        assert all(fault.line >= 1 for fault in error.faults)
    else:
        assert read.find_line(("a", "b")) >= 1

"""The catalogue of procedures: every version of each, and what a case or a search takes from it.

A procedure is data (docs/procedures.md). Those of this package come first; a province adds folders of its own by the
site's setting `procedures`. A running case keeps the version that it was filed under: `get_version`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.catalogue_check import check_folder, check_together
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.expressions import evaluate, is_true
from lienthong.cases.form_parts import Form, Words
from lienthong.cases.plan import Plan, PlanStep
from lienthong.cases.procedure import Call, Legal, LegalStatus, Limit, Procedure, Step, Variant
from lienthong.cases.procedure_files import PROCEDURE_FILE
from lienthong.cases.search import search_procedures as _search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

__all__ = (
    "Call",
    "Catalogue",
    "Form",
    "Legal",
    "LegalStatus",
    "Limit",
    "Plan",
    "Procedure",
    "Step",
    "Variant",
    "Words",
    "build_message",
    "list_amounts",
    "load_catalogue",
    "make_plan",
)

OWN_FOLDER: Final = "procedures"
"""The folder of this package's procedures."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Procedures, each version once, in the order of codes and days."""

    procedures: tuple[Procedure, ...]

    def get_procedure(self, code: str, day: date) -> Procedure:
        """Give the version that holds on a day; raises UNKNOWN_PROCEDURE, which names what came after it, if any."""
        for procedure in self.procedures:
            if procedure.code == code and procedure.is_valid_on(day):
                return procedure
        later = next((one.code for one in self.procedures if one.replaces == code and one.is_valid_on(day)), "")
        hint = f"; it was replaced by {later}" if later else ""
        raise CasesError(CasesErrorKind.UNKNOWN_PROCEDURE, f"procedure {code}: there is none on {day}{hint}")

    def get_version(self, code: str, valid_from: date) -> Procedure:
        """Give the version that began on a day, whether it still holds or not."""
        for procedure in self.procedures:
            if procedure.code == code and procedure.valid_from == valid_from:
                return procedure
        message = f"procedure {code}: no version begins on {valid_from}; put the folder of that version back"
        raise CasesError(CasesErrorKind.UNKNOWN_PROCEDURE, message)

    def list_procedures(self, day: date) -> tuple[Procedure, ...]:
        """Give what can be applied for on a day."""
        return tuple(procedure for procedure in self.procedures if procedure.is_valid_on(day))

    def search_procedures(self, text: str, day: date) -> tuple[Procedure, ...]:
        """Give what fits a text, with or without accents, the best first; all of them for an empty text."""
        return _search(self.list_procedures(day), text)


def load_catalogue(folders: Sequence[Path] = ()) -> Catalogue:
    """Load this package's procedures and those in `folders`, each of which holds a folder for each procedure.

    Raises BAD_PROCEDURE with every fault, each with file and line: a catalogue is whole or not there.
    """
    with as_file(files("lienthong.cases").joinpath(OWN_FOLDER)) as own:
        found = [check_folder(folder) for root in (own, *folders) for folder in _list_folders(root)]
    faults = [str(fault) for _, faults in found for fault in faults]
    procedures = sorted((one for one, _ in found if one is not None), key=lambda one: (one.code, one.valid_from))
    faults += check_together(procedures)
    if faults:
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, "\n".join(faults))
    return Catalogue(tuple(procedures))


def _list_folders(root: Path) -> Iterable[Path]:
    if not root.is_dir():
        message = f"{root}: there is no such folder; correct the setting `procedures`"
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, message)
    return sorted(folder for folder in root.iterdir() if (folder / PROCEDURE_FILE).is_file())


def make_plan(procedure: Procedure, answers: Mapping[str, Any]) -> Plan:
    """Give the steps that apply to these answers; a need that does not apply is not waited for."""
    context = {"form": answers, "steps": {}, "case": {}}
    steps = [step for step in procedure.steps if is_true(step.when, context)]
    there = {step.id for step in steps}
    return Plan(
        steps=tuple(_plan_step(step, there) for step in steps),
        has_fees=any(fee.amount > 0 and is_true(fee.when, context) for fee in procedure.fees),
    )


def _plan_step(step: Step, there: set[str]) -> PlanStep:
    needs = tuple(need for need in step.needs if need in there)
    return PlanStep(step.id, step.agency, step.service, needs, has_undo=step.undo is not None)


def build_message(step: Step | Call, context: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is said to the agency: `send` over `form`, `steps` and `case`, without what is null.

    Raises BAD_PROCEDURE if that is no JSON object: then the procedure is wrong, and not the case.
    """
    message = evaluate(step.send, context)
    if not isinstance(message, dict):
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, f"service {step.service}: send gives no object; correct it")
    return _without_nulls(message)


def list_amounts(procedure: Procedure, day: date) -> dict[str, int]:
    """Give the amounts that hold on a day, by name."""
    return dict(_amounts(procedure, day))


def _amounts(procedure: Procedure, day: date) -> Iterator[tuple[str, int]]:
    for one in procedure.parameters:
        if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to):
            yield one.name, one.amount


def _without_nulls(message: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is null: services refuse null where they expect a text or nothing."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in message.items()
        if value is not None
    }

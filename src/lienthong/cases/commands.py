"""The commands of this house: `lienthong procedure …` and `lienthong deadline …`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure

OpenCases: TypeAlias = "Callable[[Path | None], AbstractContextManager[Cases]]"
"""Opens a site's cases by its settings file; a site supplies it, for this house stands below."""

Own = Annotated[
    list[Path] | None,
    typer.Option("--own", help="A folder of your own procedures, as in the setting cases.procedures.", file_okay=False),
]
Which = Annotated[str, typer.Argument(help="A procedure's code, CODE@DAY for the version of a day, or its folder.")]


def check(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders of procedures; none: all that come along.")
    ] = None,
) -> None:
    """Check procedures' folders; what is wrong is told with file and line. Ends with 1 if anything is."""
    from lienthong.cases.catalogue import load_catalogue
    from lienthong.cases.catalogue_check import check_folder, check_together

    if not folders:
        catalogue = load_catalogue()
        typer.echo(f"{len(catalogue.procedures)} versions of procedures, and nothing is wrong with them")
        return
    is_good, found = True, list["Procedure"]()
    for folder in folders:
        procedure, faults = check_folder(folder)
        for fault in faults:
            typer.echo(str(fault), err=True)
        if procedure is not None:
            typer.echo(f"{folder.name}: {procedure.code} is good")
        is_good = is_good and not faults
        found += [] if procedure is None else [procedure]
    for told in check_together(found):
        typer.echo(told, err=True)
        is_good = False
    if not is_good:
        raise typer.Exit(code=1)


def show(which: Which, own: Own = None) -> None:
    """Show a procedure: its terms with their articles, steps, outcome, and every question of its form."""
    from lienthong.cases.procedure_text import describe

    for line in describe(_find(which, own)):
        typer.echo(line)


def diff(one: Which, other: Which, own: Own = None) -> None:
    """Show how two procedures, or two versions of one, differ. Ends with 1 if they do, as diff does."""
    from lienthong.cases.procedure_text import compare

    lines = list(compare(_find(one, own), _find(other, own)))
    for line in lines:
        typer.echo(line)
    if lines:
        raise typer.Exit(code=1)


def list_all(
    text: Annotated[str, typer.Argument(help="Words to search by, with or without accents.")] = "",
    day: Annotated[str, typer.Option(help="As of a day, YYYY-MM-DD; today by default.")] = "",
    own: Own = None,
) -> None:
    """List the procedures of a day, the best first where words are given."""
    from lienthong.cases.catalogue import load_catalogue

    for procedure in load_catalogue(own or ()).search_procedures(text, _read_day(day)):
        mark = " (unconfirmed)" if procedure.is_unconfirmed else ""
        typer.echo(f"{procedure.code}  {procedure.title.vi}{mark}")


def make_procedure_app() -> typer.Typer:
    """Put the commands about procedures together."""
    app = typer.Typer(help="Look at procedures, and check them.", no_args_is_help=True)
    app.command("check")(check)
    app.command("show")(show)
    app.command("diff")(diff)
    app.command("list")(list_all)
    return app


def make_deadline_app(open_cases: OpenCases) -> typer.Typer:
    """Put the commands about deadlines together; `open_cases` opens the site that a case is read from."""
    app = typer.Typer(help="See how last days are reckoned.", no_args_is_help=True)
    # With a callback the one command keeps its name.
    app.callback()(_deadline_group)

    def explain(  # the options of a command
        code: Annotated[str, typer.Argument(help="A case's code; or say --procedure and --received instead.")] = "",
        procedure: Annotated[str, typer.Option(help="A procedure's code or folder, without any case.")] = "",
        received: Annotated[
            str, typer.Option(help="When it was received, as in 2026-02-13T16:00, Vietnam's time.")
        ] = "",
        verified: Annotated[bool, typer.Option("--verified", help="Something must be verified.")] = False,  # noqa: FBT002 # a flag
        own: Own = None,
        settings: Annotated[Path | None, typer.Option(help="The site's settings file.", dir_okay=False)] = None,
    ) -> None:
        """Explain a last day line by line: each day that was counted or not, and the article that each term is from."""
        if bool(code) is bool(procedure and received):
            raise typer.BadParameter("say a case's code, or --procedure with --received")
        if code:
            with open_cases(settings) as cases:
                _explain_case(cases, code)
        else:
            _explain_plan(_find(procedure, own), _read_moment(received), is_verified=verified)

    app.command("explain")(explain)
    return app


def _deadline_group() -> None:
    """See how last days are reckoned."""


def _explain_case(cases: Cases, code: str) -> None:
    from lienthong.cases.errors import CasesError, CasesErrorKind
    from lienthong.cases.explanation import explain
    from lienthong.cases.reading import find_case_by_code
    from lienthong.cases.site_cases import load_site_days
    from lienthong.cases.time_limits import find_deadlines

    case = find_case_by_code(cases, code)
    if case is None:
        raise CasesError(CasesErrorKind.UNKNOWN_CASE, f"case {code}: there is none under this code")
    told = find_deadlines(case.procedure, case.state, case.actions, load_site_days(), cases.now())
    typer.echo(f"case {case.code}, procedure {case.procedure.code} from {case.procedure.valid_from}")
    for name, reckoning in (("the whole", told.whole), *((f"step {step}", one) for step, one in told.steps.items())):
        typer.echo(f"{name}:" if reckoning is not None else f"{name}: no term is known")
        for line in () if reckoning is None else explain(reckoning):
            typer.echo(f"  {line}")


def _explain_plan(procedure: Procedure, received: datetime, *, is_verified: bool) -> None:
    from lienthong.cases.deadlines import plan_steps, reckon_whole
    from lienthong.cases.explanation import explain
    from lienthong.cases.working_days import load_working_days

    calendar = load_working_days()
    typer.echo(f"procedure {procedure.code} from {procedure.valid_from}: {procedure.title.en}")
    whole = reckon_whole(procedure, received, calendar, is_verified=is_verified)
    planned = plan_steps(procedure, received, calendar, is_verified=is_verified)
    for name, reckoning in (("the whole", whole), *((f"step {step}", one) for step, one in planned.items())):
        typer.echo(f"{name}:" if reckoning is not None else f"{name}: no term is known")
        for line in () if reckoning is None else explain(reckoning):
            typer.echo(f"  {line}")


def _find(which: str, own: list[Path] | None) -> Procedure:
    """Find a procedure by its folder, its code, or CODE@DAY."""
    from lienthong.cases.catalogue import load_catalogue
    from lienthong.cases.catalogue_check import check_folder
    from lienthong.cases.errors import CasesError, CasesErrorKind

    folder = Path(which)
    if folder.is_dir():
        procedure, faults = check_folder(folder)
        if procedure is None:
            raise CasesError(CasesErrorKind.BAD_PROCEDURE, "\n".join(map(str, faults)))
        return procedure
    code, _, day = which.partition("@")
    return load_catalogue(own or ()).get_procedure(code, _read_day(day))


def _read_day(text: str) -> date:
    from lienthong.cases.working_days import VIETNAM

    if not text:
        return datetime.now(UTC).astimezone(VIETNAM).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-02-13") from error


def _read_moment(text: str) -> datetime:
    from lienthong.cases.working_days import VIETNAM

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no moment; write it as 2026-02-13T16:00") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)

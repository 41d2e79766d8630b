"""The commands `import-departments`, `import-tasks` and `export-tasks`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.cli import json_option, operator, refusals, refuse, report_result, say
from app.core.actor import Actor, Door, system_actor
from app.core.errors import RuleViolation
from app.core.text import Message, message
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import cycle_of_year
from app.exchange.export_tasks import FORMATS, export_tasks
from app.exchange.import_tasks import TaskOptions, WrittenTasks, import_tasks
from app.exchange.plan import Plan, as_json, problem_as_json
from app.exchange.plan_departments import import_departments
from app.exchange.plan_files import plan_department_file, plan_task_file
from app.exchange.plan_tasks import TaskPlan
from app.extensions import db

QUIET_ROWS = 1000
"""Shorter files are done before anybody wonders."""

_FILE = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
_SHEET = click.option("--sheet", help="Only this sheet of a workbook, also if it is hidden.")
_YEAR = click.option("--year", type=click.IntRange(2000, 2100), required=True, help="The year.")


def importer() -> Actor:
    """The operator, through the import's door."""
    return system_actor("operator", Door.IMPORT)


@click.command("import-departments")
@_FILE
@_DRY_RUN
@_SHEET
@json_option
@with_appcontext
def import_departments_command(file: Path, dry_run: bool, sheet: str | None, as_json: bool) -> None:
    """Import a table of departments: all rows or none.

    A department is known by its code, else by its name; one without a code is given one.
    """
    actor = importer()
    with refusals(as_json):
        plan = plan_department_file(db.session, actor, file, sheet=sheet)
        data: dict[str, Any] = {"dry_run": dry_run, **_told(plan)}
        if plan.refused:
            refuse(plan.reasons(), as_json, data)
        if not dry_run:
            import_departments(db.session, actor, plan)
    report_result(data, as_json, *_lines(plan, dry_run))


def _read_map(context: click.Context, option: click.Parameter, path: Path | None) -> Any:
    """The column map as JSON: {"sheet or *": {"header_row": 3, "columns": {"title": "C"}}}."""
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise click.BadParameter(str(message("The column map is not JSON."))) from error
    if not isinstance(found, dict):
        raise click.BadParameter(str(message("The column map is not a JSON object.")))
    return found


@click.command("import-tasks")
@_FILE
@_YEAR
@click.option(
    "--state",
    type=click.Choice(("proposed", "published")),
    default="proposed",
    show_default=True,
    help="published: the file is the year's issued table; freezes its baseline.",
)
@click.option("--issue-number", default="", help="The issued table's number (with published).")
@click.option(
    "--issued-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The issued table's date (with published); else today.",
)
@click.option(
    "--adjust", is_flag=True, help="Write adjustment drafts for issued tasks that differ."
)
@_DRY_RUN
@_SHEET
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_read_map,
    help="A JSON file that says which column holds what.",
)
@json_option
@with_appcontext
def import_tasks_command(
    file: Path,
    year: int,
    state: str,
    issue_number: str,
    issued_on: dt.datetime | None,
    adjust: bool,
    dry_run: bool,
    sheet: str | None,
    mapping: dict[str, Any] | None,
    as_json: bool,
) -> None:
    """Import a table of tasks into a year: all rows or none.

    A year that is not here yet is created, in preparation. Importing a file again writes
    only what has changed in it; issued tasks take their hand-out only.
    """
    publish = state == "published"
    if publish and not issue_number.strip():
        raise click.UsageError(str(message("--state published needs --issue-number.")))
    if not publish and (issue_number or issued_on):
        raise click.UsageError(
            str(message("--issue-number and --issued-on go with --state published."))
        )
    actor = importer()
    options = TaskOptions(
        publish=publish,
        issue_number=issue_number,
        issued_on=issued_on.date() if issued_on else None,
        adjust=adjust,
        cause=str(message("Differs from the imported table “%(file)s”.", file=file.name)),
    )
    with refusals(as_json):
        plan = plan_task_file(
            db.session, actor, file, year=year, publish=publish, sheet=sheet, mapping=mapping,
            progress=_teller(message("Reading")),
        )  # fmt: skip
        data = {"year": year, "state": state, "dry_run": dry_run, **_told(plan)}
        if plan.refused:
            refuse(plan.reasons(), as_json, data)
        written = None
        if not dry_run:
            written = import_tasks(db.session, actor, plan, options, _teller(message("Writing")))
            data |= _told_written(written)
    report_result(data, as_json, *_lines(plan, dry_run), *_written_lines(plan, written))


@click.command("export-tasks")
@_YEAR
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
@json_option
@with_appcontext
def export_tasks_command(year: int, form: str, out: Path, as_json: bool) -> None:
    """Write a year's table of tasks into a file that `import-tasks` reads back."""
    actor = operator()
    with refusals(as_json):
        cycle = cycle_of_year(db.session, year)
        if cycle is None:
            raise RuleViolation(message("There is no year %(year)s.", year=year), "year")
        with unit_of_work(db.session, actor):
            content, count = export_tasks(db.session, actor, cycle, form)
        try:
            out.write_bytes(content)
        except OSError as error:
            words = message(
                "%(file)s cannot be written: %(reason)s",
                file=str(out),
                reason=error.strerror or "",
            )
            raise RuleViolation(words, "out") from error
    report_result(
        {"year": year, "format": form, "file": str(out), "rows": count, "bytes": len(content)},
        as_json,
        message("Wrote %(count)s tasks to %(file)s.", count=count, file=str(out)),
    )


# What is told ------------------------------------------------------------------------


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "summary": plan.summary(),
        "rows": [as_json(row) for row in plan.rows],
        "problems": [problem_as_json(problem) for problem in plan.problems],
        "notices": [str(notice) for notice in plan.notices],
    }


def _told_written(written: WrittenTasks) -> dict[str, Any]:
    table = written.table
    return {
        "cycle_created": written.cycle_created,
        "decomposition": table.id if table else None,
        "adjustments": [row.id for row in written.adjustments],
    }


def _lines(plan: Plan, dry_run: bool) -> list[Message | str]:
    lines: list[Message | str] = [
        message("Warning: %(reason)s", reason=problem.message)
        for problem in plan.problems
        if problem.level == "warning"
    ]
    summary = plan.summary()
    words = message(
        "%(rows)s rows: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.", **summary
    )
    lines += [*plan.notices, words]
    if dry_run:
        lines.append(message("Nothing was written (--dry-run)."))
    return lines


def _written_lines(plan: TaskPlan, written: WrittenTasks | None) -> list[Message | str]:
    lines: list[Message | str] = []
    if written is None:
        return lines
    if written.table is not None:
        words = message(
            "The table %(number)s is recorded as issued; its baseline is frozen.",
            number=written.table.issue_number,
        )
        lines.append(words)
    if written.adjustments:
        lines.append(message("%(count)s adjustment drafts.", count=len(written.adjustments)))
    elif plan.adjusting:
        lines.append(message("With --adjust, drafts of these adjustments are written."))
    return lines


def _teller(what: Message) -> Callable[[int, int], None]:
    """Tells progress on standard error, for long files only, every tenth of the way."""
    told = [-1]

    def tell(done: int, total: int) -> None:
        tenth = done * 10 // total if total else 10
        if total >= QUIET_ROWS and tenth > told[0]:
            told[0] = tenth
            words = message(
                "%(what)s: %(done)s of %(total)s rows", what=what, done=done, total=total
            )
            say(words, True)

    return tell

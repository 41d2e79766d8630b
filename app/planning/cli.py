"""The command `report`: a document of the year into a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.cli import json_option, operator, refusals, report_result
from app.core import documents
from app.core.documents import Format, Kind, Order, Paper
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import cycle_of_year
from app.extensions import db
from app.models.organisation import Department


@click.command("report")
@click.argument("kind")
@click.option("--year", type=int, required=True, help="The year of the document.")
@click.option("--department", "code", help="The code of one department; else the whole college.")
@click.option("--number", default="", help="Which one of the year's: a meeting, an edition.")
@click.option(
    "--month", type=click.IntRange(1, 12), default=None, help="Which month; else the last issued."
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    help="pdf, docx or xlsx; else as the file is called, else the first that is offered.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
@json_option
@with_appcontext
def report(
    kind: str,
    year: int,
    code: str | None,
    number: str,
    month: int | None,
    form: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Write the document KIND of a year into a file."""
    try:
        wanted = documents.kind_named(kind)
    except RuleViolation as error:
        raise click.BadParameter(str(error), param_hint="KIND") from error
    with refusals(as_json):
        paper = _print(wanted, year, code, number, month or 0, form or _form_of(out, wanted))
        _write(out, paper.content)
    report_result(
        {
            "kind": kind,
            "year": year,
            "department": code,
            "format": paper.format.value,
            "file": str(out),
            "bytes": len(paper.content),
            "state": paper.state,
            "version": paper.version,
            "check_code": paper.check_code,
        },
        as_json,
        message(
            "Wrote %(file)s (%(size)s bytes; check code %(code)s).",
            file=str(out), size=len(paper.content), code=paper.check_code,
        ),
    )  # fmt: skip


def _print(wanted: Kind, year: int, code: str | None, number: str, month: int, form: str) -> Paper:
    form_ = documents.format_of(wanted, form)
    cycle = cycle_of_year(db.session, year)
    if cycle is None:
        raise RuleViolation(message("There is no year %(year)s.", year=year), "year")
    department = None
    if code is not None:
        department = db.session.scalar(select(Department).where(Department.code == code))
        if department is None:
            raise RuleViolation(
                message("There is no department “%(code)s”.", code=code), "department"
            )
        if not wanted.by_department:
            raise RuleViolation(
                message("This document is not made for one department."), "department"
            )
    if number and not wanted.by_number:
        raise RuleViolation(message("There is only one such document a year."), "number")
    if month and not wanted.by_month:
        raise RuleViolation(message("This document is not made for one month."), "month")
    actor = operator()
    with unit_of_work(db.session, actor):
        return wanted.print_(db.session, actor, Order(cycle, department, form_, number, month))


def _form_of(out: Path, kind: Kind) -> str:
    """As the file is called, else the form that is offered first."""
    known = {form.value for form in Format}
    named = out.suffix.lower().removeprefix(".")
    return named if named in known else kind.formats[0].value


def _write(out: Path, content: bytes) -> None:
    """The whole file or none: a reader never meets half of it."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(name, 0o644)  # noqa: S103 (as any file of this user)
            os.replace(name, out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RuleViolation(
            message(
                "%(file)s cannot be written: %(reason)s", file=str(out), reason=error.strerror or ""
            ),
            "out",
        ) from error

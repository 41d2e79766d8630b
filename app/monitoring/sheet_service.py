"""Writing the monthly sheet: drafts cell by cell, a department's line in others' tasks, and
handing all of it in (Art. 7, 9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core import guard, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation, WrongState
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.models.monitoring import CheckContribution, MonthlyCheck
from app.monitoring.settling import light_of, plan_at
from app.monitoring.sheet import MonthSheet, SheetLine, SheetRow, again
from app.monitoring.sheet_rules import is_closed, read_cell, wrong_light
from app.monitoring.together import settling_together


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says of one row: the cells that they changed, as text, and the version of the
    row that they saw (0: none yet)."""

    version: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. `wrong` are cells held back, each with its reason; the row's other
    cells are saved. A `refusal` concerns the whole row: nothing of it is saved. `theirs`: it was
    refused because it had changed meanwhile, and this is what stands there now."""

    key: str
    row: SheetRow | SheetLine
    wrong: Mapping[str, Message | str] = field(default_factory=dict)
    refusal: Refusal | None = None
    theirs: Mapping[str, Any] | None = None


class RowsIncomplete(Refusal):
    """Rows that cannot be submitted yet, with what each lacks, by the task's id."""

    def __init__(self, rows: Mapping[int, Mapping[str, Message]]) -> None:
        super().__init__(
            message("%(count)s rows are not complete; nothing has been submitted.", count=len(rows))
        )
        self.rows = rows


def refuse_closed_month(sheet: MonthSheet) -> None:
    """WrongState for a month that is not reported on (any more, or yet)."""
    if sheet.month.exempt:
        raise WrongState(message("This month is not reported on."))
    if sheet.month.closed_on is not None:
        raise WrongState(
            message("The bulletin of this month is issued; only a correction changes it.")
        )
    if not sheet.open:
        raise WrongState(message("This month has not begun yet."))


def save_rows(
    session: AnySession, actor: Actor, sheet: MonthSheet, given: Mapping[str, Given]
) -> tuple[MonthSheet, list[Outcome]]:
    """Save what is said of rows (`row-7`) and lines (`line-9`) as drafts, each row for itself.

    The head of the department or the task's owner; lines: the assisting department's people.
    Effects: checks in `draft` with their light as it would be now; where an assisting department
    is first, the empty draft of the month. Returns the sheet as it is now, and what became of each row: a
    row changed meanwhile is refused alone, unless it says what stands there already, so that a
    save sent twice changes nothing. Errors: WrongState when the month is exempt, closed or not
    begun. Art. 7, 9.1.
    """
    refuse_closed_month(sheet)
    outcomes: list[Outcome] = []
    rows, lines = dict(sheet.rows), dict(sheet.lines)
    # The rule of who writes which row is asked row by row; the light is the service's own.
    with guard.privileged(session):
        for key, row in list(rows.items()):
            if row.key in given:
                rows[key] = _save_row(session, actor, sheet, row, given[row.key], outcomes)
        for key, line in list(lines.items()):
            if line.key in given:
                lines[key] = _save_line(session, actor, sheet, line, given[line.key], outcomes)
    return replace(sheet, rows=rows, lines=lines), outcomes


def submit_sheet(session: AnySession, actor: Actor, sheet: MonthSheet) -> int:
    """Hand in every row that is not handed in yet: all of them or none.

    The head of the department. Effects: checks `submitted`, late or not; their figures and lights
    on their tasks. Returns how many; 0 when all are in already, so that a second click changes
    nothing. Errors: WrongState for a month not reported on; NotAllowed; RowsIncomplete with what
    each row lacks. Art. 7.
    """
    refuse_closed_month(sheet)
    if not sheet.may_submit:
        raise NotAllowed(message("The head of the department submits the month."))
    waiting = [row for row in sheet.rows.values() if not is_closed(row.status)]
    incomplete = {row.task.id: row.lacks for row in waiting if row.lacks}
    if incomplete:
        raise RowsIncomplete(incomplete)
    checks = [row.check for row in waiting if row.check is not None]
    with settling_together(session, checks):
        workflow.apply_all(session, actor, checks, "submit")
    return len(checks)


def begin_row(session: AnySession, actor: Actor, sheet: MonthSheet, row: SheetRow) -> MonthlyCheck:
    """The check of a row, so that a file can hang on it; begun as an empty draft where nothing
    has been written yet.

    The head of the department or the task's owner. Errors: WrongState for a month not reported
    on or a row submitted; NotAllowed. Flushes. Art. 7.
    """
    refuse_closed_month(sheet)
    refusal = _refusal(row, Given(row.version, {}), is_closed(row.status))
    if refusal is not None:
        raise refusal
    if row.check is not None:
        return row.check
    check = MonthlyCheck(task=row.task, year=sheet.month.year, month=sheet.month.month)
    session.add(check)
    session.flush()
    return check


def _save_row(
    session: AnySession,
    actor: Actor,
    sheet: MonthSheet,
    row: SheetRow,
    said: Given,
    outcomes: list[Outcome],
) -> SheetRow:
    values, wrong = _read(said.cells)
    changed = {name: value for name, value in values.items() if row.values[name] != value}
    if not changed:
        outcomes.append(Outcome(row.key, row, wrong))
        return row
    refusal = _refusal(row, said, is_closed(row.status))
    if refusal is not None:
        outcomes.append(_refused(row, refusal))
        return row
    check = row.check or MonthlyCheck(task=row.task, year=sheet.month.year, month=sheet.month.month)
    becomes = {**row.values, **changed}
    verdict = light_of(
        session, row.task, sheet.month.ends_on,
        actual=becomes["actual_percent"], quality=becomes["quality"],
    )  # fmt: skip
    held = wrong_light(becomes, verdict.light)
    if held:
        # The light waits for its reason; everything else said of the row is kept.
        changed.pop("head_light", None)
        wrong |= held
        if row.values["head_light"] is not None:
            changed |= {"head_light": None}
    if changed:
        for name, value in changed.items():
            setattr(check, name, value)
        check.planned_percent = plan_at(row.task, sheet.month.ends_on)
        check.computed_light = verdict.light
        check.light_reason = str(verdict.reason)
        session.add(check)
        session.flush()
    new = again(session, actor, sheet.month, replace(row, check=check if changed else row.check))
    outcomes.append(Outcome(row.key, new, wrong))
    return new


def _save_line(
    session: AnySession,
    actor: Actor,
    sheet: MonthSheet,
    line: SheetLine,
    said: Given,
    outcomes: list[Outcome],
) -> SheetLine:
    values, wrong = _read(said.cells)
    changed = {name: value for name, value in values.items() if line.values[name] != value}
    if not changed:
        outcomes.append(Outcome(line.key, line, wrong))
        return line
    refusal = _refusal(line, said, is_closed(line.check_status))
    if refusal is not None:
        outcomes.append(_refused(line, refusal))
        return line
    check = session.get(MonthlyCheck, line.check_id) if line.check_id else None
    if check is None:
        check = MonthlyCheck(task=line.task, year=sheet.month.year, month=sheet.month.month)
        session.add(check)
        session.flush()
    row = line.line or CheckContribution(monthly_check=check, department_id=sheet.department.id)
    for name, value in changed.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    new = replace(line, check_id=check.id, check_status=check.status, line=row)
    outcomes.append(Outcome(line.key, new, wrong))
    return new


def _refusal(row: SheetRow | SheetLine, said: Given, closed: bool) -> Refusal | None:
    """Why nothing of this row is saved."""
    if said.version != row.version:
        return Conflict(message("Somebody has changed this row meanwhile."))
    if closed:
        return WrongState(message("This row is submitted already."))
    if not row.may_edit:
        return NotAllowed(message("This row is filled in by somebody else."))
    return None


def _refused(row: SheetRow | SheetLine, refusal: Refusal) -> Outcome:
    theirs = row.values if isinstance(refusal, Conflict) else None
    return Outcome(row.key, row, refusal=refusal, theirs=theirs)


def _read(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Message | str]]:
    """The values of cells, and the cells that hold what they cannot hold."""
    values: dict[str, Any] = {}
    wrong: dict[str, Message | str] = {}
    for name, text in cells.items():
        try:
            values[name] = read_cell(name, text)
        except RuleViolation as refusal:
            wrong[name] = refusal.message
    return values, wrong

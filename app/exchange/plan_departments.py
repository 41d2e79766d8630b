"""Comparing a table of departments with those in the database, and carrying it out.

A department is known by its code; failing that by its name or short name. A field that the
table has no column for, or leaves empty, stays as it is. Departments are never deleted by an
import: a merger is a succession (`department_successor`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, RuleViolations
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.departments import DepartmentRow, ParsedDepartments
from app.exchange.exported_departments import MarkedDepartments
from app.exchange.lookups import DepartmentBook, department_book
from app.exchange.plan import Action, FieldChange, Plan, PlannedRow
from app.exchange.problems import FieldError
from app.exchange.units import normal_name
from app.models.organisation import Department, DepartmentKind

_KINDS = {kind.value: kind for kind in DepartmentKind}
LENGTHS = {"code": 40, "name": 80, "short_name": 40}


@dataclass(slots=True)
class PlannedDepartment(PlannedRow):
    """`columns` are the columns to write. `parent` is an id, or the row that makes it."""

    source: DepartmentRow = field(default_factory=lambda: DepartmentRow("", 0))
    stored_id: int | None = None
    code: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    parent: int | PlannedDepartment | None = None

    def promised(self) -> dict[str, Any]:
        row = self.source
        return {
            "sheet": row.sheet,
            "row": row.row,
            "code": self.code,
            "name": row.name,
            "short_name": row.short_name,
            "kind": row.kind,
            "parent": row.parent or None,
        }


@dataclass(slots=True)
class DepartmentPlan(Plan):
    rows: list[PlannedDepartment] = field(default_factory=list)

    def left_out(self) -> Collection[int]:
        """Those refused, and those whose new department above stays out with them."""
        out = set(Plan.left_out(self))
        held = {id(self.rows[place]) for place in out}
        for _ in self.rows:
            below = [
                place
                for place, row in enumerate(self.rows)
                if place not in out and id(row.parent) in held
            ]
            if not below:
                break
            out.update(below)
            held.update(id(self.rows[place]) for place in below)
        return out


def plan_departments(session: AnySession, actor: Actor, table: ParsedDepartments) -> DepartmentPlan:
    """What importing `table` would do. Writes nothing. Whoever keeps departments
    (`department:add` and `department:edit`)."""
    if not (actor.may("department:add") and actor.may("department:edit")):
        raise NotAllowed(message("You may not import departments."))
    book = department_book(session, actor)
    plan = DepartmentPlan(problems=list(table.problems))
    codes = _Codes(book, table)
    marked = MarkedDepartments(session, actor, table.rows)
    for source in table.rows:
        plan.rows.append(_plan(source, book, codes, marked))
    _set_parents(plan.rows, book)
    for row in plan.rows:
        row.settle(new=row.stored_id is None)
    _refuse_twins(plan.rows)
    return plan


class _Codes:
    """Codes for departments that have none: the next free one of d1, d2, d3 …"""

    def __init__(self, book: DepartmentBook, table: ParsedDepartments) -> None:
        self.taken = {normal_name(line.code) for line in book.lines}
        self.taken |= {normal_name(row.code) for row in table.rows if row.code}
        self.last = 0

    def next(self) -> str:
        self.last += 1
        while f"d{self.last}" in self.taken:
            self.last += 1
        return f"d{self.last}"


def _plan(
    source: DepartmentRow, book: DepartmentBook, codes: _Codes, marked: MarkedDepartments
) -> PlannedDepartment:
    row = PlannedDepartment(source.sheet, source.row, source=source, errors=list(source.errors))
    _check_lengths(row)
    if source.mark:
        marked.take(row, book)
        return row
    by_code = _found(book, lambda line: line.code, source.code)
    by_name = _found(book, lambda line: line.name, source.name)
    by_short = _found(book, lambda line: line.short_name, source.short_name or source.name)
    stored = by_code or by_name or (None if source.code else by_short)
    if by_code and by_name and by_code != by_name:
        words = message(
            "The name “%(name)s” belongs to the department with code %(code)s.",
            name=source.name[:40],
            code=book.by_id[by_name].code,
        )
        row.errors.append(FieldError("name", None, words, source.row))
    kind = _KINDS[source.kind] if source.kind else None
    if stored is None:
        row.code = source.code or codes.next()
        row.columns = {"code": row.code, "name": source.name, "kind": kind}
        row.columns["short_name"] = source.short_name or None
        return row
    line = book.by_id[stored]
    row.stored_id, row.code = stored, source.code or line.code
    wanted: dict[str, Any] = {"code": source.code, "short_name": source.short_name}
    if "name" in source.given or normal_name(source.name) != normal_name(line.short_name):
        wanted["name"] = source.name
    if "kind" in source.given:
        wanted["kind"] = kind
    for column, value in wanted.items():
        before = getattr(line, column)
        if value and value != before:
            row.columns[column] = value
            row.changes.append(FieldChange(column, str(before or ""), str(value)))
    return row


def _check_lengths(row: PlannedDepartment) -> None:
    for name, limit in LENGTHS.items():
        length = len(getattr(row.source, name))
        if length > limit and not any(error.field == name for error in row.errors):
            words = message(
                "The text has %(length)s characters; at most %(limit)s are accepted.",
                length=length,
                limit=limit,
            )
            row.errors.append(FieldError(name, None, words, row.row))


def _found(book: DepartmentBook, of: Callable[[Any], str], text: str) -> int | None:
    """The one department that has this text there."""
    if not text:
        return None
    ids = [line.id for line in book.lines if normal_name(of(line) or "") == normal_name(text)]
    return ids[0] if len(ids) == 1 else None


def _set_parents(rows: list[PlannedDepartment], book: DepartmentBook) -> None:
    """The department above: one of the file's own rows, or one that is here already."""
    own: dict[str, PlannedDepartment] = {}
    for row in rows:
        for text in (row.source.short_name, row.source.name, row.code):
            if text:
                own[normal_name(text)] = row
    for row in rows:
        source = row.source
        if not source.parent:
            if source.kind == "section" and row.stored_id is None:
                _refuse_parent(row, message("A section needs its department."))
            continue
        above = own.get(normal_name(source.parent))
        found = above.stored_id if above is not None else book.id_of(source.parent)
        if above is None and found is None:
            words = message("There is no department “%(name)s”.", name=source.parent[:40])
            _refuse_parent(row, words)
            continue
        row.parent = found if found is not None else above
        before = book.by_id[row.stored_id].parent_id if row.stored_id is not None else None
        if row.stored_id is not None and before != found:
            names = book.names([before]) if before else [""]
            row.changes.append(FieldChange("parent", names[0], source.parent))
    for row in rows:
        seen: set[int] = set()
        above_row = row
        while isinstance(above_row.parent, PlannedDepartment) and id(above_row) not in seen:
            seen.add(id(above_row))
            above_row = above_row.parent
        if id(above_row) in seen:
            _refuse_parent(row, message("A department cannot stand under itself."))


def _refuse_parent(row: PlannedDepartment, words: Message) -> None:
    row.errors.append(FieldError("parent", None, words, row.row))


def _refuse_twins(rows: list[PlannedDepartment]) -> None:
    """Two rows of one department would each write it."""
    seen: dict[int, PlannedDepartment] = {}
    for row in rows:
        if row.stored_id is None:
            continue
        earlier = seen.setdefault(row.stored_id, row)
        if earlier is not row and not row.errors:
            words = message(
                "“%(value)s” stands in row %(row)s already.",
                value=row.source.name[:40],
                row=earlier.row,
            )
            row.errors.append(FieldError("name", None, words, row.row))
            row.settle(new=False)


def import_departments(session: AnySession, actor: Actor, plan: DepartmentPlan) -> None:
    """Carry out `plan` in one transaction of its own. See `write_departments`."""
    with unit_of_work(session, actor):
        write_departments(session, actor, plan)


def write_departments(session: AnySession, actor: Actor, plan: DepartmentPlan) -> None:
    """Write what the plan says. Flushes, does not commit.

    The administrator. Effects: departments are added and changed, none is deleted. Errors:
    RuleViolations when the plan has errors.
    """
    if plan.refused:
        raise RuleViolations([RuleViolation(reason) for reason in plan.reasons()])
    place = session.scalar(select(func.max(Department.sort_order))) or 0
    changed = [row.stored_id for row in plan.rows if row.action == Action.CHANGED]
    stored = {
        row.id: row for row in session.scalars(select(Department).where(Department.id.in_(changed)))
    }
    made: dict[int, Department] = {}
    for planned in plan.rows:
        if planned.action == Action.NEW:
            place += 1
            made[id(planned)] = Department(**planned.columns, sort_order=place)
    for planned in plan.rows:
        if planned.action == Action.UNCHANGED:
            continue
        row = made.get(id(planned)) or stored[planned.stored_id or 0]
        if planned.action == Action.CHANGED:
            for column, value in planned.columns.items():
                setattr(row, column, value)
        if isinstance(planned.parent, PlannedDepartment):
            row.parent = made[id(planned.parent)]
        elif planned.parent is not None and planned.parent != row.parent_id:
            row.parent_id = planned.parent
    session.add_all(made.values())
    session.flush()

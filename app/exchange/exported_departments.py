"""The list of departments that was exported, edited, and comes back: only edits are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.exchange.departments import DepartmentRow
from app.exchange.lookups import DepartmentBook, DepartmentLine
from app.exchange.plan import FieldChange
from app.exchange.problems import FieldError
from app.exchange.row_marks import (
    MARK,
    STALE,
    TAKEN,
    UNKNOWN,
    Mark,
    columns_of_marks,
    read_mark,
    write_mark,
)
from app.exchange.units import normal_name
from app.models.organisation import Department, DepartmentKind

if TYPE_CHECKING:
    from app.exchange.plan_departments import PlannedDepartment

TEXTS = ("code", "name", "short_name")


class MarkedDepartments:
    """The stored departments by the marks of an exported list."""

    def __init__(self, session: AnySession, actor: Actor, rows: list[DepartmentRow]) -> None:
        self._marks: dict[int, Mark | None] = {}
        if any(row.mark for row in rows):
            marks = select(Department.id, *columns_of_marks(Department))
            for key, *told in session.execute(marks.where(visible(actor, Department))):
                self._marks[key] = read_mark(write_mark(Department.__tablename__, key, *told))

    def take(self, row: PlannedDepartment, book: DepartmentBook) -> None:
        """Say what the edits of an exported row are."""
        source = row.source
        mark = read_mark(source.mark)
        today = self._marks.get(mark.id) if mark else None
        if (
            mark is None
            or today is None
            or today.letters != mark.letters
            or mark.id not in book.by_id
        ):
            row.errors.append(FieldError(MARK, None, UNKNOWN, source.row))
            return
        line = book.by_id[mark.id]
        row.stored_id, row.code = line.id, line.code
        edited = _edits(source, line, book)
        row.errors = [one for one in row.errors if one.field in {*edited, MARK}]
        for name in TEXTS:
            if name in edited:
                _take_text(row, name, line, book)
            else:
                setattr(source, name, getattr(line, name))
        if "kind" in edited and source.kind:
            kind = DepartmentKind(source.kind)
            row.columns["kind"] = kind
            row.changes.append(FieldChange("kind", line.kind.zh, kind.zh))
        if "parent" not in edited:
            source.parent = ""
        elif not source.parent:
            _take_away_parent(row, line, book)
        if edited and mark.version != today.version:
            row.warnings.append(FieldError(MARK, None, STALE, source.row))


def _edits(source: DepartmentRow, line: DepartmentLine, book: DepartmentBook) -> set[str]:
    held: dict[str, Any] = {name: getattr(line, name) for name in TEXTS}
    edited = {name for name in TEXTS if source.said.get(name, held[name]) != held[name]}
    if "kind" in source.said and source.kind != line.kind.value:
        edited.add("kind")
    said = source.said.get("parent")
    if said is not None and (book.id_of(said) if said else None) != line.parent_id:
        edited.add("parent")
    return edited


def _take_text(
    row: PlannedDepartment, name: str, line: DepartmentLine, book: DepartmentBook
) -> None:
    text = getattr(row.source, name) if row.source.said[name] else ""
    if any(error.field == name for error in row.errors):
        return
    if not text and name != "short_name":
        row.errors.append(FieldError(name, None, message("This cell may not be empty."), row.row))
        return
    others = (other for other in book.lines if other.id != line.id)
    if name != "short_name" and any(
        normal_name(getattr(other, name)) == normal_name(text) for other in others
    ):
        row.errors.append(FieldError(name, None, TAKEN, row.row))
        return
    row.columns[name] = text or None
    row.changes.append(FieldChange(name, getattr(line, name), text))


def _take_away_parent(row: PlannedDepartment, line: DepartmentLine, book: DepartmentBook) -> None:
    if (row.source.kind or line.kind) == DepartmentKind.SECTION:
        words = message("A section needs its department.")
        row.errors.append(FieldError("parent", None, words, row.row))
        return
    row.columns["parent_id"] = None
    row.changes.append(FieldChange("parent", "".join(book.names([line.parent_id or 0])), ""))

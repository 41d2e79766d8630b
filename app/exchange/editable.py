"""Which columns of a list come back by an import when its file has been edited.

A list's file is editable for whoever may import its rows. Which column of the list is which
field of the import stands here, and what may be chosen in it; all others are for reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import Boolean, Date, Enum, Integer, Numeric, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.core.unit_of_work import AnySession
from app.exchange.table_specs import KINDS, SPECS
from app.models.base import label_of
from app.models.cycles import Cycle, RuleBook, TaskCategory
from app.models.organisation import Department, Person
from app.models.planning import Task

TASK_FIELDS = {
    "number": "number", "title": "title", "goal": "goal", "measures": "measures",
    "standard": "standard", "category": "category", "lead_department": "lead",
    "leader": "leader", "owner": "owner", "due_on": "due", "weight": "weight", "remark": "remark",
    "indicators": "indicators",
}  # fmt: skip
"""Column of the list of tasks → field of their import."""
DEPARTMENT_FIELDS = {name: name for name in ("code", "name", "short_name", "kind", "parent")}
KIND_OF: dict[type[Any], str] = {
    Task: "task",
    Department: "department",
    **{spec.model: kind for kind, spec in SPECS.items()},
}
"""Whose rows can be imported, and what the import is called."""
TEXT_OF: dict[type[Any], Any] = {
    Department: (Department.name,),
    TaskCategory: (TaskCategory.name, TaskCategory.name_en),
    RuleBook: (RuleBook.name,),
    Cycle: (Cycle.year,),
}
"""What is chosen from where a cell names such a row."""
ORDER = {Department: "sort_order", TaskCategory: "sort_order", RuleBook: "edition", Cycle: "year"}


@dataclass(frozen=True, slots=True)
class EditableColumn:
    """A column that comes back: the words over it, what may be chosen, and a hint."""

    heading: str
    allowed: tuple[str, ...] = ()
    hint: str = ""


def fields_of(model: type[Any]) -> dict[str, str]:
    """Column of the list → field of the import, for rows that can be imported; else empty."""
    kind = KIND_OF.get(model, "")
    if kind in SPECS:
        return {column.name: column.name for column in SPECS[kind].columns}
    return {Task: TASK_FIELDS, Department: DEPARTMENT_FIELDS}.get(model, {})


def headings_of(model: type[Any]) -> dict[str, tuple[str, str]]:
    """Field of the import → the words over its column in an exported list."""
    spec = SPECS.get(KIND_OF[model])
    if spec is not None:
        return {column.name: spec.label(column) for column in spec.columns}
    return {name: label_of(model, column) for column, name in fields_of(model).items()}


def editable_of(
    session: AnySession, actor: Actor, model: type[Any], names: Iterable[str]
) -> dict[str, EditableColumn] | None:
    """The columns of a list, of those named, that this actor may send back edited; None where
    they may not import the rows, or nobody may."""
    fields = fields_of(model)
    if not fields or not all(actor.may(one) for one in KINDS[KIND_OF[model]]):
        return None
    headings = headings_of(model)
    found: dict[str, EditableColumn] = {}
    for name in names:
        if name in fields:
            allowed, hint = _what(session, actor, model, name)
            found[name] = EditableColumn(words(headings[fields[name]]), tuple(allowed), hint)
    return found


def _what(session: AnySession, actor: Actor, model: type[Any], name: str) -> tuple[list[str], str]:
    """What may stand in a column: the values to choose from, and a hint."""
    if name == "indicators":
        return [], gettext("one in a line with its number, such as “1、name≥95%”")
    relation = model.__mapper__.relationships.get(name)
    if relation is not None:
        return _of_relation(session, actor, relation.mapper.class_)
    column = model.__mapper__.columns.get(name)
    kind = None if column is None else column.type
    if isinstance(kind, Enum) and kind.enum_class is not None:
        members: Any = kind.enum_class
        return [words((member.zh, member.en)) for member in members], ""
    if isinstance(kind, Boolean):
        return [gettext("Yes"), gettext("No")], ""
    if isinstance(kind, Date):
        return [], gettext("a date like 2026-06-30")
    return [], gettext("a number") if isinstance(kind, Integer | Numeric) else ""


def _of_relation(session: AnySession, actor: Actor, model: type[Any]) -> tuple[list[str], str]:
    if model is Person:
        return [], gettext("staff number, user name or name")
    if model not in TEXT_OF:
        return [], ""
    rows = session.execute(
        select(*TEXT_OF[model]).where(visible(actor, model)).order_by(getattr(model, ORDER[model]))
    )
    return [words((str(row[0]), str(row[-1] or row[0]))) for row in rows], ""


def how_to_edit(back: list[EditableColumn], locked: list[str]) -> list[tuple[str, str]]:
    """What the file's second sheet says of changing it and importing it again."""
    told = [
        (
            gettext("Importing again"),
            gettext(
                "Change what you like, then upload the file on the import screen: it shows each change before anything is written."
            ),
        ),
        (
            gettext("Row mark"),
            gettext(
                "The last column tells which row this is. Do not change it; leave it empty in a row that you add."
            ),
        ),
        (
            gettext("Empty cells"),
            gettext("A cell that you empty empties what is stored, where that may be empty."),
        ),
        (
            gettext("Missing rows"),
            gettext("A row that you take out of the file stays as it is: nothing is deleted."),
        ),
    ]
    if locked:
        read = gettext("only for reading, passed over: %(names)s", names="、".join(locked))
        told.append((gettext("Grey headings"), read))
    for column in back:
        choice = "、".join(column.allowed[:30])
        told.append((column.heading, column.hint or choice or gettext("text")))
    return told

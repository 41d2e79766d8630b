"""Departments renamed, merged and split between years without losing history (domain §2).

A department that ends keeps its row, its closed work and its name in every paper of the past.
On the day of the succession what is still open moves to the successor: tasks, checks to come,
cases, requests, sections, people. Which rows are open is each chapter's own knowledge: it
says so with `register_moves`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, guard
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.base import metadata
from app.models.cycles import Cycle, CycleStatus
from app.models.organisation import (
    Appointment,
    Charge,
    Department,
    DepartmentSuccessor,
    Person,
    SuccessionKind,
)


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows of `model` that name a department in `column` and move while `still_open`."""

    model: type[Any]
    column: str
    still_open: ColumnElement[bool]
    absorbed: Callable[[Any, int], bool] | None = None


_moves: list[Moves] = []


def register_moves(
    model: type[Any],
    column: str,
    still_open: ColumnElement[bool],
    absorbed: Callable[[Any, int], bool] | None = None,
) -> None:
    """Say that open rows of `model` follow their department to its successor.

    `absorbed(row, successor_id)` tells of a row that has no place of its own there, because the
    successor stands in it already: it is deleted (the audit keeps it).
    """
    _moves.append(Moves(model, column, still_open, absorbed))


def of_open_year(model: type[Any]) -> ColumnElement[bool]:
    """Is the row's year not closed yet?"""
    closed = select(Cycle.id).where(Cycle.status == CycleStatus.CLOSED)
    criterion: ColumnElement[bool] = model.cycle_id.not_in(closed)
    return criterion


register_moves(Department, "parent_id", Department.valid_to.is_(None))
register_moves(Person, "department_id", Person.active.is_(True))


@dataclass(slots=True)
class Succession:
    """What is to happen: who ends, who goes on, from which day, on what ground.

    `shares` says, in a split, which open task goes to which successor; what it does not name
    goes to the first.
    """

    kind: SuccessionKind
    predecessors: Sequence[Department]
    successors: Sequence[Department]
    effective_on: dt.date
    ground: str
    shares: Mapping[int, int] = field(default_factory=dict)


def succeed(session: AnySession, actor: Actor, plan: Succession) -> dict[str, int]:
    """Rename, merge or split departments.

    Administrator. Effects: the predecessors end on the day before; a `department_successor`
    for each pair; from the day on (at once, if it has come) their open rows are the
    successor's, posts and charges of the predecessors end. Returns what moved, by table.
    Errors: NotAllowed; RuleViolation for a plan that does not hold together (see `_check`).
    Flushes, does not commit.
    """
    _check(session, plan)
    for department in plan.predecessors:
        department.valid_to = plan.effective_on - dt.timedelta(days=1)
        for successor in plan.successors:
            session.add(
                DepartmentSuccessor(
                    predecessor=department,
                    successor=successor,
                    kind=plan.kind,
                    effective_on=plan.effective_on,
                    ground=plan.ground,
                )
            )
    session.flush()
    if plan.effective_on > clock.today():
        return {}
    return _move(session, plan)


def carry_out(session: AnySession, actor: Actor) -> dict[str, int]:
    """Move what is open for every succession whose day has come. The daily round calls it;
    done twice it changes nothing."""
    due = session.scalars(
        select(DepartmentSuccessor)
        .where(
            DepartmentSuccessor.effective_on <= clock.today(),
            DepartmentSuccessor.kind != SuccessionKind.SPLIT,
        )
        .order_by(DepartmentSuccessor.effective_on, DepartmentSuccessor.id)
    ).all()
    moved: dict[str, int] = {}
    for row in due:
        plan = Succession(
            row.kind, [row.predecessor], [row.successor], row.effective_on, row.ground or ""
        )
        for table, count in _move(session, plan).items():
            moved[table] = moved.get(table, 0) + count
    return moved


def _check(session: AnySession, plan: Succession) -> None:
    before, after = list(plan.predecessors), list(plan.successors)
    if not before or not after:
        raise RuleViolation(message("Say which departments end and which go on."), "successors")
    if set(before) & set(after):
        raise RuleViolation(message("A department cannot succeed itself."), "successors")
    if not plan.ground.strip():
        raise RuleViolation(message("Name the document that orders the change."), "ground")
    one_to_one = len(before) == 1 and len(after) == 1
    if plan.kind == SuccessionKind.RENAMED and not one_to_one:
        raise RuleViolation(message("A renamed department has one successor."), "kind")
    if plan.kind == SuccessionKind.MERGED and len(after) != 1:
        raise RuleViolation(message("Merged departments have one successor."), "successors")
    if plan.kind == SuccessionKind.SPLIT and (len(before) != 1 or len(after) < 2):
        raise RuleViolation(message("A split department has two or more successors."), "successors")
    if plan.kind == SuccessionKind.SPLIT and plan.effective_on > clock.today():
        # Who takes which task is decided at the moment of the split, not months before it.
        raise RuleViolation(message("A split is entered on its day or afterwards."), "effective_on")
    for department in before:
        if department.valid_to is not None:
            raise RuleViolation(
                message("%(name)s has ended already.", name=department.name), "predecessors"
            )
        if department.valid_from and department.valid_from >= plan.effective_on:
            raise RuleViolation(
                message("%(name)s begins only after this day.", name=department.name),
                "effective_on",
            )
    for department in after:
        if department.valid_to is not None and department.valid_to < plan.effective_on:
            raise RuleViolation(
                message("%(name)s ends before this day.", name=department.name), "successors"
            )
    if set(plan.shares.values()) - {department.id for department in after}:
        raise RuleViolation(message("A task goes to one of the successors."), "shares")


def _move(session: AnySession, plan: Succession) -> dict[str, int]:
    first = plan.successors[0]
    moved: dict[str, int] = {}
    with guard.privileged(session):
        for department in plan.predecessors:
            for moves in _moves:
                shares = plan.shares if moves.model.__tablename__ == "task" else {}
                count = _hand_over(session, moves, department, first, shares)
                if count:
                    name = moves.model.__tablename__
                    moved[name] = moved.get(name, 0) + count
            _end_posts(session, department, plan.effective_on)
    return moved


def _hand_over(
    session: AnySession,
    moves: Moves,
    department: Department,
    successor: Department,
    shares: Mapping[int, int],
) -> int:
    column = getattr(moves.model, moves.column)
    rows = session.scalars(
        select(moves.model).where(column == department.id, moves.still_open)
    ).all()
    for row in rows:
        goes_to = shares.get(row.id, successor.id)
        if moves.absorbed is not None and moves.absorbed(row, goes_to):
            session.delete(row)
        else:
            setattr(row, moves.column, goes_to)
    session.flush()
    return len(rows)


def _end_posts(session: AnySession, department: Department, day: dt.date) -> None:
    """Posts and charges end with the department: a successor's are given anew, by name."""
    last = day - dt.timedelta(days=1)
    for model in (Appointment, Charge):
        for row in session.scalars(
            select(model).where(
                model.department_id == department.id,
                or_(model.valid_to.is_(None), model.valid_to > last),
            )
        ):
            row.valid_to = max(last, row.valid_from)


def uses_of(session: AnySession, department: Department) -> dict[str, int]:
    """Where a department is used: rows by the name of their table. One statement."""
    counts = []
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == Department.__tablename__:
                counts.append(
                    select(func.count(), literal(table.name))
                    .select_from(table)
                    .where(key.parent == department.id)
                )
    found: dict[str, int] = {}
    first, *rest = counts
    for count, name in session.execute(first.union_all(*rest)):
        if count:
            found[name] = found.get(name, 0) + count
    return found

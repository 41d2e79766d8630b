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

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.core.uses import uses_of
from app.models.cycles import Cycle, CycleStatus
from app.models.organisation import (
    Department,
    DepartmentKind,
    DepartmentSuccessor,
    Person,
    SuccessionKind,
)
from app.organisation.posts import hand_on


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows of `model` that name a department in `column` and move while `still_open`."""

    model: type[Any]
    column: str
    still_open: ColumnElement[bool]
    absorbed: Callable[[Any, int], bool] | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """While a row of `model` names a department in `column` and is `in_the_way`, the department
    is not renamed, merged or split."""

    model: type[Any]
    column: str
    in_the_way: ColumnElement[bool]
    told: Message


_moves: list[Moves] = []
_obstacles: list[Obstacle] = []


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


def register_obstacle(
    model: type[Any], column: str, in_the_way: ColumnElement[bool], told: Message
) -> None:
    """Say what a succession has to wait for, in a sentence that says what to do first."""
    _obstacles.append(Obstacle(model, column, in_the_way, told))


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

    `shares` says, in a split, which row (by table and id) goes to which successor. What it does
    not name follows its task, its section or its person; what has none goes to the first.
    """

    kind: SuccessionKind
    predecessors: Sequence[Department]
    successors: Sequence[Department]
    effective_on: dt.date
    ground: str
    shares: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


def succeed(session: AnySession, actor: Actor, plan: Succession) -> dict[str, int]:
    """Rename, merge or split departments. A renamed department is a new row: the old one keeps
    its name in all that is closed.

    Administrator. Effects: the predecessors end on the day before; a `department_successor`
    for each pair; from the day on (at once, if it has come) their open rows are the
    successor's, and so are their posts and charges (`posts.hand_on`). Returns what moved, by
    table. Errors: NotAllowed; RuleViolation for a plan that does not hold together;
    WrongState while something is in the way (`register_obstacle`). Flushes, does not commit.
    """
    policy.require(actor, "add", DepartmentSuccessor())
    session.flush()
    _take_hold(session, plan)
    check(session, plan)
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
    done twice it changes nothing. What something is in the way of waits for the next day."""
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
        if in_the_way(session, [row.predecessor]) is not None:
            continue
        plan = Succession(
            row.kind, [row.predecessor], [row.successor], row.effective_on, row.ground or ""
        )
        for table, count in _move(session, plan).items():
            moved[table] = moved.get(table, 0) + count
    return moved


def cancel(session: AnySession, actor: Actor, row: DepartmentSuccessor) -> None:
    """Take back a succession whose day has not come: the department goes on as it was.

    Administrator. Effects: the row is deleted, the predecessor ends no more, and a successor made for that day goes if nothing names it
    yet. Errors: NotAllowed; WrongState from the day on. Flushes, does not commit.
    """
    policy.require(actor, "delete", row)
    if row.effective_on <= clock.today():
        raise WrongState(message("What was carried out is not cancelled: enter the reverse."))
    row.predecessor.valid_to = None
    successor = row.successor
    session.delete(row)
    session.flush()
    if successor.valid_from == row.effective_on and not uses_of(session, actor, successor):
        session.delete(successor)
        session.flush()


def _take_hold(session: AnySession, plan: Succession) -> None:
    """Two successions of the same departments at once wait for each other, and the second one
    sees what the first one did."""
    keys = [one.id for one in (*plan.predecessors, *plan.successors)]
    session.execute(
        select(Department)
        .where(Department.id.in_(keys))
        .order_by(Department.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def check(session: AnySession, plan: Succession) -> None:
    """Raise unless the plan holds together and nothing is in its way. Changes nothing."""
    _check_shape(plan)
    for department in plan.predecessors:
        _check_predecessor(session, plan, department)
    for department in plan.successors:
        _check_successor(plan, department)
    given = {key for shares in plan.shares.values() for key in shares.values()}
    if given - {department.id for department in plan.successors}:
        raise RuleViolation(message("A task goes to one of the successors."), "shares")
    obstacle = in_the_way(session, plan.predecessors)
    if obstacle is not None:
        raise WrongState(obstacle)


def _check_shape(plan: Succession) -> None:
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
    if plan.kind == SuccessionKind.SPLIT and (len(before) != 1 or len(set(after)) < 2):
        raise RuleViolation(message("A split department has two or more successors."), "successors")
    if plan.kind == SuccessionKind.SPLIT and plan.effective_on > clock.today():
        # Who takes which task is decided at the moment of the split, not months before it.
        raise RuleViolation(message("A split is entered on its day or afterwards."), "effective_on")


def _check_predecessor(session: AnySession, plan: Succession, department: Department) -> None:
    name = department.name
    if department.valid_to is not None:
        planned = session.scalar(
            select(DepartmentSuccessor.effective_on).where(
                DepartmentSuccessor.predecessor_id == department.id,
                DepartmentSuccessor.effective_on > clock.today(),
            )
        )
        if planned is not None:
            told = message("%(name)s has a change planned for %(day)s.", name=name, day=planned)
            raise RuleViolation(told, "predecessors")
        raise RuleViolation(message("%(name)s has ended already.", name=name), "predecessors")
    if department.valid_from and department.valid_from >= plan.effective_on:
        told = message("%(name)s begins only after this day.", name=name)
        raise RuleViolation(told, "effective_on")


def _check_successor(plan: Succession, department: Department) -> None:
    name, day = department.name, plan.effective_on
    if department.valid_to is not None and department.valid_to < day:
        raise RuleViolation(message("%(name)s ends before this day.", name=name), "successors")
    if department.valid_from is not None and department.valid_from > day:
        told = message("%(name)s begins only after this day.", name=name)
        raise RuleViolation(told, "successors")
    for before in plan.predecessors:
        sections = {before.kind, department.kind} & {DepartmentKind.SECTION}
        if sections and before.kind != department.kind:
            told = message("A section goes on as a section, a department as a department.")
            raise RuleViolation(told, "successors")
        above = policy.related(department, "parent")
        while above is not None:
            if above is before:
                told = message(
                    "%(name)s stands under %(above)s. Move it elsewhere first.",
                    name=name,
                    above=before.name,
                )
                raise RuleViolation(told, "successors")
            above = above.parent


def in_the_way(session: AnySession, departments: Sequence[Department]) -> Message | None:
    """What the departments have to wait for, if anything."""
    keys = [department.id for department in departments]
    for one in _obstacles:
        pointing = getattr(one.model, one.column).in_(keys)
        if session.scalar(select(one.model.id).where(pointing, one.in_the_way).limit(1)):
            return one.told
    return None


def _move(session: AnySession, plan: Succession) -> dict[str, int]:
    moved: dict[str, int] = {}
    with guard.privileged(session):
        for department in plan.predecessors:
            for moves in _moves:
                count = _hand_over(session, moves, department, plan)
                if count:
                    name = moves.model.__tablename__
                    moved[name] = moved.get(name, 0) + count
            of_person = plan.shares.get("ab_user", {})
            held = hand_on(session, department, plan.successors, plan.effective_on, of_person)
            for name, count in held.items():
                moved[name] = moved.get(name, 0) + count
    return moved


def _hand_over(session: AnySession, moves: Moves, department: Department, plan: Succession) -> int:
    column = getattr(moves.model, moves.column)
    rows = session.scalars(
        select(moves.model).where(column == department.id, moves.still_open)
    ).all()
    for row in rows:
        goes_to = _share_of(row, plan)
        if moves.absorbed is not None and moves.absorbed(row, goes_to):
            session.delete(row)
        else:
            setattr(row, moves.column, goes_to)
    session.flush()
    return len(rows)


_FOLLOWED = (("task", "task_id"), ("department", "section_id"))


def _share_of(row: Any, plan: Succession) -> int:
    """Who takes `row`: as chosen, else with its task or section, else the first successor."""
    chosen = plan.shares.get(row.__tablename__, {}).get(row.id)
    for table, column in _FOLLOWED:
        if chosen is None:
            chosen = plan.shares.get(table, {}).get(getattr(row, column, None) or 0)
    first: int = plan.successors[0].id
    return first if chosen is None else chosen


def opened(session: AnySession, department: Department) -> dict[tuple[str, str], int]:
    """What a succession of `department` would move: rows by table and column. One statement."""
    counts = [
        select(literal(place), func.count())
        .select_from(moves.model)
        .where(getattr(moves.model, moves.column) == department.id, moves.still_open)
        for place, moves in enumerate(_moves)
    ]
    first, *rest = counts
    found: dict[tuple[str, str], int] = {}
    for place, count in session.execute(first.union_all(*rest)):
        key = (_moves[place].model.__tablename__, _moves[place].column)
        if count:
            found[key] = found.get(key, 0) + count
    return found


def moves_of(tables: Sequence[str]) -> list[Moves]:
    """What was registered for these tables, in the order it moves."""
    return [moves for moves in _moves if moves.model.__tablename__ in tables]


def changes_of(session: AnySession, department: Department) -> list[DepartmentSuccessor]:
    """What the department came from and what became of it, oldest first."""
    found = session.scalars(
        select(DepartmentSuccessor)
        .where(
            or_(
                DepartmentSuccessor.predecessor_id == department.id,
                DepartmentSuccessor.successor_id == department.id,
            )
        )
        .order_by(DepartmentSuccessor.effective_on, DepartmentSuccessor.id)
    )
    return list(found)

"""What a succession would do, before it does it: in numbers, in words, and row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core import clock, policy
from app.core.actor import Actor
from app.core.text import Message, message, words
from app.core.unit_of_work import AnySession
from app.core.uses import uses_of
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    Department,
    Person,
    SuccessionKind,
)
from app.organisation.posts import parting
from app.organisation.succession import Succession, moves_of, opened


@dataclass(frozen=True, slots=True)
class Line:
    """Of the rows of one table: how many move to the successor, how many stay as they are."""

    noun: str
    field: str
    moves: int
    stays: int


@dataclass(slots=True)
class Foresight:
    lines: list[Line] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)

    @property
    def moves(self) -> int:
        return sum(line.moves for line in self.lines)

    @property
    def stays(self) -> int:
        return sum(line.stays for line in self.lines)


def foresee(session: AnySession, actor: Actor, plan: Succession) -> Foresight:
    """What `plan`, of one predecessor, would move and leave. Numbers only: whoever keeps the
    departments need not see the rows."""
    department = plan.predecessors[0]
    with session.no_autoflush:
        seats = parting(session, department, plan.successors, plan.effective_on)
        moving = opened(session, department)
        moving |= {
            (model.__tablename__, "department_id"): len(going)
            for model, (going, _) in seats.items()
            if going
        }
        found = Foresight()
        for use in uses_of(session, actor, department):
            one = use.reference
            moves = moving.get((one.model.__tablename__, one.column), 0)
            found.lines.append(Line(one.noun, one.field, moves, use.total - moves))
        found.told = list(_in_words(plan, seats))
    return found


def _in_words(plan: Succession, seats: Any) -> Any:
    department, names = plan.predecessors[0], "、".join(one.name for one in plan.successors)
    yield message(
        "What is closed, the papers already issued and the audit trail keep the name %(name)s.",
        name=department.name,
    )
    going, ending = seats[Appointment]
    for row in ending:
        if row.post in HEADING_POSTS:
            yield message(
                "%(person)s no longer heads a department: %(name)s has a head.",
                person=str(row.person),
                name=names,
            )
    for row in going:
        if row.post in HEADING_POSTS:
            first = plan.successors[0].name
            yield message("%(person)s heads %(name)s then.", person=str(row.person), name=first)
    for row in seats[Charge][1]:
        yield message(
            "%(leader)s's charge (%(kind)s) ends: %(name)s has a leader.",
            leader=str(row.leader),
            kind=words((row.kind.zh, row.kind.en)),
            name=names,
        )
    if plan.kind == SuccessionKind.SPLIT:
        yield message(
            "What is not chosen below goes with its task, its section or its person; "
            "what has none of them goes to %(name)s.",
            name=plan.successors[0].name,
        )
    if plan.effective_on > clock.today():
        yield message(
            "Nothing moves before %(day)s. The daily round carries it out; until then it can be "
            "cancelled.",
            day=plan.effective_on,
        )


@dataclass(frozen=True, slots=True)
class Shared:
    """Rows of one table that a split lets one choose a successor for. `more` are open as well,
    but not the reader's to see."""

    table: str
    noun: str
    rows: Sequence[Any]
    more: int


SHARED = ("department", "ab_user", "task")


def to_share(session: AnySession, actor: Actor, department: Department) -> list[Shared]:
    """The open sections, people and tasks of a department that is split."""
    found = []
    for moves in moves_of(SHARED):
        model, column = moves.model, getattr(moves.model, moves.column)
        if moves.column == "section_id":
            continue
        open_rows = select(model).where(column == department.id, moves.still_open)
        rows = session.scalars(
            open_rows.where(policy.visible(actor, model)).order_by(model.id)
        ).all()
        total = opened(session, department).get((model.__tablename__, moves.column), 0)
        if total:
            noun = Person.label if model is Person else model.label
            found.append(Shared(model.__tablename__, words(noun), rows, total - len(rows)))
    return found

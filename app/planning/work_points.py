"""Commands of the work points: composed from the departments' proposals, put out for opinions,
answered, rewritten in editions (Art. 4.4)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from app.core import guard, policy, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle
from app.models.planning import DepartmentPlan, PlanStatus, Task, TaskStatus
from app.models.work_points import (
    OpinionAnswer,
    WorkPoint,
    WorkPointOpinion,
    WorkPointSet,
    WorkPointSetStatus,
)
from app.planning.editions import refuse_superseded
from app.planning.plan_rules import said

TAKEN_UP = (PlanStatus.SUBMITTED, PlanStatus.AGGREGATED)
"""The Office composes from plans that their departments have submitted."""


# Editions ------------------------------------------------------------------------------


def open_edition(session: AnySession, actor: Actor, cycle: Cycle) -> WorkPointSet:
    """Begin the year's work points, or the next edition of them with every point copied.

    Office. Effects: a set in `draft`; each copied point knows the one it comes from, and the
    tasks that served the old one serve the new. Errors: NotAllowed; WrongState while an edition
    is still a draft or before the committee. Art. 4.4.
    """
    last = session.scalar(
        select(WorkPointSet)
        .where(visible(actor, WorkPointSet), WorkPointSet.cycle_id == cycle.id)
        .order_by(WorkPointSet.edition.desc())
        .limit(1)
    )
    if last is not None and last.status in (
        WorkPointSetStatus.DRAFT,
        WorkPointSetStatus.COMMITTEE,
        WorkPointSetStatus.APPROVED,
    ):
        raise WrongState(message("The edition before is still under way."))
    new = WorkPointSet(
        cycle_id=cycle.id,
        edition=1 if last is None else last.edition + 1,
        title=f"{cycle.year}年工作要点" if last is None else last.title,
    )
    session.add(new)
    session.flush()
    if last is not None:
        _copy_points(session, actor, last, new)
    return new


def _copy_points(session: AnySession, actor: Actor, last: WorkPointSet, new: WorkPointSet) -> None:
    copies = {}
    for point in points_of(session, actor, last):
        copies[point.id] = WorkPoint(
            work_point_set_id=new.id,
            number=point.number,
            sort_order=point.sort_order,
            chapter=point.chapter,
            text=point.text,
            category_id=point.category_id,
            strategic_goal_id=point.strategic_goal_id,
        )
    session.add_all(copies.values())
    session.flush()
    with guard.privileged(session):
        for key, copy in copies.items():
            copy.previous_id = key
        for task in session.scalars(
            select(Task).where(
                visible(actor, Task),
                Task.work_point_id.in_(copies),
                Task.status == TaskStatus.PROPOSED,
            )
        ):
            task.work_point_id = copies[task.work_point_id].id  # type: ignore[index]


def points_of(session: AnySession, actor: Actor, points: WorkPointSet) -> list[WorkPoint]:
    """The points of an edition in their order."""
    return list(
        session.scalars(
            select(WorkPoint)
            .where(visible(actor, WorkPoint), WorkPoint.work_point_set_id == points.id)
            .order_by(WorkPoint.sort_order, WorkPoint.id)
        )
    )


# Composing -----------------------------------------------------------------------------


def proposals_of(session: AnySession, actor: Actor, points: WorkPointSet) -> list[Task]:
    """The proposals of submitted plans that no point of the year covers yet."""
    return list(
        session.scalars(
            select(Task)
            .join(DepartmentPlan, DepartmentPlan.id == Task.department_plan_id)
            .where(
                visible(actor, Task),
                Task.cycle_id == points.cycle_id,
                Task.status == TaskStatus.PROPOSED,
                Task.work_point_id.is_(None),
                DepartmentPlan.status.in_(TAKEN_UP),
            )
            .order_by(Task.lead_department_id, Task.sort_order, Task.id)
        )
    )


def compose(
    session: AnySession,
    actor: Actor,
    points: WorkPointSet,
    tasks: Sequence[Task],
    *,
    into: WorkPoint | None = None,
    merged: bool = False,
    chapter: str = "",
) -> list[WorkPoint]:
    """Make points of proposals: one each, one of all (`merged`), or add them to a point (`into`).

    Office; in `draft`. Effects: the points, and each proposal knows its point. Errors:
    NotAllowed; WrongState; RuleViolation without proposals, for one that stands under a point
    already, or for a point of another edition. Art. 4.4.
    """
    _require_draft(actor, points)
    if not tasks:
        raise RuleViolation(message("Tick the proposals first."))
    for task in tasks:
        if task.work_point_id is not None:
            raise RuleViolation(
                message("“%(task)s” stands under a point already.", task=task.title)
            )
    if into is not None and into.work_point_set_id != points.id:
        raise RuleViolation(message("The point is not one of this edition."), "work_point")
    groups = [list(tasks)] if merged or into is not None else [[task] for task in tasks]
    made = [] if into is not None else [_point(points, group, chapter) for group in groups]
    last = session.scalar(
        select(func.max(WorkPoint.sort_order)).where(WorkPoint.work_point_set_id == points.id)
    )
    for place, point in enumerate(made, start=(last or 0) + 1):
        point.sort_order, point.number = place, str(place)
    session.add_all(made)
    session.flush()
    with guard.privileged(session):
        for point, group in zip([into] if into is not None else made, groups, strict=True):
            for task in group:
                task.work_point_id = point.id
    return made


def _point(points: WorkPointSet, tasks: Sequence[Task], chapter: str) -> WorkPoint:
    first = tasks[0]
    return WorkPoint(
        work_point_set_id=points.id,
        number="",
        chapter=chapter.strip() or (first.category.name if first.category else None),
        text="；".join(dict.fromkeys(task.title.rstrip("。；") for task in tasks)) + "。",
        category_id=first.category_id,
        strategic_goal_id=first.strategic_goal_id,
    )


def arrange(
    session: AnySession, actor: Actor, points: WorkPointSet, order: Sequence[int]
) -> list[WorkPoint]:
    """Put the points in an order (ids; those not named keep theirs behind) and number them
    1, 2, 3 …. Office; in `draft`. Art. 4.4."""
    _require_draft(actor, points)
    known = points_of(session, actor, points)
    wanted = {key: place for place, key in enumerate(order)}
    known.sort(key=lambda point: wanted.get(point.id, len(wanted)))
    # Numbers are unique: they step aside first.
    for place, point in enumerate(known, start=1):
        point.sort_order, point.number = place, f"#{place}"
    session.flush()
    for place, point in enumerate(known, start=1):
        point.number = str(place)
    session.flush()
    return known


# Opinions ------------------------------------------------------------------------------


def give_opinion(
    session: AnySession,
    actor: Actor,
    points: WorkPointSet,
    text: str,
    *,
    point: WorkPoint | None = None,
    department_id: int | None = None,
) -> WorkPointOpinion:
    """Say what should change in the draft; without words, that one agrees with it as it is.

    Heads (for their department), leaders, top leaders, the Office; in `consultation`. Errors:
    NotAllowed for another department; WrongState, also where a newer edition is there;
    RuleViolation at `text` for what one has said already. Art. 4.4.
    """
    if points.status != WorkPointSetStatus.CONSULTATION:
        raise WrongState(message("Opinions are asked for while the draft is in consultation."))
    refuse_superseded(actor, points, {})
    own = actor.departments | actor.speaks_for()
    if department_id is not None and department_id not in own:
        raise NotAllowed(message("You may not speak for this department."))
    if point is not None and point.work_point_set_id != points.id:
        raise RuleViolation(message("The point is not one of this edition."), "work_point")
    agrees = not text.strip()
    words = str(message("No changes wanted.")) if agrees else said(text, "text")
    opinion = WorkPointOpinion(
        work_point_set=points,
        work_point_id=None if point is None else point.id,
        department_id=department_id,
        author_id=actor.user_id,
        agrees=agrees,
        text=words,
    )
    policy.require(actor, "add", opinion)
    # Two at the same instant wait for each other here (on SQLite: with the write).
    session.execute(select(WorkPointSet.id).where(WorkPointSet.id == points.id).with_for_update())
    with workflow.acting(session, _speaking(actor, department_id)), guard.privileged(session):
        session.add(opinion)
        session.flush()
    if session.scalar(_same_opinion(opinion)) is not None:
        raise RuleViolation(message("You have said this already."), "text")
    return opinion


def _speaking(actor: Actor, department_id: int | None) -> Actor:
    """As whom the actor gives an opinion: for a department as its head, in whatever capacity;
    else as somebody who may give one at all."""
    may = [one for one in actor.capacities if one.grants("work_point_opinion:add")]
    heads = [one for one in may if department_id in one.headed | one.departments]
    return next(iter(heads or may), actor)


def _same_opinion(opinion: WorkPointOpinion) -> Select[Any]:
    """Another opinion of its author's that this one only repeats: the same words on the same
    point; who has objected to anything does not agree with the whole."""
    others = select(WorkPointOpinion.id).where(
        WorkPointOpinion.work_point_set_id == opinion.work_point_set_id,
        WorkPointOpinion.author_id == opinion.author_id,
        WorkPointOpinion.department_id.is_not_distinct_from(opinion.department_id),
        WorkPointOpinion.id != opinion.id,
    )
    if opinion.agrees:
        return others.limit(1)
    same = WorkPointOpinion.work_point_id.is_not_distinct_from(opinion.work_point_id)
    return others.where(same, WorkPointOpinion.text == opinion.text).limit(1)


def answer_opinion(
    session: AnySession,
    actor: Actor,
    opinion: WorkPointOpinion,
    answer: OpinionAnswer,
    reason: str,
) -> WorkPointOpinion:
    """Answer an opinion: adopted, partly, not, and why.

    Office; before the draft goes to the committee. Errors: NotAllowed; WrongState; RuleViolation
    at `answer_reason`. Art. 4.4.
    """
    policy.require(actor, "answer", opinion)
    if not reason.strip():
        raise RuleViolation(message("Say why."), "answer_reason")
    why = said(reason, "answer_reason")
    with guard.privileged(session):
        opinion.answer, opinion.answer_reason = answer, why
    return opinion


# Redline -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Redline:
    """A point against the edition before: `pieces` are (kept | added | removed, words)."""

    point: WorkPoint | None
    before: WorkPoint | None
    pieces: tuple[tuple[str, str], ...]

    @property
    def changed(self) -> bool:
        return any(kind != "kept" for kind, _ in self.pieces)


def redline(now: Sequence[WorkPoint], before: Mapping[int, WorkPoint]) -> list[Redline]:
    """The points of an edition against those of the edition before (by id): rewritten, new, and
    at the end those that are gone."""
    lines = []
    for point in now:
        old = before.get(point.previous_id or 0)
        lines.append(Redline(point, old, pieces(old.text if old else "", point.text)))
    kept = {point.previous_id for point in now}
    gone = [old for key, old in before.items() if key not in kept]
    return lines + [Redline(None, old, (("removed", old.text),)) for old in gone]


def pieces(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """What was kept, added and removed from one text to another, in reading order."""
    found: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            found.append(("kept", new[c:d]))
            continue
        if a != b:
            found.append(("removed", old[a:b]))
        if c != d:
            found.append(("added", new[c:d]))
    return tuple(found)


def _require_draft(actor: Actor, points: WorkPointSet) -> None:
    policy.require(actor, "edit", points)
    if points.status != WorkPointSetStatus.DRAFT:
        raise WrongState(message("Only a draft is composed; revise it first."))

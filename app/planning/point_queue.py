"""What waits of the work points: opinions asked for and given, the steps of the newest edition on
its way to issue (Art. 4.4-4.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Desk, Waiting, waiting_rows
from app.core.text import Message, message
from app.cycles.agenda import unplaced
from app.models.cycles import PhaseCode
from app.models.organisation import Department, DepartmentKind
from app.models.work_points import WorkPointOpinion, WorkPointSet, WorkPointSetStatus
from app.organisation.rules import is_office
from app.planning.editions import superseded_by
from app.planning.queue import end_of
from app.security.roles import HEAD, LEADER

_CONSULTED = WorkPointSet.status == WorkPointSetStatus.CONSULTATION
_UNANSWERED = exists(
    select(WorkPointOpinion.id).where(
        WorkPointOpinion.work_point_set_id == WorkPointSet.id,
        WorkPointOpinion.answer.is_(None),
        WorkPointOpinion.agrees.is_(False),
    )
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The newest edition where the Office has to move it on: till the end of which phase, and
    what `verb` it takes."""

    name: str
    title: Message
    phase: PhaseCode
    where: ColumnElement[bool]
    verb: Message
    anchor: str = ""


STAGES = (
    Stage(
        "draft",
        message("Draft of the work points to put out for opinions"),
        PhaseCode.WORK_POINTS,
        WorkPointSet.status == WorkPointSetStatus.DRAFT,
        message("Open the draft"),
    ),
    Stage(
        "opinions",
        message("Work points with opinions to answer"),
        PhaseCode.WORK_POINTS,
        and_(_CONSULTED, _UNANSWERED),
        message("Answer the opinions"),
        "opinions",
    ),
    Stage(
        "send",
        message("Work points to take to the committee"),
        PhaseCode.ISSUANCE,
        and_(_CONSULTED, ~_UNANSWERED),
        message("Send to the committee"),
    ),
    Stage(
        "returned",
        message("Work points that came back from the committee"),
        PhaseCode.ISSUANCE,
        WorkPointSet.status == WorkPointSetStatus.RETURNED,
        message("Open the draft"),
    ),
    Stage(
        "issue",
        message("Approved work points to issue"),
        PhaseCode.ISSUANCE,
        WorkPointSet.status == WorkPointSetStatus.APPROVED,
        message("Issue"),
    ),
)


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if actor.may("work_point_opinion:add") and not is_office(actor):
        yield from _asked(actor, desk)
    if actor.may("work_point_set:consult"):
        for stage in STAGES:
            yield Waiting(
                f"work_point_set.{stage.name}",
                WorkPointSet,
                stage.title,
                "show",
                _sets(actor, desk, stage.phase).where(stage.where),
                verb=stage.verb,
                anchor=stage.anchor,
            )
    if actor.may("work_point_set:approve"):
        yield Waiting(
            "work_point_set.place",
            WorkPointSet,
            message("Work points to put on an agenda"),
            "show",
            _sets(actor, desk, PhaseCode.ISSUANCE).where(unplaced(WorkPointSet)),
            verb=message("Put on an agenda"),
        )


def _asked(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    """The draft that opinions are asked on: for each department one heads, and for leaders
    themselves, until they have said something or that they agree."""
    title, verb = message("Work points to give an opinion on"), message("Give an opinion")
    said = select(WorkPointOpinion.id).where(WorkPointOpinion.work_point_set_id == WorkPointSet.id)
    if actor.has_role(HEAD) and actor.headed:
        yield Waiting(
            "work_point_set.opinion",
            WorkPointSet,
            title,
            "show",
            _sets(actor, desk, PhaseCode.WORK_POINTS, department=Department.id)
            .join(Department, Department.id.in_(actor.headed))
            .where(
                _CONSULTED,
                Department.kind != DepartmentKind.SECTION,
                ~exists(said.where(WorkPointOpinion.department_id == Department.id)),
            ),
            verb=verb,
            anchor="opinions",
        )
    if actor.has_role(LEADER):
        own = WorkPointOpinion.author_id.in_({actor.user_id, actor.behalf_of} - {None})
        yield Waiting(
            "work_point_set.leader_opinion",
            WorkPointSet,
            title,
            "show",
            _sets(actor, desk, PhaseCode.WORK_POINTS).where(_CONSULTED, ~exists(said.where(own))),
            verb=verb,
            anchor="opinions",
        )


def _sets(actor: Actor, desk: Desk, phase: PhaseCode, department: Any = None) -> Select[Any]:
    """Editions that none has taken the place of, due by the end of `phase`. What came to this
    later has no deadline of that phase any more."""
    ends = [day for (_, code), day in desk.deadlines.items() if code == phase]
    in_time = WorkPointSet.updated_at < end_of(max(ends)) if ends else false()
    return (
        waiting_rows(
            WorkPointSet.id,
            WorkPointSet.title,
            due_on=case((in_time, desk.last_day(phase, WorkPointSet.cycle_id))),
            since=WorkPointSet.updated_at,
            department=department,
        )
        .select_from(WorkPointSet)
        .where(
            visible(actor, WorkPointSet),
            WorkPointSet.cycle_id.in_(desk.cycles),
            superseded_by().is_(None),
        )
    )


queue.register(waiting)
